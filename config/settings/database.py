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
    # Whole pages, found under the content version; in memory, so that no crawler crowds out limits.
    # In development a changed template shows at once.
    "pages": {
        "BACKEND": "django.core.cache.backends.dummy.DummyCache"
        if ENVIRONMENT.debug
        else "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
    # Sizes of pictures are fetched with their pictures. A second memory of them would crowd out the
    # limits of sign-in, and name files that a restored database does not know.
    "renditions": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
