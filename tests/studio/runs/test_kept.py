"""A run and its weights when a deploy brings others of the same name."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as settings_of_project

from studio.jobs.models import Job
from studio.library import sweep
from studio.library.models import Video
from studio.runs import kept, track
from studio.runs.models import Run
from studio.runs.service import start_run
from studio.scenes.models import Mask
from studio.weights import read_weights
from tracking.checkpoint import load_weights, save_weights
from tracking.manifest import sha256_of

from .following import finish, masks, stop_after

DEFAULT = "siammask-small"
pytestmark = pytest.mark.django_db(transaction=True)


def other_weights(folder: Path) -> Path:
    """A folder with other weights of the default's name, as the next release might bring them."""
    shutil.copytree(settings_of_project.STUDIO_WEIGHTS, folder)
    loaded = load_weights(folder / f"{DEFAULT}.safetensors")
    state = {key: value * 1.01 if value.is_floating_point() else value for key, value in loaded.state.items()}
    about = {"architecture": loaded.architecture, "width": str(loaded.width), "profile": loaded.profile}
    file = folder / f"{DEFAULT}.safetensors"
    save_weights(file, state, about)
    listed = (folder / "manifest.toml").read_text()
    before = read_weights(settings_of_project.STUDIO_WEIGHTS)
    entry = next(entry for entry in before.entries if entry.name == DEFAULT)
    listed = listed.replace(str(entry.sha256), sha256_of(file)).replace(str(entry.bytes), str(file.stat().st_size))
    (folder / "manifest.toml").write_text(listed)
    return folder


def doubting_all(folder: Path) -> Path:
    """A folder with the same weights, of whose finds none is believed without doubt."""
    shutil.copytree(settings_of_project.STUDIO_WEIGHTS, folder)
    listed = (folder / "manifest.toml").read_text()
    (folder / "manifest.toml").write_text(re.sub(r"doubtful_below = [\d.]+", "doubtful_below = 1", listed))
    return folder


@pytest.fixture
def deployed(settings, monkeypatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """deployed(): from now on this process is one of the next release, whose weights of the same name are others.

    Or whatever else `bring` puts into the folder of weights.
    """

    def deploy(bring: Callable[[Path], Path] = other_weights) -> None:
        settings.STUDIO_WEIGHTS = bring(tmp_path / "next")
        monkeypatch.setenv("STUDIO_WEIGHTS", str(settings.STUDIO_WEIGHTS))
        track._trackers.clear()

    yield deploy
    track._trackers.clear()


def stopped_half_way(clip: Video, monkeypatch) -> Run:
    run = start_run(clip)
    stop_after(monkeypatch, 11, run)
    return run


def test_a_deploy_that_brings_other_weights_does_not_end_a_run_under_way(clip, monkeypatch, deployed):
    """It goes on with those it began with, and finds what it would have found; the next run has the new ones."""
    finish(start_run(clip))
    undisturbed = masks(clip)
    Mask.objects.all().delete()
    run = stopped_half_way(clip, monkeypatch)

    deployed()
    job = finish(run)

    assert (job.state, job.error) == (Job.State.DONE, "")
    assert masks(clip) == undisturbed
    following = start_run(clip)
    finish(following)
    sums = [Run.objects.get(pk=one.pk).began_with["sha256"] for one in (run, following)]
    assert sums[0] != sums[1]
    assert masks(clip) != undisturbed


def test_weights_that_are_gone_with_a_deploy_are_a_sentence_and_the_masks_stay(clip, monkeypatch, deployed):
    run = stopped_half_way(clip, monkeypatch)
    found = masks(clip)
    shutil.rmtree(Path(settings_of_project.STUDIO_DATA) / kept.FOLDER)

    deployed()
    job = finish(run)

    assert (job.state, job.error_code) == (Job.State.FAILED, "weights-gone")
    assert "no longer on this server" in job.error
    assert masks(clip) == found


def test_a_copy_that_was_harmed_is_not_loaded(clip, monkeypatch, deployed):
    run = stopped_half_way(clip, monkeypatch)
    (copy,) = (Path(settings_of_project.STUDIO_DATA) / kept.FOLDER).iterdir()
    data = bytearray(copy.read_bytes())
    data[-1] ^= 1
    copy.write_bytes(data)

    deployed()

    assert finish(run).error_code == "weights-gone"


def test_copies_go_when_no_run_needs_them_and_they_are_not_the_servers_own(clip, monkeypatch, deployed):
    run = stopped_half_way(clip, monkeypatch)
    monkeypatch.setattr(sweep, "ORPHAN_AFTER_S", -1)
    assert kept.sweep_weights() == 0  # the server's own
    deployed()
    assert kept.sweep_weights() == 0  # needed

    finish(run)

    assert kept.sweep_weights() == 1
    assert list((Path(settings_of_project.STUDIO_DATA) / kept.FOLDER).iterdir()) == []


def test_a_deploy_that_judges_otherwise_with_the_same_weights_does_not_change_a_run_under_way(
    clip, monkeypatch, deployed
):
    """Its frames are believed and doubted as its first ones were; the next run's as the new release does."""
    finish(start_run(clip))
    undisturbed = states(clip)
    Mask.objects.all().delete()
    run = stopped_half_way(clip, monkeypatch)

    deployed(doubting_all)
    finish(run)
    assert states(clip) == undisturbed

    finish(start_run(clip))
    assert states(clip) != undisturbed


def states(clip: Video) -> list[str]:
    return list(
        Mask.objects.filter(subject__video=clip).order_by("subject__number", "frame").values_list("state", flat=True)
    )
