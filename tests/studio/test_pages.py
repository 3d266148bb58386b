"""Every page: who may see it, what its headers allow, what it loads, whether its forms can be read aloud."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.utils import timezone
from django.views.defaults import bad_request, permission_denied, server_error

from studio.accounts.links import make_link
from studio.headers import PAGES
from studio.library.models import Video


class Read(HTMLParser):
    """What a test asks of a page: its tags, and the text within scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style") and data.strip():
            self.inline.append(data)

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def clip(ann: User) -> Video:
    return Video.objects.create(owner=ann, title="<b>clip</b>", state=Video.State.READY, frame_count=9)


@pytest.fixture
def page(ann: User, as_person: Callable[[User], Client]) -> Client:
    return as_person(ann)


@pytest.fixture
def built() -> None:
    """The Vite app, which these tests only link to."""
    if not (settings.FRONTEND_DIST / "manifest.json").exists():
        pytest.skip("the pages are not built; run `make page`")


@pytest.fixture
def plain_pages(settings, page: Client, ann: User) -> dict[str, str]:
    """The pages that are forms or sentences."""
    settings.STUDIO_SIGN_UP = True
    nobody = Client()
    return {
        "sign in": nobody.get("/sign-in").content.decode(),
        "sign up": nobody.get("/sign-up").content.decode(),
        "sign up, refused": nobody.post("/sign-up", {"username": "?"}).content.decode(),
        "link": nobody.get(f"/link/{make_link(ann)}").content.decode(),
        "spent link": nobody.get("/link/nothing").content.decode(),
        "account": page.get("/account").content.decode(),
        "new token": page.post("/account/tokens", {"name": "laptop"}).content.decode(),
        "nothing here": nobody.get("/nowhere").content.decode(),
    }


def test_library_and_studio_ask_a_stranger_to_sign_in(clip: Video):
    answers = [Client().get(address) for address in ("/", f"/videos/{clip.id}")]

    assert [answer.headers["Location"] for answer in answers] == ["/sign-in?next=/", f"/sign-in?next=/videos/{clip.id}"]


def test_a_strangers_clip_a_deleted_one_and_one_that_never_was_look_the_same(
    clip: Video, page: Client, bob: User, as_person: Callable[[User], Client]
):
    theirs = as_person(bob).get(f"/videos/{clip.id}")
    never = page.get("/videos/00000000-0000-4000-8000-000000000000")
    clip.deleted_at = timezone.now()
    clip.save()
    deleted = page.get(f"/videos/{clip.id}")

    assert [answer.status_code for answer in (theirs, never, deleted)] == [404, 404, 404]
    assert theirs.content == never.content == deleted.content


def test_the_app_is_told_which_page_it_is(built: None, clip: Video, page: Client):
    library = Read(page.get("/").content.decode())
    studio = page.get(f"/videos/{clip.id}")

    assert {"id": "app", "data-page": "library", "data-video": ""} in library.attributes("div")
    text = studio.content.decode()
    assert {"id": "app", "data-page": "studio", "data-video": str(clip.id)} in Read(text).attributes("div")
    assert "<title>&lt;b&gt;clip&lt;/b&gt; · SiamMask Studio</title>" in text
    assert "csrftoken" in studio.cookies
    assert "no-store" in studio.headers["Cache-Control"]


def test_the_theme_is_known_before_anything_is_painted(built: None, page: Client):
    head = [
        attributes.get("src") or attributes.get("href") for _, attributes in Read(page.get("/").content.decode()).tags
    ]
    files = [name for name in head if name]

    assert files[0] == "/static/studio/theme.js"
    theme = Read(page.get("/").content.decode()).attributes("script")[0]
    assert "defer" not in theme and "async" not in theme and theme.get("type") is None


def test_everything_a_page_links_to_is_served(built: None, page: Client, plain_pages: dict[str, str]):
    texts = [*plain_pages.values(), page.get("/").content.decode()]
    linked = {
        address
        for text in texts
        for _, attributes in Read(text).tags
        for address in (attributes.get("src"), attributes.get("href"))
        if address and address.startswith("/static/")
    }

    assert len(linked) > 5
    for address in linked:
        answer = Client().get(address)
        answer.close()
        assert answer.status_code == 200, address


def test_only_files_with_a_hash_in_their_name_are_kept_for_good(built: None, page: Client):
    script = next(
        address
        for attributes in Read(page.get("/").content.decode()).attributes("script")
        if (address := attributes["src"] or "").startswith("/static/assets/")
    )

    kept = {}
    for address in (script, "/static/studio/theme.js", "/static/ninja/swagger-ui-bundle.js"):
        answer = Client().get(address)
        answer.close()
        kept[address] = "immutable" in answer.headers["Cache-Control"]
    assert list(kept.values()) == [True, False, False]


def test_a_script_comes_zipped_to_who_takes_it(built: None, page: Client):
    script = Read(page.get("/").content.decode()).attributes("script")[-1]["src"]

    answer = Client(headers={"Accept-Encoding": "gzip"}).get(script)
    size_bytes = len(b"".join(answer))
    answer.close()

    assert answer.headers["Content-Encoding"] == "gzip"
    assert size_bytes < 150_000


def test_a_studio_that_is_not_built_says_so(settings, tmp_path, page: Client):
    settings.FRONTEND_DIST = tmp_path

    answer = page.get("/")

    assert answer.status_code == 503
    assert "not built" in answer.content.decode()


def test_no_page_carries_a_script_or_a_style_of_its_own(plain_pages: dict[str, str]):
    for name, text in plain_pages.items():
        page = Read(text)
        assert page.inline == [], name
        assert not [attributes for _, attributes in page.tags if "style" in attributes], name
        assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")], name


def test_every_field_of_every_form_has_a_label(plain_pages: dict[str, str]):
    for name, text in plain_pages.items():
        page = Read(text)
        labelled = {attributes.get("for") for attributes in page.attributes("label")}
        fields = [field for field in page.attributes("input") if field.get("type") != "hidden"]
        assert [field for field in fields if field.get("id") not in labelled] == [], name


def test_a_refused_field_is_told_with_its_reason(plain_pages: dict[str, str]):
    page = Read(plain_pages["sign up, refused"])
    identifiers = {attributes.get("id") for _, attributes in page.tags}
    refused = [field for field in page.attributes("input") if field.get("aria-invalid") == "true"]

    assert len(refused) == 3
    for field in refused:
        assert set((field["aria-describedby"] or "").split()) <= identifiers


def test_every_page_has_one_heading_and_a_language(plain_pages: dict[str, str]):
    for name, text in plain_pages.items():
        page = Read(text)
        assert len(page.attributes("h1")) == 1, name
        assert page.attributes("html") == [{"lang": "en"}], name


def test_every_answer_carries_the_content_policy(page: Client, clip: Video):
    addresses = (
        "/sign-in",
        "/account",
        "/nowhere",
        "/api/me",
        "/healthz",
        f"/videos/{clip.id}",
        "/admin/",
        "/api/docs",
    )

    assert {address: page.get(address).headers["Content-Security-Policy"] for address in addresses} == dict.fromkeys(
        addresses, PAGES
    )
    assert "unsafe" not in PAGES


def test_no_page_may_be_framed_or_tell_others_where_it_was_left(page: Client):
    headers = page.get("/account").headers

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_that_was_open_too_long_is_a_page_and_a_call_is_json(ann: User):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)

    form = client.post("/account/tokens", {"name": "x"})
    call = client.post("/api/tokens", {"name": "x"}, content_type="application/json")

    assert (form.status_code, call.status_code) == (403, 403)
    assert "<h1>Not done</h1>" in form.content.decode()
    assert call.json()["code"] == "csrf"


def test_faults_have_pages_of_ours(rf: RequestFactory):
    request = rf.get("/")

    broke = server_error(request)
    refused = permission_denied(request, Exception())
    unread = bad_request(request, Exception())

    assert [answer.status_code for answer in (broke, refused, unread)] == [500, 403, 400]
    for answer in (broke, refused, unread):
        assert "SiamMask Studio" in answer.content.decode()
