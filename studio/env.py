"""The environment, read once and in one place; every name the studio listens to is in Environment."""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import environ

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SHORTEST_SECRET = 32  # characters
SECRETS = (  # or <NAME>_FILE
    "STUDIO_SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "STUDIO_S3_KEY_ID",
    "STUDIO_S3_SECRET",
    "STUDIO_METRICS_TOKEN",
)
EXAMPLE_SECRETS = ("change-me", "changeme", "django-insecure", "example", "secret")


class BadEnvironment(Exception):
    """Raised at start-up when the environment is missing something or is unsafe."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says, parsed and checked."""

    data: Path  # STUDIO_DATA: uploads, videos, exports, the embedded database
    secret: str  # STUDIO_SECRET_KEY, or the data folder's own on a single machine
    debug: bool  # STUDIO_DEBUG
    hosts: tuple[str, ...]  # STUDIO_HOSTS: names the studio answers to
    origins: tuple[str, ...]  # STUDIO_ORIGINS: extra origins, with scheme, that may post and open sockets
    tls: bool  # STUDIO_TLS: a proxy in front speaks https
    proxies: tuple[str, ...]  # STUDIO_PROXIES: whose X-Forwarded headers are believed, addresses or networks
    sign_up: bool  # STUDIO_SIGN_UP: strangers may make an account
    database: Mapping[str, object]  # DATABASE_URL
    redis: str  # REDIS_URL
    staging: Path | None  # STUDIO_STAGING: where files come in; None: in the data folder
    bucket: str  # STUDIO_S3_BUCKET: keeps clips and exports; empty: the data folder does
    bucket_endpoint: str  # STUDIO_S3_ENDPOINT
    bucket_region: str  # STUDIO_S3_REGION
    bucket_key_id: str  # STUDIO_S3_KEY_ID
    bucket_secret: str  # STUDIO_S3_SECRET
    cache_bytes: int  # STUDIO_CACHE_BYTES: copies of the bucket's files on this machine
    accel: str  # STUDIO_X_ACCEL: the proxy's internal location for media, empty to serve it ourselves
    weights: Path  # STUDIO_WEIGHTS: folder with manifest.toml
    max_bytes: int  # STUDIO_MAX_BYTES: largest upload
    max_import_bytes: int  # STUDIO_MAX_IMPORT_BYTES: largest annotation file
    max_seconds: int  # STUDIO_MAX_SECONDS: longest clip
    max_pixels: int  # STUDIO_MAX_PIXELS: largest frame, width x height
    max_frames: int  # STUDIO_MAX_FRAMES: most frames in a clip
    keep_deleted_days: float  # STUDIO_KEEP_DELETED_DAYS: how long a deleted clip can be restored
    keep_unopened_days: float  # STUDIO_KEEP_UNOPENED_DAYS: how long a clip is kept that nobody opens; 0: for ever
    notice_days: float  # STUDIO_NOTICE_DAYS: how long before it goes its person is told
    keep_exports_days: float  # STUDIO_KEEP_EXPORTS_DAYS: how long a file that was made is kept
    keep_uploads_days: float  # STUDIO_KEEP_UPLOADS_DAYS: how long an upload waits to be gone on with
    history_mb: int  # STUDIO_HISTORY_MB: what a clip's history may take, and again its automatic versions
    history_steps: int  # STUDIO_HISTORY_STEPS: how many steps of a clip can be undone
    lease_s: float  # STUDIO_LEASE_SECONDS: how long a silent worker keeps its job
    stuck_s: float  # STUDIO_STUCK_SECONDS: how long a job may make no headway
    metrics_token: str  # STUDIO_METRICS_TOKEN: who may read /metrics; empty: only this machine
    quota_bytes: int  # STUDIO_QUOTA_BYTES: what a person may keep; 0: no limit, as in the next three
    quota_frames: int  # STUDIO_QUOTA_FRAMES: masks a person's unfinished runs may have to make
    quota_day: float  # STUDIO_QUOTA_MINUTES_DAY: minutes of tracking a person and day
    quota_month: float  # STUDIO_QUOTA_MINUTES_MONTH
    requests_a_minute: int  # STUDIO_REQUESTS_A_MINUTE: to API and uploads, by one person; 0: no limit
    log_json: bool  # STUDIO_LOG_JSON: one JSON object a line instead of text


def read_environment() -> Environment:
    """Read and check the environment; a missing or unsafe value is a BadEnvironment with a sentence."""
    env = environ.Env()
    env.ENVIRON = {**os.environ, **_from_files()}
    base = Path(__file__).resolve().parent.parent
    data = Path(env.str("STUDIO_DATA", default=str(base / "data"))).expanduser().resolve()
    hosts = tuple(env.list("STUDIO_HOSTS", default=list(LOCAL_HOSTS)))
    debug = env.bool("STUDIO_DEBUG", default=False)
    public = [host for host in hosts if host not in LOCAL_HOSTS]
    if "*" in hosts or any(host.startswith("*") for host in hosts):
        raise BadEnvironment("STUDIO_HOSTS holds a wildcard; name each host the studio answers to.")
    if debug and public:
        raise BadEnvironment(f"STUDIO_DEBUG is on and {public[0]} is public; switch one of them off.")
    return Environment(
        data=data,
        secret=_secret(env.str("STUDIO_SECRET_KEY", default=""), data, bool(public)),
        debug=debug,
        hosts=hosts,
        origins=tuple(env.list("STUDIO_ORIGINS", default=[])),
        tls=env.bool("STUDIO_TLS", default=False),
        proxies=_proxies(env.list("STUDIO_PROXIES", default=["127.0.0.1", "::1"])),
        sign_up=env.bool("STUDIO_SIGN_UP", default=False),
        database=dict(env.db_url("DATABASE_URL", default=f"sqlite:///{data / 'studio.sqlite3'}")),
        redis=env.str("REDIS_URL", default="redis://127.0.0.1:6379"),
        staging=_folder(env.str("STUDIO_STAGING", default="")),
        bucket=env.str("STUDIO_S3_BUCKET", default=""),
        bucket_endpoint=env.str("STUDIO_S3_ENDPOINT", default=""),
        bucket_region=env.str("STUDIO_S3_REGION", default=""),
        bucket_key_id=env.str("STUDIO_S3_KEY_ID", default=""),
        bucket_secret=env.str("STUDIO_S3_SECRET", default=""),
        cache_bytes=env.int("STUDIO_CACHE_BYTES", default=20 * 1024**3),
        accel=env.str("STUDIO_X_ACCEL", default=""),
        weights=Path(env.str("STUDIO_WEIGHTS", default=str(base / "weights"))).expanduser().resolve(),
        max_bytes=env.int("STUDIO_MAX_BYTES", default=4 * 1024**3),
        max_import_bytes=env.int("STUDIO_MAX_IMPORT_BYTES", default=512 * 1024**2),
        max_seconds=env.int("STUDIO_MAX_SECONDS", default=3600),
        max_pixels=env.int("STUDIO_MAX_PIXELS", default=4096 * 2304),
        max_frames=env.int("STUDIO_MAX_FRAMES", default=120_000),
        keep_deleted_days=env.float("STUDIO_KEEP_DELETED_DAYS", default=30.0),
        keep_unopened_days=_days(env.float("STUDIO_KEEP_UNOPENED_DAYS", default=0.0), "STUDIO_KEEP_UNOPENED_DAYS"),
        notice_days=_days(env.float("STUDIO_NOTICE_DAYS", default=14.0), "STUDIO_NOTICE_DAYS"),
        keep_exports_days=env.float("STUDIO_KEEP_EXPORTS_DAYS", default=30.0),
        keep_uploads_days=env.float("STUDIO_KEEP_UPLOADS_DAYS", default=7.0),
        history_mb=env.int("STUDIO_HISTORY_MB", default=256),
        history_steps=env.int("STUDIO_HISTORY_STEPS", default=500),
        lease_s=env.float("STUDIO_LEASE_SECONDS", default=15.0),
        stuck_s=env.float("STUDIO_STUCK_SECONDS", default=300.0),
        metrics_token=env.str("STUDIO_METRICS_TOKEN", default=""),
        quota_bytes=env.int("STUDIO_QUOTA_BYTES", default=0),
        quota_frames=env.int("STUDIO_QUOTA_FRAMES", default=0),
        quota_day=env.float("STUDIO_QUOTA_MINUTES_DAY", default=0.0),
        quota_month=env.float("STUDIO_QUOTA_MINUTES_MONTH", default=0.0),
        requests_a_minute=env.int("STUDIO_REQUESTS_A_MINUTE", default=6000),
        log_json=env.bool("STUDIO_LOG_JSON", default=False),
    )


def _from_files() -> dict[str, str]:
    """What <NAME>_FILE says of a secret: containers are given secrets as files, which no list of processes shows."""
    found = {}
    for name in SECRETS:
        place = os.environ.get(f"{name}_FILE", "")
        if not place:
            continue
        if name in os.environ:
            raise BadEnvironment(f"{name} and {name}_FILE are both set; keep one of them.")
        try:
            found[name] = Path(place).read_text().strip()
        except OSError as fault:
            raise BadEnvironment(f"{name}_FILE names {place}, which cannot be read: {fault.strerror}.") from fault
    return found


def _proxies(given: list[str]) -> tuple[str, ...]:
    for network in given:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError as fault:
            raise BadEnvironment(f"STUDIO_PROXIES holds {network!r}, which is no address and no network.") from fault
    return tuple(given)


def _days(given: float, name: str) -> float:
    if not 0 <= given < 36_500:  # a date so far away is still one
        raise BadEnvironment(f"{name} is {given:g}; give days from 0 to 36,500.")
    return given


def _folder(given: str) -> Path | None:
    return Path(given).expanduser().resolve() if given else None


def _secret(given: str, data: Path, public: bool) -> str:
    """The signing key: the one given, or, on a machine that serves only itself, one kept in the data folder."""
    if given:
        if len(given) < SHORTEST_SECRET:
            raise BadEnvironment(f"STUDIO_SECRET_KEY has {len(given)} characters; give it at least {SHORTEST_SECRET}.")
        if any(given.lower().startswith(example) for example in EXAMPLE_SECRETS):
            raise BadEnvironment("STUDIO_SECRET_KEY is an example; make your own, for instance with openssl rand.")
        return given
    if public:
        raise BadEnvironment("STUDIO_SECRET_KEY is missing; a studio with a public host needs one.")
    path = data / "secret-key"
    data.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass  # an earlier start made it
    return path.read_text()
