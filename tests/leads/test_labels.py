"""Labels: governed, one of a set where it says so, and with a topic only under consent."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from leads.models import Label, LabelSet, PersonLabel
from leads.selectors.leads import labelled_person_ids, labels_of
from leads.services.labels import add_label, remove_label
from leads.services.leads import LeadRefused
from outbox.models import AuditEntry
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.pausing import pause_profiling
from tests.factories.leads import prospect, staff, topic_named
from tracking.models import Signal

pytestmark = pytest.mark.django_db


def label(name: str, *, of: str = "Skin type", one_only: bool = True, topic=None) -> Label:
    label_set, _made = LabelSet.objects.get_or_create(
        slug=of.lower().replace(" ", "-"), defaults={"name": of, "one_only": one_only}
    )
    return Label.objects.create(
        label_set=label_set, slug=name.lower().replace(" ", "-"), name=name, topic=topic
    )


def names(person) -> list[str]:
    return [str(row.label) for row in labels_of(person)]


@pytest.fixture
def consultant():
    return staff(Role.CONSULTANT)


def test_of_a_set_that_allows_one_the_newest_stands_and_the_other_stays_on_record(consultant):
    person, oily, dry = prospect("Lin"), label("Oily"), label("Dry")
    add_label(person=person, label=oily, by=consultant)
    add_label(person=person, label=dry, by=consultant, source="device", device="VISIA", value="62")
    add_label(person=person, label=dry, by=consultant, source="device", device="VISIA", value="62")
    assert names(person) == ["Dry"]
    assert list(labelled_person_ids(oily)) == []
    assert list(labelled_person_ids(dry)) == [person.pk]
    assert PersonLabel.objects.count() == 2


def test_of_a_set_that_allows_several_all_stand(consultant):
    person = prospect("Lin")
    for name in ("Sensitive", "Freckled"):
        add_label(person=person, label=label(name, one_only=False), by=consultant)
    assert names(person) == ["Freckled", "Sensitive"]
    assert remove_label(person=person, label=Label.objects.get(name="Freckled"), by=consultant)
    assert names(person) == ["Sensitive"]


def test_a_retired_label_is_refused(consultant):
    old = label("Combination")
    old.retired_at = timezone.now()
    with pytest.raises(LeadRefused):
        add_label(person=prospect("Lin"), label=old, by=consultant)


def test_a_label_with_a_topic_needs_consent_and_goes_with_it(consultant):
    person, other = prospect("Lin"), prospect("Mo", profiling=False)
    wants = label("Wants implants", of="Wish", topic=topic_named("Implants"))
    oily = label("Oily")
    with pytest.raises(LeadRefused):
        add_label(person=other, label=wants, by=consultant)
    for one in (wants, oily):
        add_label(person=person, label=one, by=consultant)
    withdraw_consent(person=person)
    assert names(person) == ["Oily"]
    assert not PersonLabel.objects.filter(label=wants).exists()


def test_a_pause_hides_a_label_with_a_topic(consultant):
    person = prospect("Lin")
    wants = label("Wants implants", of="Wish", topic=topic_named("Implants"))
    add_label(person=person, label=wants, by=consultant)
    pause_profiling(person=person)
    assert names(person) == []
    assert PersonLabel.objects.filter(label=wants, removed_at=None).exists()


def test_a_label_that_is_carried_keeps_its_topic(consultant):
    oily = label("Oily")
    add_label(person=prospect("Lin"), label=oily, by=consultant)
    oily.topic = topic_named("Acne")
    with pytest.raises(ValidationError):
        oily.clean()


def test_the_audit_log_does_not_say_which_label(consultant):
    wants = label("Wants implants", of="Wish", topic=topic_named("Implants"))
    add_label(person=prospect("Lin"), label=wants, by=consultant)
    assert AuditEntry.objects.get(action="person.label_added").detail == {"source": "staff"}


def test_a_label_with_a_topic_is_evidence_until_it_is_taken_away(consultant):
    person, gums = prospect("Lin"), topic_named("Gums")
    worn, dry = label("Worn", topic=gums), label("Dry", of="Measured", topic=gums)
    add_label(person=person, label=worn, by=consultant)
    add_label(person=person, label=dry, by=consultant, source="device", device="VISIA", value="62")
    found = Signal.objects.order_by("kind").values_list("kind", "strength", "detail")
    assert list(found) == [
        ("device", 4.0, {"source": "VISIA", "value": "62"}),
        ("label", 4.0, {}),
    ]
    remove_label(person=person, label=dry, by=consultant)
    assert [kind for kind, _, _ in found.all()] == ["label"]
    withdraw_consent(person=person, purposes=["profiling"])
    assert not Signal.objects.exists()


def test_a_label_without_a_topic_is_no_evidence(consultant):
    add_label(person=prospect("Lin"), label=label("Oily"), by=consultant)
    assert not Signal.objects.exists()
