"""All settings, from the environment, with safe defaults.

A data folder (MEMOFLOW_DATA, else ./var) holds what one office owns: its database, its secret key and
`memoflow.env`, written by script/run. The environment wins over that file.
"""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
DATA_DIR = Path(env.str("MEMOFLOW_DATA", default=str(BASE_DIR / "var"))).expanduser().resolve()
environ.Env.read_env(DATA_DIR / "memoflow.env")

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("MEMOFLOW_DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY, or start with script/run, which makes one in the data folder.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")

# The one clock (organization.calendar.now); the demo office brings its own.
MEMOFLOW_CLOCK = "demo.clock.now" if DEMO else "django.utils.timezone.now"

INSTALLED_APPS = [
    "organization",
    "audit",
    "notifications",
    "documents",
    "files",
    "assessments",
    "measures",
    "memo_flow",
    "desk",
    "disclosure",
    "demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.static.StaticFiles",
    "django.forms",
    "viewflow",
    "viewflow.workflow",
    "allauth",
    "allauth.account",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "disclosure.door.PublicDoor",  # the public's pages end here: no session, no sign-in, no cookie
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "organization.middleware.UserLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "desk.middleware.Refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["organization.templatetags.office", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "desk.shell.context",
                *(["demo.context.bar"] if DEMO else []),
            ],
        },
    },
]

# Database: one office in one file, or DATABASE_URL=postgres://… for a province or the country.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'memoflow.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        " PRAGMA mmap_size=134217728; PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# Broker: Redis or Valkey. Only a doorbell: what must be done is in the database.
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
MEMOFLOW_RING = env.bool("MEMOFLOW_RING", default=True)  # tests switch the bell off
MEMOFLOW_NUDGES_A_DAY = env.int("MEMOFLOW_NUDGES_A_DAY", default=20)  # by hand, of one office
CELERY_TIMEZONE = "Asia/Bangkok"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 0.5,
    "max_retries": 1,
    "retry_on_timeout": False,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if DATABASES["default"]["ENGINE"].endswith("sqlite3")
    else {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

# Mail: EMAIL_URL=smtp+tls://user:password@host:587 (or smtp+ssl://…:465); without it the demo keeps its letters.
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
elif DEMO:
    EMAIL_BACKEND = "demo.mailbox.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="MemoFlow <memoflow@localhost>")
# bounces@office.go.th: mail servers return to bounces+…@office.go.th, whose alias pipes into manage.py read_bounce.
MEMOFLOW_BOUNCE_ADDRESS = env.str("MEMOFLOW_BOUNCE_ADDRESS", default="")
# Hosts that an office's hooks may call by https: hooks.example.go.th, or .example.go.th with all below it. One with a
# port (localhost:8123) is a machine of one's own: http and private addresses are let through to that port.
MEMOFLOW_HOOK_HOSTS = env.list("MEMOFLOW_HOOK_HOSTS", default=[])
MEMOFLOW_METRICS_TOKEN = env.str("MEMOFLOW_METRICS_TOKEN", default="")  # of /metrics; without one there is none
MEMOFLOW_BANNER_SECONDS = 60  # for which a process need not ask again whether mail is stuck

# Sign-in. A link to choose a password is good once, and for a week: an invitation outlasts a leave.
PASSWORD_RESET_TIMEOUT = env.int("MEMOFLOW_LINK_SECONDS", default=604_800)
AUTH_USER_MODEL = "organization.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "inbox"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)  # else all share the proxy's sign-in limits
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "organization.adapter.ClosedAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False  # an office's PCs are shared
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Thai first, English complete; every moment is stored in UTC and read in Bangkok.
LANGUAGE_CODE = "th"
LANGUAGES = [("th", "ไทย"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Bangkok"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(DATA_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = DEBUG or DEMO
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Papers: printed once, kept under their sha256 where every web and worker process reads them.
STORAGES["papers"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": env.str("MEMOFLOW_PAPERS", default=str(DATA_DIR / "papers"))},
}
# Evidence and attachments: kept under their sha256, in a folder or, with MEMOFLOW_S3_BUCKET, in an S3-compatible store.
STORAGES["files"] = {
    "BACKEND": "files.storage.Folder",
    "OPTIONS": {"location": env.str("MEMOFLOW_FILES", default=str(DATA_DIR / "files"))},
}
if MEMOFLOW_S3_BUCKET := env.str("MEMOFLOW_S3_BUCKET", default=""):
    STORAGES["files"] = {
        "BACKEND": "files.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": MEMOFLOW_S3_BUCKET,
            "endpoint_url": env.str("MEMOFLOW_S3_ENDPOINT", default="") or None,  # none: Amazon's own
            "region_name": env.str("MEMOFLOW_S3_REGION", default="") or None,
            "access_key": env.str("MEMOFLOW_S3_KEY", default="") or None,  # none: the machine's own role
            "secret_key": env.str("MEMOFLOW_S3_SECRET", default="") or None,
            "location": env.str("MEMOFLOW_S3_FOLDER", default=""),
        },
    }
MEMOFLOW_FILE_BYTES = env.int("MEMOFLOW_FILE_BYTES", default=25_000_000)  # of one file
MEMOFLOW_FILES_PER_THING = env.int("MEMOFLOW_FILES_PER_THING", default=50)  # on one task, on one memo
MEMOFLOW_UPLOADS = env.str("MEMOFLOW_UPLOADS", default=str(DATA_DIR / "uploads"))  # while they come in, without a name
MEMOFLOW_X_ACCEL = env.str("MEMOFLOW_X_ACCEL", default="")  # the location of nginx that serves the folder of files
MEMOFLOW_LINK_PORTS = env.list("MEMOFLOW_LINK_PORTS", cast=int, default=[80, 443])  # that a look at a link may go to
FILE_UPLOAD_HANDLERS = ["files.uploads.OnDisk"]  # every form's: no upload is larger than a file may be
# The keys that encrypt the offices' sealing keys, newest first (Fernet: 32 bytes in URL-safe base64).
MEMOFLOW_SEAL_KEYS = env.list("MEMOFLOW_SEAL_KEYS", default=[])
MEMOFLOW_TSA_URL = env.str("MEMOFLOW_TSA_URL", default="")  # an RFC 3161 time stamping authority, where there is one
MEMOFLOW_PRINT_SECONDS = min(env.int("MEMOFLOW_PRINT_SECONDS", default=60), 120)  # of one paper; a lease is longer

# The public's pages: seconds for which a process, a browser or a proxy may show one as it was.
MEMOFLOW_PUBLIC_SECONDS = env.int("MEMOFLOW_PUBLIC_SECONDS", default=10)

# Browsers: nothing from elsewhere, nothing inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
HTTPS = env.bool("HTTPS", default=not (DEMO or DEBUG))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez/$", r"^healthz/$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_582_912  # a megabyte of Thai in a form is nine on the way: refused by the form, kept
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000  # the largest plan the editor allows

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"level": "ERROR"}},
}
