"""The project's settings without any layer around a view: what a bare Django would need."""

from bench.settings import *  # noqa: F403  the same settings, by intent

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.bare_urls"
