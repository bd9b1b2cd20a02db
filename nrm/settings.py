"""Settings, read from the environment. Importing them never fails: what is missing or wrong is
told all at once when web, worker or beat starts (nrm.startup)."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from nrm.variables import variable as env

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str) -> bool:
    return env(name) in {"1", "true", "yes"}


def database(url: str) -> dict:
    """A Django database from `postgresql://user:password@host:port/name?host=/socket/folder`."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = query.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(query.pop("port", parts.port or "")),
        "OPTIONS": query,
    }


# Where this runs --------------------------------------------------------------------------------
PROCESS = env("NRM_PROCESS", "web")  # web, worker, identities or beat: decides the database role
DEMO = flag("NRM_DEMO")
INSECURE_HTTP = flag("NRM_INSECURE_HTTP")  # plain HTTP on loopback only; nrm.startup checks
DEBUG = False
SECRET_KEY = env("NRM_SECRET_KEY") or "not-set: nrm.startup refuses to serve without NRM_SECRET_KEY"
ALLOWED_HOSTS = [host for host in env("NRM_ALLOWED_HOSTS").split(",") if host]
KEKS = env("NRM_KEKS")
KEK_FILE = env("NRM_KEK_FILE")
KEK_IN_USE = env("NRM_KEK_IN_USE")  # the number that wraps; empty: the highest
KEY_WRAPPER = env("NRM_KEY_WRAPPER")  # a class that asks a key service; empty: the keys above
SEARCH_KEYS = env("NRM_SEARCH_KEYS")
SEARCHES_PER_HOUR = int(env("NRM_SEARCHES_PER_HOUR", "30"))
REGISTER_STILL_SECONDS = int(env("NRM_REGISTER_STILL_SECONDS", "60"))  # then another goes on
REGISTER_DAYS = int(env("NRM_REGISTER_DAYS", "14"))  # that a register lies with nobody at it
AUDIT_KEY = env("NRM_AUDIT_KEY")
AUDIT_HEADS = env("NRM_AUDIT_HEADS")
WEBHOOK_KEYS = env("NRM_WEBHOOK_KEYS")  # empty: no system can be told of events
PACK_KEYS = env("NRM_PACK_KEYS")  # empty: no pack is sealed or opened here
WEBHOOK_CA = env("NRM_WEBHOOK_CA")  # a file of certificates that count besides the public ones
WEBHOOKS_INSIDE = DEMO and flag("NRM_WEBHOOKS_INSIDE")  # also to this machine: a trial alone
CLAMD = env("NRM_CLAMD")  # the path of clamd's socket, or host:port; empty: files are not scanned
CLAMD_AWAY = env("NRM_CLAMD_AWAY", "refuse")  # or keep: what is done with files while it is away

# Rooms ------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "nrm.apps.GroundConfig",
    "nrm.accounts.apps.AccountsConfig",
    "nrm.audit.apps.AuditConfig",
    "identities.apps.IdentitiesConfig",
    "cases.apps.CasesConfig",
    "screening.apps.ScreeningConfig",
    "protection.apps.ProtectionConfig",
    "exchange.apps.ExchangeConfig",
    "reporting.apps.ReportingConfig",
    "django.forms",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # What every answer says, whoever gives it: a page, a file, a redirect to https or an error.
    "nrm.web.headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nrm.web.Compressed",
    "nrm.accounts.sessions.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "nrm.accounts.tokens.bearer_token",
    "django.middleware.csrf.CsrfViewMiddleware",
    "nrm.accounts.sessions.SignedIn",
    "nrm.accounts.tokens.token_user",
    "identities.leaving.LoginRequired",
    "identities.leaving.ShowKept",
    "django.contrib.messages.middleware.MessageMiddleware",
    "nrm.uploads.receive",  # reads what is sent with files, before a transaction is open
    "nrm.web.context",  # innermost: the database context of the request
]

ROOT_URLCONF = "nrm.urls"
WSGI_APPLICATION = "nrm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "nrm.context_processors.page",
            ],
        },
    }
]
FORM_RENDERER = "nrm.forms.Renderer"

# Database ---------------------------------------------------------------------------------------
# The application signs in as a role that owns nothing; only migrations use the owner.
_POOL = {"min_size": 1, "max_size": int(env("NRM_DATABASE_POOL", "8")), "timeout": 10}
# What needs keys in the background signs in as the web does, and acts for who asked for it.
_role_url = env("DATABASE_URL" if PROCESS in ("web", "identities") else "DATABASE_WORKER_URL")
DATABASES = {
    "default": database(_role_url),
    "owner": database(env("DATABASE_OWNER_URL")),
}
DATABASES["default"]["OPTIONS"]["pool"] = _POOL
# A job counts what was frozen as nrm_reporting, which reads snapshots and nothing else.
REPORTING_URL = env("DATABASE_REPORTING_URL")
# Statements are prepared, and their plans kept while a connection lives: planning the checks of
# rights costs more than running them.
DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
# Tests create, migrate and flush through the owner, and use the application's role for the rest.
DATABASES["default"]["TEST"] = {"MIRROR": "owner"}
# psycopg pools; nothing else may hold a connection's state between requests.
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who signs in -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "nrm.accounts.backends.SignIn",
    "cases.access.CaseBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

SESSION_ENGINE = "nrm.accounts.sessions"
SESSION_COOKIE_AGE = 15 * 60  # idle; every request renews it
NEUTRAL_PAGE = env("NRM_NEUTRAL_PAGE")  # where "Hide this screen" leads; empty: a page of ours
SESSION_LIMIT = int(env("NRM_SESSION_HOURS", "8")) * 3600  # absolute, whatever is done in it
# How long a second factor counts as just given, for what asks for a fresh one.
FRESH_FACTOR_SECONDS = int(env("NRM_FRESH_MINUTES", "10")) * 60
SESSION_SAVE_EVERY_REQUEST = False  # the session itself writes when it was last seen
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not INSECURE_HTTP
SESSION_COOKIE_NAME = "nrm_session" if INSECURE_HTTP else "__Host-nrm_session"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = not INSECURE_HTTP
CSRF_COOKIE_NAME = "nrm_csrf" if INSECURE_HTTP else "__Host-nrm_csrf"
CSRF_FAILURE_VIEW = "identities.leaving.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What the browser is told -----------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A browser also asks this of where a sent form leads on to.
        "form-action": [SELF, NEUTRAL_PAGE] if NEUTRAL_PAGE else [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": with it browsers send "Origin: null" with a form, and every form is refused.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_HTTP
SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("NRM_BEHIND_PROXY") else None
SECURE_REDIRECT_EXEMPT = [r"^health/"]
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# No other handler: Django's own writes a file of more than 2.5 MB to the disk as it is.
FILE_UPLOAD_HANDLERS = ["nrm.uploads.SealedUploadHandler"]

# Static files -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("NRM_STATIC_ROOT") or BASE_DIR / ".local" / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("ar", _("Arabic"))]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = not INSECURE_HTTP
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env("NRM_TIME_ZONE", "Europe/London")

# Work in the background -------------------------------------------------------------------------
REDIS_URL = env("REDIS_URL")
CACHES = (
    {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    }
    if REDIS_URL
    else {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
)

# E-mail: "You have a task" and a link, nothing else ----------------------------------------------
SERVICE_URL = env("NRM_SERVICE_URL", "http://127.0.0.1:8000")
DEFAULT_FROM_EMAIL = env("NRM_EMAIL_FROM", "no-reply@referral-mechanism.example")
EMAIL_FILE_PATH = env("NRM_EMAIL_FOLDER") or None
EMAIL_BACKEND = (
    "django.core.mail.backends.filebased.EmailBackend"
    if EMAIL_FILE_PATH
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST = env("NRM_EMAIL_HOST", "localhost")
EMAIL_PORT = int(env("NRM_EMAIL_PORT", "25"))
EMAIL_HOST_USER = env("NRM_EMAIL_USER")
EMAIL_HOST_PASSWORD = env("NRM_EMAIL_PASSWORD")
EMAIL_USE_TLS = flag("NRM_EMAIL_TLS")
EMAIL_TIMEOUT = 10

# REST -------------------------------------------------------------------------------------------
API_PER_MINUTE = int(env("NRM_API_PER_MINUTE", "600"))  # calls of a user; of one token, half
API_IDENTITIES_PER_HOUR = int(env("NRM_API_IDENTITIES_PER_HOUR", "60"))
API_INVITATIONS_PER_HOUR = int(env("NRM_API_INVITATIONS_PER_HOUR", "30"))
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["nrm.accounts.tokens.SignedIn"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "nrm.web.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Referral Mechanism",
    "DESCRIPTION": "Referrals, cases, screening, decisions and deadlines.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "nrm.openapi.complete",
    ],
    "SERVERS": [],
    "ENUM_NAME_OVERRIDES": {
        "SafetyEnum": "cases.models.referral.Safety",
        "CooperationAnswerEnum": "cases.models.cooperation.CooperationAnswer",
        "YesNoEnum": "cases.api.decisions.YES_NO",
        "DocumentKindEnum": "cases.models.document.DocumentKind",
        "DocumentSourceEnum": "cases.models.document.DocumentSource",
        "EvidenceSourceEnum": "screening.models.EvidenceSource",
        "ScreeningStateEnum": "screening.models.ScreeningState",
        "IndicatorStateEnum": "screening.models.IndicatorState",
        "StayStateEnum": "protection.models.shelter.StayState",
        "BedStateEnum": "protection.api.shelter.BED_STATES",
        "BedSexEnum": "protection.models.shelter.SexOf",
        "WantedSexEnum": "protection.api.shelter.SEXES",
        "AvoidKindEnum": "protection.models.shelter.AvoidKind",
        "MoveEnum": "protection.api.shelter.MOVES",
        "ServiceStateEnum": "protection.models.ServiceState",
        "SupportStateEnum": "protection.api.services.STATES",
        "AgoEnum": "cases.api.cases.AGO",
        "LanguageEnum": "nrm.accounts_api.LANGUAGES",
        "ResultEnum": "screening.rules.BEST_FIRST",
        "ElementStateEnum": "screening.api.ELEMENT_STATES",
        "HearingEnum": "cases.models.matter.HearingKind",
        "HearingResultEnum": "cases.rules.hearings.RESULTS",
        "MatterKindEnum": "cases.models.matter.MatterKind",
        "InterpreterEnum": "screening.models.Interpreter",
        "InterpreterNeedEnum": "protection.models.counselling.InterpreterNeed",
        "SessionStateEnum": "protection.models.counselling.SessionState",
        "SessionOutcomeEnum": "protection.api.counselling.OUTCOME_CODES",
        "FitEnum": "protection.models.counselling.Fit",
        "OutcomeEnum": "cases.models.matter.MatterOutcome",
    },
}

# Logs: references and codes, never names --------------------------------------------------------
LOGGING_CONFIG = "nrm.logs.configure"
LOGGING: dict = {"version": 1}  # Django configures nothing at all where this is empty

SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # guardian's backend is hooked as cases.access.CaseBackend, a subclass
]
