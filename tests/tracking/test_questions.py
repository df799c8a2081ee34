"""A question to the clinic is evidence for who agreed to it, as long as it stands, and for nobody else."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from classroom.services.attendance import recompute_attendance
from classroom.services.questions import answer_question, ask_question, forget_question
from classroom.services.registration import cancel_registration, register_person
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.erasure import erase_person
from tests.factories import content
from tests.factories.classroom import live_class
from tests.factories.people import make_person, make_signed_in, make_staff
from tests.factories.tracking import agree, consenting_person, imported, yardstick
from tracking.models import Interest, InterestTag, Profile, Signal
from tracking.selectors.evidence import Span, gather_evidence
from tracking.selectors.rules import current_rule_version, rule_of
from tracking.services.rebuild import rebuild_interests
from tracking.services.recompute import recompute_profiles

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic():
    return content.topic("Gums")


@pytest.fixture
def piece(topic):
    page = content.article(title="Why gums bleed", topics=[topic])
    yardstick(page.pk, topics={topic.pk: 1.0}, expected_s=60.0)
    return page


@pytest.fixture
def asker():
    person = consenting_person("Mei")
    Profile.objects.get_or_create(person=person)
    return person


def ask(person, page, text="Does it hurt?", **fields):
    return ask_question(person=person, text=text, language="en", page=page, **fields)


def stored() -> list[tuple]:
    """Everything that a rebuild makes, by value."""
    signals = Signal.objects.order_by("kind", "item_key", "day")
    tags = InterestTag.objects.order_by("topic", "entered_at")
    return [
        *signals.values_list("profile", "kind", "item_key", "day", "at", "strength", "page_id"),
        *Interest.objects.order_by("topic").values_list("profile", "topic", "mass"),
        *tags.values_list("profile", "topic", "entered_at", "lapses_at"),
    ]


def assert_rebuilds_to_the_same() -> None:
    """The stored state equals a rebuild, by the command's check and row by row."""
    call_command("rebuild_interests", "--check", stdout=StringIO(), stderr=StringIO())
    before = stored()
    rebuild_interests()
    assert stored() == before


def test_a_question_counts_two_readings_and_rebuilds_to_the_same(asker, piece, topic):
    question = ask(asker, piece)
    signal = Signal.objects.get()
    assert (signal.kind, signal.strength, signal.item_key) == ("question", 2.0, f"page:{piece.pk}")
    assert (signal.at, signal.day) == (question.asked_at, question.asked_at.date())
    assert Interest.objects.get().topic == topic
    assert_rebuilds_to_the_same()


def test_questions_of_one_day_about_one_piece_are_one_signal_of_the_last(asker, piece):
    ask(asker, piece)
    last = ask(asker, piece, "And afterwards?")
    assert Signal.objects.get().at == last.asked_at
    assert_rebuilds_to_the_same()


def test_a_question_lends_heat_to_a_tag_but_is_no_page_of_evidence(asker, piece, topic):
    other = content.article(title="Flossing", topics=[topic])
    yardstick(other.pk, topics={topic.pk: 1.0})
    ask(asker, piece)
    ask(asker, other)
    assert not InterestTag.objects.exists()  # warm enough, and yet nothing was read
    for page in (piece, other):
        imported(asker, page.pk, at=datetime.now(UTC), seconds=45.0)
    recompute_profiles(profile_ids=[asker.profile.pk])
    assert InterestTag.objects.get().topic == topic
    assert_rebuilds_to_the_same()


def test_without_consent_a_question_leaves_no_profile_row_until_it_is_given(piece):
    person = make_person()
    ask(person, piece)
    assert not Profile.objects.exists() and not Signal.objects.exists()
    agree(person=person)
    assert Signal.objects.get().kind == "question"
    withdraw_consent(person=person)
    assert not Signal.objects.exists()
    assert person.questions.count() == 1
    ask(person, piece, "And now?")
    assert not Profile.objects.exists()


def test_a_declared_child_asks_without_a_profile(piece):
    child = make_person(birth_year=datetime.now(UTC).year - 9)
    agree(person=child)
    ask(child, piece)
    assert not Profile.objects.filter(person=child).exists()
    assert not Signal.objects.exists()


def test_a_question_about_nothing_of_the_site_is_no_signal(asker):
    ask(asker, None)
    assert not Signal.objects.exists()
    assert_rebuilds_to_the_same()


def test_a_forgotten_question_is_no_evidence_any_more(asker, piece):
    question = ask(asker, piece)
    answer_question(question=question, text="Hardly.", by=make_staff(Role.CLINICIAN))
    assert Signal.objects.count() == 1
    forget_question(question=question)
    assert not Signal.objects.exists() and not Interest.objects.exists()
    assert_rebuilds_to_the_same()


def test_who_deletes_a_question_on_their_own_page_deletes_its_signal(client, piece):
    person = make_signed_in(client, profiling=True)
    question = ask(person, piece)
    assert Signal.objects.count() == 1
    client.post(f"/me/questions/{question.pk}/delete/")
    assert person.questions.count() == 0
    assert not Signal.objects.exists()


def test_the_question_of_a_place_goes_with_the_place(asker, topic):
    coming = live_class(starts_at=datetime.now(UTC) + timedelta(days=2))
    yardstick(coming.pk, topics={topic.pk: 1.0})
    register_person(live_class=coming, person=asker, question="Will it be recorded?")
    assert Signal.objects.get().kind == "question"
    assert_rebuilds_to_the_same()
    cancel_registration(live_class=coming, person=asker)
    assert not Signal.objects.exists()


def test_a_deleted_page_leaves_no_signal_that_a_rebuild_would_not_make(asker, piece, topic):
    coming = live_class()
    yardstick(coming.pk, topics={topic.pk: 1.0})
    ask(asker, coming)
    ask(asker, piece)
    imported(asker, coming.pk, at=datetime(2026, 3, 5, tzinfo=UTC), seconds=60.0)
    recompute_attendance(live_class=coming)
    coming.delete()
    assert Signal.objects.filter(kind="question", page_id=piece.pk).exists()
    assert not Signal.objects.filter(kind="question", page_id=coming.pk).exists()
    assert_rebuilds_to_the_same()


def test_a_question_asked_after_a_date_says_nothing_about_it(asker, piece):
    question = ask(asker, piece)
    profile = Profile.objects.get(person=asker)
    rule = rule_of(current_rule_version())
    counts = {
        span: len(
            gather_evidence(profile_ids=[profile.pk], page_ids=None, rule=rule, span=span).signals[
                profile.pk
            ]
        )
        for span in (
            Span(until=question.asked_at - timedelta(seconds=1)),
            Span(until=question.asked_at),
        )
    }
    assert list(counts.values()) == [0, 1]


def test_erasing_a_person_erases_the_signal_of_their_question(asker, piece):
    ask(asker, piece)
    erase_person(person=asker, actor="command")
    assert not Signal.objects.exists()
