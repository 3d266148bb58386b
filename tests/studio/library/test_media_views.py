"""Files over HTTP: ranges, what a browser may keep, what it must not take them for, and nobody else's."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.test import Client

from faults.sizes import sized
from studio.accounts.tokens import make_token
from studio.asgi import application
from studio.exports.models import Export
from studio.jobs.models import Job
from studio.jobs.queue import submit
from studio.library import file_answer, files
from studio.library.models import Video

from .test_ranges import headers

pytestmark = pytest.mark.django_db
MUTATIONS = sized(100, 500)
DATA = random.Random(4).randbytes(100_000)


@pytest.fixture
def video(ann: User) -> Video:
    video = Video.objects.create(owner=ann, title="a clip", state=Video.State.READY)
    folder = files.folder_of(video.id)
    folder.mkdir(parents=True)
    for name in (*files.SHOWN, files.SOURCE, files.TIMES, files.TABLE):
        (folder / name).write_bytes(DATA)
    return video


@pytest.fixture
def export(video: Video, data_folder: Path) -> Export:
    name = "Bienen “ä” overlay.csv"
    export = Export.objects.create(
        job=submit(video.owner_id, video.id, Job.Kind.EXPORT), video=video, format="csv", of_revision=1, file_name=name
    )
    folder = data_folder / "exports" / str(export.id)
    folder.mkdir(parents=True)
    (folder / name).write_bytes(DATA)
    return export


class Reader(Client):
    """A browser that reads every answer to its end."""

    def request(self, **asked):
        answer = super().request(**asked)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer


@pytest.fixture
def page(ann: User) -> Reader:
    reader = Reader()
    reader.force_login(ann)
    return reader


def address(video: Video, name: str = files.PROXY) -> str:
    return f"/media/videos/{video.id}/{name}"


def test_an_address_with_any_byte_changed_and_anybody_elses_is_of_nothing(
    page: Reader, video: Video, export: Export, bob: User, record_property
):
    addresses = [address(video), f"/media/exports/{export.id}/{quote(export.file_name)}"]
    assert [page.get(path).status_code for path in addresses] == [200, 200]
    stranger = Reader()
    stranger.force_login(bob)
    chosen = random.Random(11)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~%/?;+ \\"
    answers = {}
    for _ in range(MUTATIONS):
        path = chosen.choice(addresses)
        place = chosen.randrange(len("/media/"), len(path))
        changed = path[:place] + chosen.choice(letters.replace(path[place], "")) + path[place + 1 :]
        if unquote(changed) != unquote(path):  # %c3 and %C3 are the same byte
            answers[changed] = page.get(changed).status_code

    record_property("tried", len(answers))
    assert {changed: status for changed, status in answers.items() if status != 404} == {}
    assert [stranger.get(path).status_code for path in addresses] == [404, 404]
    assert [Reader().get(path).status_code for path in addresses] == [401, 401]


@pytest.mark.parametrize(
    ("name", "kind"), [("proxy.mp4", "video/mp4"), ("poster.jpg", "image/jpeg"), ("filmstrip.jpg", "image/jpeg")]
)
def test_what_a_browser_shows_is_served_whole_and_guarded(page: Reader, video: Video, name: str, kind: str):
    answer = page.get(address(video, name))

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    assert answer.body == DATA
    assert answer.headers["Content-Length"] == "100000"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "name", ["source", "frames.npz", "proxy.json", "..", "%2e%2e%2f%2e%2e%2fsecret-key", "PROXY.MP4", "x"]
)
def test_nothing_else_of_a_clip_is_served(page: Reader, video: Video, name: str):
    assert page.get(address(video, name)).status_code == 404


def test_an_answer_has_the_bytes_that_were_asked_for(page: Reader, video: Video, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(file_answer, "MOST_OPEN_BYTES", 40)
    (files.folder_of(video.id) / files.PROXY).write_bytes(DATA[:100])

    statuses = set()
    for header in headers(300):
        answer = page.get(address(video), headers={"Range": header.encode().decode("latin-1")})
        statuses.add(answer.status_code)
        if answer.status_code == 206:
            unit, _, rest = answer.headers["Content-Range"].partition(" ")
            first, last = map(int, rest.removesuffix("/100").split("-"))
            assert (unit, answer.body) == ("bytes", DATA[first : last + 1]), header
            assert answer.headers["Content-Length"] == str(last + 1 - first)
        elif answer.status_code == 200:
            assert answer.body == DATA[:100], header
        else:
            assert answer.headers["Content-Range"] == "bytes */100"
    assert statuses == {200, 206, 416}


def test_an_open_range_of_a_large_film_is_answered_in_part(
    page: Reader, video: Video, export: Export, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(file_answer, "MOST_OPEN_BYTES", 4096)

    shown = page.get(address(video), headers={"Range": "bytes=10-"})
    taken = page.get(f"/media/exports/{export.id}/{quote(export.file_name)}", headers={"Range": "bytes=10-"})

    assert (shown.status_code, shown.headers["Content-Range"]) == (206, "bytes 10-4105/100000")
    assert shown.body == DATA[10:4106]
    assert taken.body == DATA[10:]  # a program that resumes gets the rest


def test_head_tells_and_sends_nothing(page: Reader, video: Video):
    whole, part = page.head(address(video)), page.head(address(video), headers={"Range": "bytes=5-9"})

    assert (whole.status_code, whole.headers["Content-Length"], whole.body) == (200, "100000", b"")
    assert (part.status_code, part.headers["Content-Range"], part.body) == (206, "bytes 5-9/100000", b"")


def test_a_file_that_has_not_changed_is_not_sent_again(page: Reader, video: Video):
    first = page.get(address(video))
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]

    assert page.get(address(video), headers={"If-None-Match": etag}).status_code == 304
    assert page.get(address(video), headers={"If-Modified-Since": modified}).status_code == 304
    assert page.get(address(video), headers={"If-None-Match": '"other"'}).body == DATA


@pytest.mark.parametrize(("known", "status"), [("etag", 206), ("date", 206), ("other", 200), ("old", 200)])
def test_a_range_of_another_edition_is_answered_with_the_whole(page: Reader, video: Video, known: str, status: int):
    first = page.get(address(video))
    condition = {
        "etag": first.headers["ETag"],
        "date": first.headers["Last-Modified"],
        "other": '"1-2"',
        "old": "Mon, 01 Jan 2024 00:00:00 GMT",
    }[known]

    answer = page.get(address(video), headers={"Range": "bytes=0-9", "If-Range": condition})

    assert answer.status_code == status


def test_only_an_address_that_names_the_edition_is_kept(page: Reader, video: Video):
    url = files.media_url(video, files.PROXY)

    assert page.get(url).headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert page.get(url + "0").headers["Cache-Control"] == "private, no-cache"


def test_the_server_in_front_is_told_where_the_file_is(page: Reader, video: Video, export: Export, settings):
    settings.STUDIO_X_ACCEL = "/inside/"

    shown = page.get(address(video), headers={"Range": "bytes=0-9"})
    taken = page.get(f"/media/exports/{export.id}/{quote(export.file_name)}")

    assert shown.headers["X-Accel-Redirect"] == f"/inside/videos/{video.id}/proxy.mp4"
    assert (shown.status_code, shown.content, shown.headers["Content-Type"]) == (200, b"", "video/mp4")
    assert taken.headers["X-Accel-Redirect"] == f"/inside/exports/{export.id}/{quote(export.file_name)}"


def test_a_download_that_broke_off_is_gone_on_with_and_proved(page: Reader, export: Export):
    digest = hashlib.sha256(DATA).digest()
    Export.objects.filter(pk=export.pk).update(sha256=digest.hex())
    address = f"/media/exports/{export.id}/{quote(export.file_name)}"
    first = page.get(address, headers={"Range": "bytes=0-39999"})

    rest = page.get(address, headers={"Range": "bytes=40000-", "If-Range": first.headers["ETag"]})

    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.headers["ETag"] == rest.headers["ETag"]
    assert (
        rest.headers["Repr-Digest"]
        == f"sha-256=:{b64encode(hashlib.sha256(first.body + rest.body).digest()).decode()}:"
    )
    other = page.get(address, headers={"Range": "bytes=40000-", "If-Range": '"another"'})
    assert (other.status_code, other.body) == (200, DATA)  # it is another file now: from the beginning


def test_an_export_is_taken_away_under_its_name(page: Reader, export: Export):
    answer = page.get(f"/media/exports/{export.id}/{quote(export.file_name)}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(export.file_name)}"
    assert answer.body == DATA


@pytest.mark.parametrize("name", ["other.csv", "", "..%2Fx.csv"])
def test_an_export_has_no_other_name(page: Reader, export: Export, name: str):
    assert page.get(f"/media/exports/{export.id}/{name}").status_code == 404


@pytest.mark.parametrize("ending", [".html", ".svg", ".xhtml", ".js", ".xml", ""])
def test_a_file_of_a_kind_we_do_not_write_is_octets(page: Reader, export: Export, data_folder: Path, ending: str):
    old = data_folder / "exports" / str(export.id) / export.file_name
    old.rename(old.with_name(f"x{ending}"))
    Export.objects.filter(pk=export.pk).update(file_name=f"x{ending}")

    answer = page.get(f"/media/exports/{export.id}/x{ending}")

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_row_whose_file_is_gone_is_not_found(page: Reader, video: Video):
    (files.folder_of(video.id) / files.PROXY).unlink()

    answer = page.get(address(video))

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_program_reads_with_its_token(ann: User, video: Video):
    program = Reader(headers={"Authorization": f"Bearer {make_token(ann, 'x')[1]}"})

    assert program.get(address(video)).body == DATA


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_files_are_only_read(page: Reader, video: Video, method: str):
    answer = getattr(page, method)(address(video))

    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "wrong-method", "GET, HEAD")


@pytest.mark.django_db(transaction=True)
def test_the_web_process_sends_a_file_in_pieces_and_closes_it(page: Reader, video: Video):
    path = files.folder_of(video.id) / files.PROXY
    path.write_bytes(DATA * 8)

    async def read() -> list[dict]:
        cookie = f"sessionid={page.cookies['sessionid'].value}".encode()
        scope = {
            "type": "http",
            "method": "GET",
            "path": address(video),
            "query_string": b"",
            "headers": [(b"host", b"localhost"), (b"cookie", cookie), (b"range", b"bytes=1-799999")],
        }
        web = ApplicationCommunicator(application, scope)
        await web.send_input({"type": "http.request", "body": b""})
        events = [await web.receive_output(5)]
        while events[-1]["type"] != "http.response.body" or events[-1].get("more_body"):
            events.append(await web.receive_output(5))
        await web.wait(5)
        return events

    start, *pieces = asyncio.run(read())

    assert start["status"] == 206
    assert b"".join(piece.get("body", b"") for piece in pieces) == (DATA * 8)[1:]
    assert len(pieces) > 3
    assert str(path) not in [os.path.realpath(descriptor) for descriptor in Path("/proc/self/fd").iterdir()]


def test_many_answers_leave_no_file_open(page: Reader, video: Video):
    before = len(list(Path("/proc/self/fd").iterdir()))

    for method, header in [(page.get, "bytes=0-9"), (page.head, "bytes=0-9"), (page.get, "bytes=999999-")] * 20:
        method(address(video), headers={"Range": header})

    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2
