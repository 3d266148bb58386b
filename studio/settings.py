"""Django's settings; what may differ between machines comes from env.py."""

import logging
from pathlib import Path
from typing import Any

import structlog

from studio.env import read_environment

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = read_environment()

SECRET_KEY = ENVIRONMENT.secret
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
CSRF_TRUSTED_ORIGINS = list(ENVIRONMENT.origins)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "ninja",  # its documentation page is served from its own files, not from a CDN
    "django_vite",
    "studio.apps.StudioConfig",
    "studio.accounts",
    "studio.jobs",
    "studio.library",
    "studio.scenes",
    "studio.runs",
    "studio.exports",
    "studio.imports",
    "studio.live",
]

MIDDLEWARE = [
    "studio.proxies.TrustedProxies",  # first: whom the others see as the visitor
    "django.middleware.security.SecurityMiddleware",
    "studio.watch.requests.Noted",
    "studio.headers.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "studio.watch.pace.Pace",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "studio" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASE_CONNECTIONS = 20  # a process
DATABASES: dict[str, dict[str, Any]] = {"default": dict(ENVIRONMENT.database)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # writers queue instead of failing when they upgrade a read
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # the database may have been restarted meanwhile
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        # sockets ask often and briefly, on threads that change: connections are kept by the process, not by the thread
        "pool": {"min_size": 0, "max_size": DATABASE_CONNECTIONS, "timeout": 10},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [ENVIRONMENT.redis], "prefix": "studio"},
    }
}

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "library"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True  # the CSRF cookie is for the page to read
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.tls
CSRF_FAILURE_VIEW = "studio.pages.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.tls else None
SECURE_SSL_REDIRECT = ENVIRONMENT.tls
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from inside, without a proxy
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENVIRONMENT.tls
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [BASE_DIR / "studio" / "static", *([FRONTEND_DIST] if FRONTEND_DIST.is_dir() else [])]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # straight from the source folders: nothing to collect on one machine
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[0-9a-zA-Z_-]{8}\..+$"  # Vite's hashed names, nobody else's
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": FRONTEND_DIST / "manifest.json"}}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2  # bytes of a form or a JSON body; upload chunks are read as a stream
MEDIA_ROOT = ENVIRONMENT.data

STUDIO_DATA = ENVIRONMENT.data
STUDIO_STAGING = ENVIRONMENT.staging
STUDIO_S3_BUCKET = ENVIRONMENT.bucket
STUDIO_S3_ENDPOINT = ENVIRONMENT.bucket_endpoint
STUDIO_S3_REGION = ENVIRONMENT.bucket_region
STUDIO_S3_KEY_ID = ENVIRONMENT.bucket_key_id
STUDIO_S3_SECRET = ENVIRONMENT.bucket_secret
STUDIO_CACHE_BYTES = ENVIRONMENT.cache_bytes
STUDIO_PROXIES = ENVIRONMENT.proxies
STUDIO_SIGN_UP = ENVIRONMENT.sign_up
STUDIO_X_ACCEL = ENVIRONMENT.accel
STUDIO_WEIGHTS = ENVIRONMENT.weights
STUDIO_MAX_BYTES = ENVIRONMENT.max_bytes
STUDIO_MAX_IMPORT_BYTES = ENVIRONMENT.max_import_bytes
STUDIO_MAX_SECONDS = ENVIRONMENT.max_seconds
STUDIO_MAX_PIXELS = ENVIRONMENT.max_pixels
STUDIO_MAX_FRAMES = ENVIRONMENT.max_frames
STUDIO_KEEP_DELETED_DAYS = ENVIRONMENT.keep_deleted_days
STUDIO_KEEP_UNOPENED_DAYS = ENVIRONMENT.keep_unopened_days
STUDIO_NOTICE_DAYS = ENVIRONMENT.notice_days
STUDIO_KEEP_EXPORTS_DAYS = ENVIRONMENT.keep_exports_days
STUDIO_KEEP_UPLOADS_DAYS = ENVIRONMENT.keep_uploads_days
STUDIO_HISTORY_MB = ENVIRONMENT.history_mb
STUDIO_HISTORY_STEPS = ENVIRONMENT.history_steps
STUDIO_LEASE_SECONDS = ENVIRONMENT.lease_s
STUDIO_REQUESTS_A_MINUTE = ENVIRONMENT.requests_a_minute
STUDIO_QUOTA_BYTES = ENVIRONMENT.quota_bytes
STUDIO_QUOTA_FRAMES = ENVIRONMENT.quota_frames
STUDIO_QUOTA_MINUTES_DAY = ENVIRONMENT.quota_day
STUDIO_QUOTA_MINUTES_MONTH = ENVIRONMENT.quota_month
STUDIO_METRICS_TOKEN = ENVIRONMENT.metrics_token
STUDIO_STUCK_SECONDS = ENVIRONMENT.stuck_s
STUDIO_REDIS_URL = ENVIRONMENT.redis

_SHARED_PROCESSORS: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "studio": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer()
            if ENVIRONMENT.log_json
            else structlog.dev.ConsoleRenderer(colors=False),
            "foreign_pre_chain": _SHARED_PROCESSORS,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "studio"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "daphne": {"level": "WARNING"},
        "django.channels": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
logging.captureWarnings(False)
