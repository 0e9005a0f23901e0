"""Django's settings, derived from `config`: one process, one role, a connection per thread."""

from __future__ import annotations

from typing import Any

from ecouvillon import config
from ecouvillon.errors import Misconfigured

_config = config.load()

# Tools such as mypy and makemigrations read settings where no installation exists.
try:
    _conninfo = _config.conninfo(_config.role)
except Misconfigured:
    _conninfo = {"host": "/nonexistent", "dbname": "ecouvillon", "user": "", "password": ""}
    SECRET_KEY = "tools-only-no-installation"  # noqa: S105 - no server starts without an installation
else:
    # Only `web` signs anything (CSRF); the other roles never use it.
    SECRET_KEY = _config.secret(_config.role).get("django", "this-role-signs-nothing")

DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", _config.public_host]
USE_TZ = True
TIME_ZONE = "Europe/Paris"
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
USE_I18N = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
    "ecouvillon.frame",
    "ecouvillon.trust.isolation",
    "ecouvillon.trust.ledger",
    "ecouvillon.trust.vault",
    "ecouvillon.people.signin",
    "ecouvillon.people.pharmacy",
    "ecouvillon.screening",
    "ecouvillon.exits.reporting",
    "ecouvillon.exits.delivery",
    "ecouvillon.pathway",
    "ecouvillon.entrances.api",
    "ecouvillon.entrances.patient",
    "ecouvillon.entrances.counter",
]

TRUSTED_PROXIES = _config.trusted_proxies
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

MIDDLEWARE = [
    "ecouvillon.frame.client_address.ClientAddressMiddleware",
    "ecouvillon.frame.security_headers.SecurityHeadersMiddleware",
    "ecouvillon.entrances.api.shortcut.ApiShortcutMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "ecouvillon.frame.csrf.CsrfMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ecouvillon.frame.error_pages.ErrorPagesMiddleware",
]

ROOT_URLCONF = "ecouvillon.urls"
WSGI_APPLICATION = "ecouvillon.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _conninfo.get("host", ""),
        "PORT": _conninfo.get("port", ""),
        "NAME": _conninfo["dbname"],
        "USER": _conninfo["user"],
        "PASSWORD": _conninfo["password"],
        # A connection per thread, kept: connecting costs more than a whole result.
        "CONN_MAX_AGE": None,
        "OPTIONS": {"server_side_binding": True}
        | {
            key: value
            for key, value in _conninfo.items()
            if key not in ("host", "port", "dbname", "user", "password")
        },
    }
}
# Transactions are visible where they begin (isolation.change), never implied by a request.
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "signin.Person"

# API clients' secrets; there are no passwords of people.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
IDP_OIDC_ADAPTER = "ecouvillon.people.pharmacy.tokens.TokenAdapter"
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]

STATIC_URL = "/static/"
# The static files are a fixed set that lies in the rooms' folders: no directory is collected,
# listed or writable. WhiteNoise serves what the finders name, and nothing else.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

_HTTPS = _config.public_url.startswith("https://")
# The prefix binds the cookie to this very host, over TLS (RFC 6265bis, 4.1.3.2).
CSRF_COOKIE_NAME = "__Host-ecouvillon_csrf" if _HTTPS else "ecouvillon_csrf"
# The cookie of `people.signin`'s sessions. There is no middleware of sessions: programs and
# patients have none, and the counter reads its own (`entrances.counter.access`).
SESSION_COOKIE_NAME = "__Host-ecouvillon_session" if _HTTPS else "ecouvillon_session"
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
CSRF_FAILURE_VIEW = "ecouvillon.frame.pages.csrf_failure"
APPEND_SLASH = False

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# Django configures no logging: `operations.logs` does, JSON lines of allowed fields only.
LOGGING_CONFIG = None
