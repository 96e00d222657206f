"""Handline's settings, read from the environment and safe by default.

What an installation sets is listed in docs/deploy.md. Demo mode (HANDLINE_DEMO=1, what
``make run`` uses) makes its own secrets and serves plain HTTP on this machine only.
"""

import secrets
import sys
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from clinic import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO = env.flag("HANDLINE_DEMO")
TESTING = "pytest" in sys.modules
DEBUG = env.flag("HANDLINE_DEBUG")
DATA_DIR = Path(env.text("HANDLINE_DATA", str(BASE_DIR / "var")))
_RELAXED = DEMO or DEBUG or TESTING

# `manage.py derive` reads a file and writes answers: no session, no user, nothing to protect.
_SERVES_NOBODY = sys.argv[1:2] == ["derive"]
SECRET_KEY = (
    secrets.token_urlsafe(48)
    if _SERVES_NOBODY
    else env.secret("HANDLINE_SECRET_KEY", demo_file=DATA_DIR / "secret-key" if _RELAXED else None)
)
ALLOWED_HOSTS = env.words("HANDLINE_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("HANDLINE_ORIGINS")

INSTALLED_APPS = [
    "clinic",
    "notes",
    "billing",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",  # its widget templates, which FORM_RENDERER reads through TEMPLATES
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]

MIDDLEWARE = [
    "clinic.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "clinic.middleware.KnownMethodsMiddleware",
    # Before static files: a drawing that is opened by itself is a page too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are mostly repeated markup; Django pads them at random against length attacks.
    "clinic.middleware.PackedPagesMiddleware",
    "clinic.session_guard.SessionsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.session_guard.SignedInMiddleware",
    "clinic.middleware.PracticeScopeMiddleware",
    "clinic.middleware.NoStoreMiddleware",
    "clinic.submit_once.SubmitOnceMiddleware",
    "clinic.disk_full.DiskFullMiddleware",
    "clinic.held_up.HeldUpMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # its {% csrf_token %} hides a key in each form too
            "builtins": ["clinic.templatetags.form_keys"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "clinic.context_processors.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database ---------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL")
# On PostgreSQL two roles: pages are served by one that cannot change the schema or switch a
# guard off; commands that do sign in as the schema's owner.
OWNER_URL = env.text("HANDLINE_OWNER_URL")
_OWNERS_COMMANDS = {
    "dbsetup", "migrate", "flush", "bring_in_record", "createcachetable", "restore",
}  # fmt: skip
AS_OWNER = bool(OWNER_URL) and (TESTING or bool(_OWNERS_COMMANDS & set(sys.argv[1:2])))
RUN_TIME_ROLE = dj_database_url.parse(DATABASE_URL) if OWNER_URL and DATABASE_URL else {}
if DATABASE_URL:
    DATABASES = {
        "default": dj_database_url.parse(
            OWNER_URL if AS_OWNER else DATABASE_URL, engine="clinic.postgresql", conn_max_age=60
        )
    }
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A migration may take its time; a page may not.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        f"-c statement_timeout={0 if AS_OWNER and not TESTING else '15s'} -c lock_timeout=5s "
        "-c idle_in_transaction_session_timeout=30s"
    )
else:
    # Debian's SQLite has a corruption bug in WAL mode (fixed in 3.51.3); pysqlite3 brings a
    # safe one. Swapped in before Django's backend imports the module.
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
    DATABASES = {
        "default": {
            "ENGINE": "clinic.sqlite",
            "NAME": DATA_DIR / "handline.sqlite3",
            # IMMEDIATE: a read-then-write transaction waits for its turn instead of failing.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
                    "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                ),
            },
            # A file, not memory: the live server's threads must not share one connection.
            "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -----------------------------------------------------------------------------
AUTH_USER_MODEL = "clinic.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "clinic.hashers.ModestArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    # Argon2 is slow on purpose; the tests sign in hundreds of times.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "clinic.passwords.NotTooLong"},
    {"NAME": "clinic.passwords.HardToGuess"},
]
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "clinic.accounts.AccountAdapter"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "clinic.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TRUST_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an address is confirmed by the invitation sent to it
MFA_TOTP_ISSUER = "Handline"
MFA_FORMS = {
    "authenticate": "clinic.forms.second_factor.CodeForm",
    "activate_totp": "clinic.forms.second_factor.FirstCodeForm",
    "add_webauthn": "clinic.forms.second_factor.PasskeyForm",
    "authenticate_webauthn": "clinic.forms.second_factor.PasskeyStepForm",
    "login_webauthn": "clinic.forms.second_factor.PasskeySignInForm",
    "reauthenticate_webauthn": "clinic.forms.second_factor.PasskeyAgainForm",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
# axes counts five wrong passwords per account and address; allauth a hundred per account from
# anywhere. Both counts, and the codes that were used, are in the database: every worker sees them.
ACCOUNT_RATE_LIMITS = {"login_failed": "100/h/ip,100/d/key"}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "clinic_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("HANDLINE_BEHIND_PROXY") else 0
AXES_CLIENT_IP_CALLABLE = "clinic.addresses.client_ip"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "clinic.sign_in.address_typed"
AXES_SENSITIVE_PARAMETERS = ["login", "password"]
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_VERBOSE = False

# Seals the seeds of second factors and the sessions. When it changes, put the new one before
# the old one, and run `manage.py reseal`.
FIELD_KEY = (
    secrets.token_urlsafe(48)
    if _SERVES_NOBODY
    else env.secret("HANDLINE_FIELD_KEY", demo_file=DATA_DIR / "field-key" if _RELAXED else None)
)

# --- signing keys ---------------------------------------------------------------------------
# Opens the stored signing keys; not in the database, so that a stolen copy cannot sign.
SIGNING_PASSPHRASE = (
    ""
    if _SERVES_NOBODY
    else env.secret(
        "HANDLINE_SIGNING_PASSPHRASE",
        demo_file=DATA_DIR / "signing-passphrase" if _RELAXED else None,
    )
)
# file: keys in the database, under the passphrase. pkcs11: in a security module.
SIGNER = env.text("HANDLINE_SIGNER", "file")
PKCS11_MODULE = env.text("HANDLINE_PKCS11_MODULE")
PKCS11_TOKEN = env.text("HANDLINE_PKCS11_TOKEN")
PKCS11_PIN = env.text("HANDLINE_PKCS11_PIN")
TIMESTAMP_URL = env.text("HANDLINE_TIMESTAMP_URL")
# A PEM file with the roots of that authority; with it documents carry their own evidence.
TIMESTAMP_ROOTS = env.text("HANDLINE_TIMESTAMP_ROOTS")
TIMESTAMP_CRLS = env.text("HANDLINE_TIMESTAMP_CRLS")
# Where the list of revoked certificates is published, if not by this installation itself.
CRL_URL = env.text("HANDLINE_CRL_URL").rstrip("/")
# Where the QR code on paper leads. Without it documents carry no QR code.
PUBLIC_URL = env.text("HANDLINE_PUBLIC_URL").rstrip("/")
if DEMO and not PUBLIC_URL:
    PUBLIC_URL = f"http://127.0.0.1:{env.text('PORT', '8000')}"

# --- backups ----------------------------------------------------------------------------------
BACKUP_DIR = Path(env.text("HANDLINE_BACKUP_DIR", str(DATA_DIR / "backups")))
# Public keys only: whoever steals this machine cannot open a backup that left it.
BACKUP_RECIPIENTS = env.words("HANDLINE_BACKUP_RECIPIENTS")
# The role that reads every practice's rows; the one that serves pages may not.
BACKUP_DATABASE = (
    dj_database_url.parse(url)
    if (url := env.text("HANDLINE_BACKUP_DATABASE_URL") or OWNER_URL)
    else DATABASES["default"]
)

# Today's patients on paper for a day without Handline; with a password the files are encrypted.
DOWNTIME_DIR = Path(folder) if (folder := env.text("HANDLINE_DOWNTIME_DIR")) else None
DOWNTIME_PASSWORD = env.text("HANDLINE_DOWNTIME_PASSWORD")

# --- health -----------------------------------------------------------------------------------
# Who knows it reads the details of /readyz.
MONITORING_SECRET = env.text("HANDLINE_MONITORING_SECRET")
ALERT_MAIL = env.words("HANDLINE_ALERT_MAIL")
LEAST_FREE_MB = int(env.text("HANDLINE_LEAST_FREE_MB", "1024"))
# In minutes. PostgreSQL archives its log beside a nightly backup; SQLite's is made each hour.
BACKUP_MAX_AGE = int(env.text("HANDLINE_BACKUP_MAX_AGE", "1560" if DATABASE_URL else "75"))

# --- audit trail ------------------------------------------------------------------------------
# Seals every event; not in the database, so that whoever can write there cannot forge one.
AUDIT_KEY = (
    secrets.token_urlsafe(48)
    if _SERVES_NOBODY
    else env.secret("HANDLINE_AUDIT_KEY", demo_file=DATA_DIR / "audit-key" if _RELAXED else None)
)
AUDIT_OLD_KEYS = env.words("HANDLINE_AUDIT_OLD_KEYS")
# The nightly line with the last seal of each chain: a file on another disk, and mail.
AUDIT_ANCHOR_FILE = Path(env.text("HANDLINE_ANCHOR_FILE", str(DATA_DIR / "audit-anchors.log")))
AUDIT_ANCHOR_MAIL = env.words("HANDLINE_ANCHOR_MAIL")

# --- sessions, cookies, headers -----------------------------------------------------------
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_SERIALIZER = "clinic.field_keys.SealedSerializer"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not _RELAXED
if not _RELAXED:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sid", "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env.flag("HANDLINE_BEHIND_PROXY"):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- static files, time, words --------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "clinic.static_files.StaticFiles"
    },
}
# Documents of a group that outgrew its database; without it they are in the rows.
if _objects := env.text("HANDLINE_DOCUMENTS_S3"):
    STORAGES["documents"] = env.object_store(_objects)
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else's pages have a use for our files
# Found when asked for: scanning all files would slow every test client down.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
USE_TZ = True
TIME_ZONE = "America/New_York"
LANGUAGE_CODE = "en-us"
USE_I18N = False
DATE_FORMAT = "M j, Y"
EMAIL_HOST = env.text("HANDLINE_EMAIL_HOST")
_SENDS = "smtp" if EMAIL_HOST else "console"
EMAIL_BACKEND = env.text(
    "HANDLINE_EMAIL_BACKEND", f"django.core.mail.backends.{_SENDS}.EmailBackend"
)
EMAIL_PORT = int(env.text("HANDLINE_EMAIL_PORT", "587"))
EMAIL_HOST_USER = env.text("HANDLINE_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("HANDLINE_EMAIL_PASSWORD")
EMAIL_USE_TLS = True
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("HANDLINE_EMAIL_FROM", "handline@localhost")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Log lines carry the exception's class and place, never its message: messages quote values.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "clinic.logs.QuietFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # It names the address that was typed, which may be a password; the trail has the event.
        "axes": {"handlers": ["console"], "level": "CRITICAL", "propagate": False},
    },
}
