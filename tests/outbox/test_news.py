"""Effects that are news: kept where nobody handles them, waiting once somebody does."""

import pytest

from outbox import registry
from outbox.models import Effect, EffectState
from outbox.services import enqueue_effect, enqueue_effects, run_due_effects

pytestmark = pytest.mark.django_db


@pytest.fixture
def news(monkeypatch):
    monkeypatch.setattr(registry, "_news", {"test.news"})
    monkeypatch.setattr(registry, "_handlings", dict(registry._handlings))
    return "test.news"


def test_news_without_a_handler_is_done_at_once(news):
    enqueue_effect(kind=news, payload={"a": 1}, key="one")
    enqueue_effects(kind=news, payloads={"two": {"a": 2}})
    rows = Effect.objects.filter(kind=news)
    assert {row.key: row.state for row in rows} == {"one": "done", "two": "done"}
    assert all(row.done_at for row in rows)


def test_news_with_a_handler_waits_for_it_and_reaches_it_once(news):
    heard = []
    registry.handles(news)(lambda effect: heard.append(effect.payload))
    enqueue_effects(kind=news, payloads={"one": {"a": 1}, "two": {"a": 2}})
    assert set(Effect.objects.values_list("state", flat=True)) == {EffectState.PENDING}
    run_due_effects()
    run_due_effects()
    assert heard == [{"a": 1}, {"a": 2}]


def test_many_effects_are_one_statement_and_a_known_key_stays(news, django_assert_num_queries):
    enqueue_effect(kind=news, payload={"a": 1}, key="one")
    with django_assert_num_queries(1):
        enqueue_effects(kind=news, payloads={f"{n}": {} for n in range(20)} | {"one": {"a": 2}})
    assert Effect.objects.count() == 21
    assert Effect.objects.get(key="one").payload == {"a": 1}


def test_other_kinds_wait_for_a_handler_as_before():
    assert enqueue_effect(kind="test.other", payload={}, key="x").state == EffectState.PENDING


def test_news_that_nobody_listens_to_now_is_done_and_asked_about_once(news):
    asked = []

    def wanted() -> bool:
        asked.append(True)
        return len(asked) > 1

    registry.handles(news, wanted=wanted)(lambda effect: None)
    enqueue_effects(kind=news, payloads={"one": {}, "two": {}})
    enqueue_effect(kind=news, payload={}, key="three")
    states = dict(Effect.objects.values_list("key", "state"))
    assert states == {"one": "done", "two": "done", "three": "pending"}
    assert len(asked) == 2
