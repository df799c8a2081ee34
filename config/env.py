"""Reads the environment, and is the only module that may; everything else asks Django's settings."""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent

_env = environ.Env()


@dataclass(frozen=True)
class Environment:
    """Everything Wellread takes from outside, parsed once.

    `data_dir` is an absolute, existing, writable folder; `database` is Django's dictionary for one
    database; `redis_url` is empty on the embedded engine.
    """

    debug: bool
    data_dir: Path
    secret_key: str
    allowed_hosts: list[str]
    base_url: str
    database: dict
    redis_url: str
    email: dict
    sms_adapter: str
    sms_gateway_url: str
    sms_gateway_secret: str
    wechat_app_id: str
    wechat_app_secret: str
    wechat_scope: str
    wechat_open_url: str
    wechat_api_url: str
    wechat_adapter: str
    bigbluebutton_url: str
    bigbluebutton_secret: str
    port: int
    bind: str
    cors_origins: list[str]
    headless_preview_url: str
    trusted_proxies: int
    room_words_days: int
    webhooks_to_this_machine: bool


def read_environment() -> Environment:
    """Return the parsed environment; raises ImproperlyConfigured with a cure for a bad value."""
    debug = _env.bool("DEBUG", default=True)
    port = _env.int("PORT", default=8000)
    bind = _env.str("BIND", default="127.0.0.1")
    data_dir = _data_dir()
    base_url = _env.str("BASE_URL", default=f"http://127.0.0.1:{port}").rstrip("/")
    host = urlsplit(base_url).hostname or ""
    bigbluebutton_url, bigbluebutton_secret = _bigbluebutton()
    return Environment(
        debug=debug,
        data_dir=data_dir,
        secret_key=_secret_key(data_dir=data_dir, debug=debug),
        allowed_hosts=_env.list("ALLOWED_HOSTS", default=_default_hosts(host=host)),
        base_url=base_url,
        database=_database(data_dir=data_dir),
        redis_url=_env.str("REDIS_URL", default=""),
        email=_email(),
        sms_adapter=_env.str("SMS_ADAPTER", default=""),
        sms_gateway_url=_web_address(
            _env.str("SMS_GATEWAY_URL", default=""),
            name="SMS_GATEWAY_URL",
            example="https://sms.example.org/send",
        ),
        sms_gateway_secret=_env.str("SMS_GATEWAY_SECRET", default=""),
        wechat_app_id=_env.str("WECHAT_APP_ID", default=""),
        wechat_app_secret=_env.str("WECHAT_APP_SECRET", default=""),
        wechat_scope=_wechat_scope(),
        wechat_open_url=_web_address(
            _env.str("WECHAT_OPEN_URL", default="https://open.weixin.qq.com").rstrip("/"),
            name="WECHAT_OPEN_URL",
            example="https://open.weixin.qq.com",
        ),
        wechat_api_url=_web_address(
            _env.str("WECHAT_API_URL", default="https://api.weixin.qq.com").rstrip("/"),
            name="WECHAT_API_URL",
            example="https://api.weixin.qq.com",
        ),
        wechat_adapter=_env.str("WECHAT_ADAPTER", default=""),
        bigbluebutton_url=bigbluebutton_url,
        bigbluebutton_secret=bigbluebutton_secret,
        port=port,
        bind=bind,
        cors_origins=_origins(),
        headless_preview_url=_web_address(
            _env.str("HEADLESS_PREVIEW_URL", default=""),
            name="HEADLESS_PREVIEW_URL",
            example="https://www.example.org/preview",
        ),
        trusted_proxies=_env.int("TRUSTED_PROXIES", default=0),
        room_words_days=_env.int("ROOM_WORDS_DAYS", default=30),
        webhooks_to_this_machine=_env.bool("WEBHOOKS_TO_THIS_MACHINE", default=False),
    )


def _origins() -> list[str]:
    """Origins as browsers write them: a scheme, a host, perhaps a port, and nothing behind it."""
    origins = [origin.strip().rstrip("/") for origin in _env.list("CORS_ORIGINS", default=[])]
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
            raise ImproperlyConfigured(
                f"CORS_ORIGINS names {origin!r}. Write each as https://www.example.org, "
                "with commas between; a star is not taken."
            )
    return origins


def _wechat_scope() -> str:
    """How much WeChat is asked: who it is, silently, or after the reader agreed there."""
    scope = _env.str("WECHAT_SCOPE", default="snsapi_base")
    if scope not in ("snsapi_base", "snsapi_userinfo"):
        raise ImproperlyConfigured(
            f"WECHAT_SCOPE is {scope!r}. Write snsapi_base, or snsapi_userinfo where several "
            "accounts of yours share their readers."
        )
    return scope


def _bigbluebutton() -> tuple[str, str]:
    """Address and secret as `bbb-conf --secret` prints them; one is nothing without the other."""
    address = _web_address(
        _env.str("BIGBLUEBUTTON_URL", default="").rstrip("/").removesuffix("/api"),
        name="BIGBLUEBUTTON_URL",
        example="https://meet.example.org/bigbluebutton",
    )
    secret = _env.str("BIGBLUEBUTTON_SECRET", default="")
    if bool(address) != bool(secret):
        raise ImproperlyConfigured(
            "BIGBLUEBUTTON_URL and BIGBLUEBUTTON_SECRET go together. `bbb-conf --secret` prints both."
        )
    return address, secret


def _web_address(address: str, *, name: str, example: str) -> str:
    if address and not urlsplit(address).netloc:
        raise ImproperlyConfigured(f"{name} is {address!r}. Write it as {example}")
    return address


def _default_hosts(*, host: str) -> list[str]:
    return sorted({"127.0.0.1", "localhost", "[::1]", host} - {""})


def _data_dir() -> Path:
    data_dir = Path(_env.str("DATA_DIR", default=str(ROOT / "var"))).expanduser().resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR {data_dir} cannot be created ({error.strerror}). "
            "Name a folder you may write to: DATA_DIR=~/wellread make run"
        ) from None
    if not os.access(data_dir, os.W_OK):
        raise ImproperlyConfigured(
            f"DATA_DIR {data_dir} is not writable. "
            "Name a folder you may write to: DATA_DIR=~/wellread make run"
        )
    return data_dir


def _secret_key(*, data_dir: Path, debug: bool) -> str:
    given = _env.str("SECRET_KEY", default="")
    if given:
        if not debug and len(given) < 32:
            raise ImproperlyConfigured(
                "SECRET_KEY is shorter than 32 characters. Leave it out and Wellread keeps a "
                "generated one in DATA_DIR, or give a long random one."
            )
        return given
    path = data_dir / "secret_key"
    try:
        return path.read_text().strip() or _write_secret(path)
    except FileNotFoundError:
        return _write_secret(path)


def _write_secret(path: Path) -> str:
    """Create the key file once; when two processes start together, the first one's key counts."""
    key = secrets.token_urlsafe(64)
    temporary = path.with_name(f"secret_key.{os.getpid()}.new")
    temporary.touch(mode=0o600)
    temporary.write_text(key)
    try:
        os.link(temporary, path)
    except FileExistsError:
        if not path.read_text().strip():
            os.replace(temporary, path)
            return key
    finally:
        temporary.unlink(missing_ok=True)
    return path.read_text().strip()


def _database(*, data_dir: Path) -> dict:
    url = _env.str("DATABASE_URL", default="")
    if not url:
        return _sqlite(name=str(data_dir / "wellread.sqlite3"))
    parts = environ.Env.db_url_config(url)
    engine = parts.get("ENGINE", "")
    if engine.endswith("sqlite3"):
        return _sqlite(name=parts["NAME"])
    if not engine.endswith("postgresql"):
        raise ImproperlyConfigured(
            "DATABASE_URL must start with postgres:// or sqlite://; leave it out for SQLite in DATA_DIR."
        )
    parts["ENGINE"] = "config.postgresql"
    # A pool, because under ASGI each request runs in a thread of its own.
    parts["OPTIONS"] = {
        **parts.get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": 16, "timeout": 10},
        "options": "-c synchronous_commit=on",
        "connect_timeout": 5,
    }
    return parts


def _sqlite(*, name: str) -> dict:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                f"PRAGMA journal_mode=WAL; PRAGMA synchronous={_synchronous()}; "
                "PRAGMA foreign_keys=ON; "
                "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000;"
            ),
        },
    }


def _synchronous() -> str:
    """FULL, so that an answered commit survives a power cut; a test's database need not."""
    return "OFF" if running_tests() else "FULL"


def _email() -> dict:
    """Mail is written to files on the "would be sent" page until EMAIL_URL names a server."""
    url = _env.str("EMAIL_URL", default="")
    if not url:
        return {}
    parts = environ.Env.email_url_config(url)
    return {key: value for key, value in parts.items() if key.startswith("EMAIL_")}


def running_tests() -> bool:
    """Tell whether this process is a test run."""
    return "pytest" in sys.modules
