"""No log line holds what an error says of a person; it says which error, and where."""

import logging
import logging.config

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from config.celery import app
from config.log_lines import Line
from people.models import ContactPoint
from tests.factories.leads import prospect

pytestmark = pytest.mark.django_db


def told_of(error: BaseException) -> str:
    """What the program's log says of it, by the settings that it runs with."""
    given = dict(settings.LOGGING["formatters"]["line"])
    line = logging.config.DictConfigurator({"version": 1}).configure_formatter(given)
    caught = (type(error), error, error.__traceback__)
    return line.format(
        logging.LogRecord("wellread", 40, "", 0, "A contact was not kept", (), caught)
    )


def test_an_error_of_the_database_is_told_without_the_row():
    point = ContactPoint.objects.get(person=prospect("Ada", email="ada@example.org"))
    with pytest.raises(ValueError, match="ada@example.org") as raised:
        try:
            with transaction.atomic():
                ContactPoint.objects.bulk_create([point])
        except IntegrityError as error:
            raise ValueError(f"not kept: {point.value}") from error
    told = told_of(raised.value)
    assert "ada@example.org" not in told
    assert "A contact was not kept" in told
    assert "builtins.ValueError" in told
    assert "django.db.utils.IntegrityError" in told
    assert "test_log_lines.py" in told


def test_an_error_in_a_ring_ends_and_none_is_nothing():
    one, two = ValueError("ada@example.org"), KeyError("ada@example.org")
    one.__cause__, two.__cause__ = two, one
    assert (
        Line().formatException((ValueError, one, None)) == "builtins.ValueError\nbuiltins.KeyError"
    )
    assert Line().formatException((None, None, None)) == ""


@pytest.mark.parametrize(
    ("again", "told"),
    [(False, "raised unexpected: ValueError"), (True, "retry: Retry in 180s: ValueError")],
)
def test_a_task_that_fails_or_is_tried_again_is_told_without_the_words(caplog, again, told):
    @app.task(bind=True, shared=False, name=f"tests.fails.{again}")
    def fails(self):
        error = ValueError("ada@example.org")
        raise self.retry(exc=error) if again else error

    caplog.set_level(logging.INFO, "celery.app.trace")
    caplog.handler.setFormatter(Line("%(message)s"))
    try:
        fails.apply(retries=fails.max_retries - 1 if again else 0)
    finally:
        app.tasks.unregister(fails.name)
    assert "ada@example.org" not in caplog.text
    assert told in caplog.text
