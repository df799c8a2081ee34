"""Health: alive without a database, ready when the front page is, numbers without people."""

import re

import pytest
from django.db import OperationalError

from config import health
from outbox.gauges import register_gauge
from outbox.models import Effect, EffectState
from tests.factories.people import ContactPointFactory

pytestmark = pytest.mark.django_db


def test_healthz_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_readyz_is_ready_once_migrated(client):
    assert client.get("/readyz").status_code == 200


def test_readyz_says_what_is_missing(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", health.threading.Event())
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *args: ["one"])
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"The database is not migrated.\n")

    def away():
        raise OperationalError

    monkeypatch.setattr(health.connection, "cursor", away)
    assert client.get("/readyz").status_code == 503


def test_metrics_are_numbers_of_work_and_name_nobody(client):
    Effect.objects.create(kind="a", key="waiting")
    Effect.objects.create(kind="a", key="dead", state=EffectState.DEAD)
    ContactPointFactory(value="canary@example.org")
    text = client.get("/metrics").content.decode()
    assert "wellread_effects_pending 1\n" in text
    assert "wellread_effects_dead 1\n" in text
    assert "wellread_views_unfolded 0\n" in text
    assert "canary" not in text
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) wellread_\w+ .+|wellread_\w+ [\d.e+-]+", line)


def test_a_gauge_that_fails_is_left_out(client):
    def fail():
        raise OperationalError

    register_gauge(name="broken", help="Never there.", read=fail)
    assert "wellread_broken" not in client.get("/metrics").content.decode()


def test_api_docs_load_nothing_from_elsewhere_and_run_nothing_inline(client):
    response = client.get("/api/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "//" not in page.replace("<!doctype", "")
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    policy = response["Content-Security-Policy"]
    assert "script-src" not in policy or "unsafe-inline" not in policy.split("script-src")[1]
