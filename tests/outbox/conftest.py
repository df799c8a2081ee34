"""What outbox tests share: kinds of their own, rows that other processes see, and their removal."""

import pytest

from outbox import registry
from outbox.models import AuditEntry, Delivery, Effect


@pytest.fixture(autouse=True)
def _kinds_of_one_test(monkeypatch):
    """Kinds registered by a test are gone after it."""
    monkeypatch.setattr(registry, "_handlings", dict(registry._handlings))


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """The test database without a surrounding transaction, for tests with several processes.

    Rows are removed by hand: a flush would take what migrations made with it.
    """
    with django_db_blocker.unblock():
        yield
        Delivery.objects.all().delete()
        Effect.objects.all().delete()
        AuditEntry.objects.filter(actor="test").delete()
