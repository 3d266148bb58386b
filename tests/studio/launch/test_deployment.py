"""The deployment's files: valid by their own rules, and in step with what the studio reads from its environment."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
TOLD = re.finditer(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
SETTINGS = {setting[1] for setting in TOLD}
OURS = ("web", "worker-gpu", "worker-cpu", "worker-media", "reaper", "prepare")


@pytest.fixture(scope="module")
def compose() -> dict:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def beside_python(program: str) -> str:
    return str(Path(sys.executable).with_name(program))


def test_compose_follows_its_published_schema():
    done = subprocess.run(
        [beside_python("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_hadolint_finds_nothing_in_the_dockerfile():
    done = subprocess.run([beside_python("hadolint"), ROOT / "Dockerfile"], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_compose_sets_only_what_the_studio_reads(compose: dict):
    for name in OURS:
        told = {setting.removesuffix("_FILE") for setting in compose["services"][name]["environment"]}
        assert told - SETTINGS == set(), name


def test_every_secret_that_is_read_is_given_and_none_stands_in_the_file(compose: dict):
    for name, service in compose["services"].items():
        environment = service.get("environment", {})
        read = {Path(value).name for key, value in environment.items() if key.endswith("_FILE")}
        assert read <= set(service.get("secrets", ())) <= set(compose["secrets"]), name
        assert not [key for key in environment if re.search("SECRET|PASSWORD|KEY", key) and not key.endswith("_FILE")]
    assert all(secret["file"].startswith("./deploy/secrets/") for secret in compose["secrets"].values())
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text()


def test_every_service_has_bounds_a_network_and_no_more_rights_than_it_needs(compose: dict):
    for name, service in compose["services"].items():
        assert {"memory", "cpus"} <= set(service["deploy"]["resources"]["limits"]), name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "inside" in service["networks"], name
    assert compose["networks"]["inside"]["internal"] is True
    (inside,) = compose["networks"]["inside"]["ipam"]["config"]
    assert compose["services"]["web"]["environment"]["STUDIO_PROXIES"] == inside["subnet"], "whose headers are believed"
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    for name in OURS:
        assert compose["services"][name]["read_only"] is True
        assert compose["services"][name]["cap_drop"] == ["ALL"]


def test_one_service_tracks_in_each_profile_and_the_card_is_reserved_in_one(compose: dict):
    gpu, cpu = compose["services"]["worker-gpu"], compose["services"]["worker-cpu"]
    assert (gpu["profiles"], cpu["profiles"], gpu["command"]) == (["gpu"], ["cpu"], cpu["command"])
    assert gpu["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
    assert "-c 1" in " ".join(gpu["command"])


def test_who_shares_the_folder_where_files_come_in(compose: dict):
    sharing = {name for name in OURS if "staging:/staging" in compose["services"][name].get("volumes", ())}

    assert sharing == {"web", "worker-media", "reaper"}


def test_the_image_knows_which_version_it_is_and_has_the_code_once():
    """Exports tell the version, which is read from what pip has installed."""
    text = (ROOT / "Dockerfile").read_text()

    assert "uninstall --yes siammask-studio" not in text
    assert re.search(r"rm -r \S+/site-packages/studio \S+/site-packages/tracking", text)


def test_the_image_is_not_root_and_takes_every_folder_that_is_read_at_run_time():
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["10001:10001"]
    assert {"weights", "tracking", "studio"} <= set(re.findall(r"^COPY (\w+) \./", text, re.MULTILINE))
    assert [name for name in re.findall(r"^FROM \S+ AS (\w+)$", text, re.MULTILINE) if name in ("cpu", "cuda")] == [
        "cpu",
        "cuda",
    ]
    assert "http" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE), "no registry is named"


def test_the_proxys_limit_is_that_of_the_web_process():
    from studio.launch.web import MOST_BODY_BYTES

    limit = re.search(r"client_max_body_size (\d+)m;", (ROOT / "deploy/nginx.conf.template").read_text())

    assert limit is not None and int(limit[1]) * 1024**2 == MOST_BODY_BYTES
