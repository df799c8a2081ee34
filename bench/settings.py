"""The project's settings with the benchmark's addresses; nothing else may differ."""

from config.settings import *  # noqa: F403  the same settings, by intent

ROOT_URLCONF = "bench.urls"
SECURE_SSL_REDIRECT = False
