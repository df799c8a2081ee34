"""Composition root: settings, addresses and processes; it may hold no business rule."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
