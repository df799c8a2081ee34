"""Addresses for operations and for developers of other programs."""

from django.urls import path

from config import docs, health

urlpatterns = [
    path("healthz", health.answer_alive, name="healthz"),
    path("readyz", health.answer_ready, name="readyz"),
    path("metrics", health.show_metrics, name="metrics"),
    path("api/docs", docs.show_api_docs, name="api_docs"),
]
