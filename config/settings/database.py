"""The database and the cache: SQLite and database cache embedded, PostgreSQL and Redis by address."""

from config.settings.environment import ENVIRONMENT

DATABASES = {"default": ENVIRONMENT.database}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Tests use a file too: a database in memory has other locks than the one people run.
    DATABASES["default"]["TEST"] = {"NAME": str(ENVIRONMENT.data_dir / "test.sqlite3")}

REDIS_URL = ENVIRONMENT.redis_url
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(ENVIRONMENT.data_dir / "cache"),
        # Beyond the default of 300 a third is thrown away at random, limits of sign-in included.
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
