"""Fixtures of the whole suite; the engine is whatever DATABASE_URL names, a SQLite file by default."""

import os
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="wellread-test-"))
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
