"""Following a clinician is evidence for who agreed to it, and for nobody else."""

import pytest

from classroom.services.following import follow_clinician, unfollow_clinician
from people.services.consent import withdraw_consent
from tests.factories import content
from tests.factories.people import make_person
from tests.factories.tracking import agree, consenting_person, yardstick
from tracking.models import Interest, Profile, Signal
from tracking.services.rebuild import check_interests

pytestmark = pytest.mark.django_db


@pytest.fixture
def heron():
    topic = content.topic("Gums")
    page = content.clinician("Dr Heron", topics=[topic])
    yardstick(page.pk, topics={topic.pk: 1.0}, expected_s=None)
    return page


def test_a_follow_is_half_a_reading_while_it_lasts(heron):
    person = consenting_person()
    Profile.objects.get_or_create(person=person)
    follow_clinician(person=person, clinician=heron)
    follow_clinician(person=person, clinician=heron)
    signal = Signal.objects.get()
    assert (signal.kind, signal.strength, signal.page_id) == ("follow", 0.5, heron.pk)
    assert Interest.objects.get().topic.name == "Gums"
    assert check_interests().differences == []
    assert unfollow_clinician(person=person, clinician=heron)
    assert not Signal.objects.exists()
    assert not unfollow_clinician(person=person, clinician=heron)


def test_without_consent_a_follow_leaves_no_profile_row_until_it_is_given(heron):
    person = make_person()
    follow_clinician(person=person, clinician=heron)
    assert not Profile.objects.exists() and not Signal.objects.exists()
    agree(person=person)
    assert Signal.objects.get().kind == "follow"
    withdraw_consent(person=person)
    assert not Signal.objects.exists()
    assert person.follows.count() == 1


def test_following_in_chinese_is_following(client, heron):
    person = make_person()
    twin = content.clinician("白鹭医生", "zh-hans", translation_key=heron.translation_key)
    follow_clinician(person=person, clinician=twin)
    follow_clinician(person=person, clinician=heron)
    assert person.follows.count() == 1
    unfollow_clinician(person=person, clinician=heron)
    follow_clinician(person=person, clinician=heron)
    assert [row.ended_at is None for row in person.follows.order_by("pk")] == [False, True]
