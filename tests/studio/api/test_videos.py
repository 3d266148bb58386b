"""The library over the API."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library.models import Video

from .conftest import ready_clip


def titles(page: Client, query: str) -> list[str]:
    return [video["title"] for video in page.get(f"/api/videos{query}").json()]


def test_clips_are_searched_and_sorted(ann: User, page: Client):
    for title, duration_s in (("Bees", 3.0), ("ants", 9.0), ("bears", 6.0)):
        Video.objects.filter(pk=ready_clip(ann, title).pk).update(duration_s=duration_s)

    assert titles(page, "") == ["bears", "ants", "Bees"]
    assert titles(page, "?sort=created&order=asc") == ["Bees", "ants", "bears"]
    assert titles(page, "?sort=duration&order=desc") == ["ants", "bears", "Bees"]
    assert sorted(titles(page, "?search=BE")) == ["Bees", "bears"]
    assert titles(page, "?search=%25") == []


def test_a_ready_clip_tells_where_its_pictures_are(ann: User, page: Client):
    video = ready_clip(ann)

    told = page.get(f"/api/videos/{video.id}").json()

    assert (told["state"], told["frame_rate"], told["frame_count"], told["job"]) == ("ready", "25/1", 50, None)
    assert told["proxy_url"] == f"/media/videos/{video.id}/proxy.mp4"
    assert told["poster_url"] == f"/media/videos/{video.id}/poster.jpg"
    assert (told["filmstrip"], told["filmstrip_url"]) == (None, None)


def test_a_clip_on_its_way_tells_its_ingest_and_leaves_the_rest_open(ann: User, page: Client):
    video = Video.objects.create(owner=ann, title="new")
    job = submit(ann.pk, video.id, Job.Kind.INGEST)

    told = page.get("/api/videos").json()[0]

    assert (told["job"]["id"], told["job"]["state"], told["job"]["place"]) == (str(job.id), "queued", 1)
    unknown = ("width", "height", "frame_count", "duration_s", "frame_rate", "proxy_url", "poster_url", "error")
    assert {told[name] for name in unknown} == {None}


def test_the_list_takes_the_same_number_of_queries_for_many_clips(
    ann: User, page: Client, django_assert_max_num_queries: Callable
):
    for _ in range(20):
        ready_clip(ann)

    with django_assert_max_num_queries(4):  # session, person, clips, ingests
        assert len(page.get("/api/videos").json()) == 20


def test_a_clip_is_renamed(ann: User, page: Client):
    video = ready_clip(ann)

    told = page.patch(f"/api/videos/{video.id}", {"title": "  a better title "}, content_type="application/json")

    assert told.json()["title"] == "a better title"
    assert titles(page, "") == ["a better title"]


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
def test_a_title_that_is_none_is_refused(ann: User, page: Client, title: str):
    video = ready_clip(ann)

    refused = page.patch(f"/api/videos/{video.id}", {"title": title}, content_type="application/json")

    assert refused.status_code == 422
    assert refused.json()["message"].startswith("Title: ")


def test_a_deleted_clip_comes_back(ann: User, page: Client):
    video = ready_clip(ann)

    assert page.delete(f"/api/videos/{video.id}").status_code == 204
    assert titles(page, "") == []
    assert page.post(f"/api/videos/{video.id}/restore").json()["id"] == str(video.id)
    assert titles(page, "") == ["a clip"]


def test_frames_of_a_clip_that_is_not_ready_are_a_conflict(ann: User, page: Client):
    video = Video.objects.create(owner=ann, title="new")

    refused = page.get(f"/api/videos/{video.id}/frames")

    assert (refused.status_code, refused.json()["code"]) == (409, "not-ready")
