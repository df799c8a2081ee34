"""Fixtures of the whole suite; the engine is whatever DATABASE_URL names, a SQLite file by default."""

import os
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="wellread-test-"))
# Playwright leaves an event loop in a worker's thread; Django would refuse its database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # Workers have a database each. A cache that they shared would tell one what another's database
    # holds, and be cleared by one while another counts queries.
    from django.conf import settings

    settings.CACHES["default"]["KEY_PREFIX"] = worker
    if "filebased" in settings.CACHES["default"]["BACKEND"]:
        settings.CACHES["default"]["LOCATION"] += f"-{worker}"
