"""What leads does when a lower package says that something changed; one line each."""

from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.signals import page_published

from classroom.models import LiveClass
from classroom.signals import attendance_recorded, class_settled
from cms.signals import topics_merged
from leads.models import Condition, ConditionKind, LeadList
from leads.services import exports, membership, touching
from people.models import Purpose
from people.signals import (
    consent_given,
    consent_withdrawn,
    people_merged,
    people_parted,
    person_erasing,
    profiling_paused,
    profiling_resumed,
)
from tracking.models import RuleVersion
from tracking.signals import profiles_changed


@receiver(profiles_changed)
def follow_profiles(person_ids, **kwargs) -> None:
    """Interests or signals changed: look at these persons again."""
    touching.touch_people(person_ids=person_ids)


@receiver(attendance_recorded)
def follow_attendance(person_ids, **kwargs) -> None:
    """Attendance was recorded: look at these persons again."""
    touching.touch_people(person_ids=person_ids)


@receiver(class_settled)
def follow_settled_class(**kwargs) -> None:
    """A class is over and it is known who came, and so who did not."""
    touching.mark_lists(where=Q(conditions__kind=ConditionKind.ABSENT))


@receiver(consent_given)
def follow_consent(person, **kwargs) -> None:
    """A person agreed to something: look at them again."""
    if person is not None:
        touching.touch_people(person_ids=[person.pk])


@receiver(consent_withdrawn)
def follow_withdrawal(person, purposes, **kwargs) -> None:
    """A person withdrew: what consent made goes at once, and files that hold them with it."""
    if person is None:
        return
    if Purpose.PROFILING in purposes:
        membership.forget_people(person_ids=[person.pk])
    touching.touch_people(person_ids=[person.pk])
    exports.recall_person(external_id=person.external_id)


@receiver(profiling_paused)
def follow_pause(person, **kwargs) -> None:
    """A person paused their interests: they leave every list, and files that hold them, at once."""
    membership.forget_people(person_ids=[person.pk])
    touching.touch_people(person_ids=[person.pk])
    exports.recall_person(external_id=person.external_id)


@receiver(profiling_resumed)
def follow_resumption(person, **kwargs) -> None:
    """A person's interests go on: look at them again."""
    touching.touch_people(person_ids=[person.pk])


@receiver([people_merged, people_parted])
def follow_people(person, into, **kwargs) -> None:
    """Staff merged two people, or took that back: other facts are theirs, and files are made anew."""
    membership.follow_people(people=[person, into])
    for one in (person, into):
        exports.recall_person(external_id=one.external_id)


@receiver(person_erasing)
def follow_erasure(person, **kwargs) -> None:
    """A person is being erased: no file may hold them."""
    if person is not None:
        exports.recall_person(external_id=person.external_id, forget=True)


@receiver([post_save, post_delete], sender=Condition)
def follow_condition(instance, **kwargs) -> None:
    """A condition changed: build its list anew."""
    touching.mark_lists(where=Q(pk=instance.lead_list_id))


@receiver(post_save, sender=LeadList)
def follow_list(instance, **kwargs) -> None:
    """A list was saved: build it anew."""
    touching.mark_lists(where=Q(pk=instance.pk))


@receiver(topics_merged)
def follow_topics(**kwargs) -> None:
    """Topics were merged or parted: lists that ask for topics are built anew."""
    touching.mark_lists(where=Q(conditions__topic__isnull=False))


@receiver(post_save, sender=RuleVersion)
def follow_rule(**kwargs) -> None:
    """The rules of interest changed, and with them what heat means: every list is built anew."""
    touching.mark_lists()


@receiver(page_published, sender=LiveClass)
def follow_class(**kwargs) -> None:
    """A class may have other topics or another date: lists that ask for these are built anew."""
    touching.mark_lists(
        where=Q(conditions__kind=ConditionKind.ABSENT)
        | Q(conditions__kind=ConditionKind.ATTENDED, conditions__topic__isnull=False)
    )
