"""What Prometheus is told: how the queue stands in the database, and what this web process counts itself.

Counts of jobs are kept in the database (jobs/tally.py), so they are those of all processes and outlive them; requests,
refusals and sockets are those of the process that is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Avg, Count, Min
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import RedisError

from studio.jobs import workers
from studio.jobs.models import Job, Tally
from studio.jobs.queue import bells_unheard
from studio.library import disk
from studio.live.opened import OPENED

REGISTRY = CollectorRegistry()
REQUESTS = Histogram("studio_request_seconds", "How long answers took", ["method", "view", "status"], registry=REGISTRY)
REFUSALS = Counter("studio_refusals", "Refusals by their code", ["code", "status"], registry=REGISTRY)


class Queue(Collector):
    """What the tables say at the moment of the question."""

    def collect(self) -> Iterator[Metric]:
        """Read a handful of sums."""
        yield from self._jobs()
        yield from self._tallies()
        yield from self._machine()

    def _jobs(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("studio_jobs", "Unfinished jobs", labels=["kind", "state"])
        speed = GaugeMetricFamily("studio_job_fps", "Frames a second of running jobs, on average", labels=["kind"])
        oldest = GaugeMetricFamily(
            "studio_oldest_waiting_seconds", "How long the first in line waits", labels=["queue"]
        )
        unheard = GaugeMetricFamily("studio_bells_unheard", "Rings no worker has heard yet", labels=["queue"])
        counts = Job.objects.filter(state__in=Job.ACTIVE).order_by().values_list("kind", "state")
        found = {(kind, state): number for kind, state, number in counts.annotate(number=Count("id"))}
        for kind in Job.Kind.values:
            for state in Job.ACTIVE:
                jobs.add_metric([kind, state], found.get((kind, state), 0))
        running = Job.objects.filter(state=Job.State.RUNNING).order_by().values_list("kind")
        for kind, fps in running.annotate(fps=Avg("fps")):
            speed.add_metric([kind], fps or 0.0)
        for queue in Job.Queue.values:
            waiting = Job.objects.filter(queue=queue, state=Job.State.QUEUED)
            since = waiting.aggregate(since=Min("created"))["since"]
            oldest.add_metric([queue], (timezone.now() - since).total_seconds() if since is not None else 0.0)
            if (bells := bells_unheard(queue)) is not None:
                unheard.add_metric([queue], bells)
        return iter([jobs, speed, oldest, unheard])

    def _tallies(self) -> Iterator[Metric]:
        ended = CounterMetricFamily("studio_jobs_ended", "Jobs that ended", labels=["kind", "state", "code"])
        taken = CounterMetricFamily("studio_take_overs", "Jobs taken back from silent workers", labels=["kind"])
        stages = CounterMetricFamily("studio_run_stage_seconds", "Time spent in each stage of runs", labels=["stage"])
        families = {"jobs_ended": ended, "take_overs": taken, "run_stage_seconds": stages}
        for tally in Tally.objects.filter(what__in=families):
            families[tally.what].add_metric(tally.label.split(","), tally.value)
        return iter(families.values())

    def _machine(self) -> Iterator[Metric]:
        sockets = GaugeMetricFamily("studio_sockets", "Open sockets of pages", labels=["page"])
        for page, number in OPENED.items():
            sockets.add_metric([page], number)
        free = GaugeMetricFamily("studio_disk_free_bytes", "Room left for data and uploads, the lesser")
        free.add_metric([], disk.free_bytes_of_all())
        there = GaugeMetricFamily("studio_workers", "Workers, and the reaper, seen lately", labels=["queue"])
        try:
            seen = workers.seen()
        except RedisError:
            return iter([sockets, free])
        for queue in (*Job.Queue.values, workers.REAPER):
            there.add_metric([queue], seen[queue])
        return iter([sockets, free, there])


REGISTRY.register(Queue())
