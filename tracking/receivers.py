"""What tracking does when a lower package says that something happened; one line each."""

from django.db.models.signals import post_delete
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published

from classroom.signals import (
    answers_changed,
    attendance_recorded,
    follow_changed,
    question_asked,
    question_withdrawn,
)
from cms.signals import pages_published, topics_merged
from people.signals import (
    consent_given,
    consent_withdrawn,
    people_merged,
    people_parted,
    person_erasing,
    profiling_paused,
    profiling_resumed,
    visitor_joined,
    visitor_parted,
)
from tracking.services import profiles, recompute, yardsticks

# These run inside the sender's transaction and not on commit: a withdrawal that is answered has
# already deleted, and a page that is live has its yardstick (docs/decisions/0007).


@receiver(page_published)
def measure_page(instance, **kwargs) -> None:
    """A page went live: append its yardstick."""
    yardsticks.append_yardsticks(page_ids=[instance.pk])


@receiver(pages_published)
def measure_pages(page_ids, **kwargs) -> None:
    """Many pages went live at once: append their yardsticks."""
    yardsticks.append_yardsticks(page_ids=page_ids)


@receiver(topics_merged)
def follow_topics(topic_ids, **kwargs) -> None:
    """Topics were merged or parted: recompute whom it touches."""
    recompute.recompute_topics(topic_ids=topic_ids)


@receiver(attendance_recorded)
def count_attendance(live_class_id, person_ids, **kwargs) -> None:
    """Attendance was recorded: recompute those persons' signals of that class."""
    recompute.recompute_class(live_class_id=live_class_id, person_ids=person_ids)


@receiver(follow_changed)
def count_follow(clinician_id, person_id, **kwargs) -> None:
    """A follow began or ended: recompute that person's signals of the clinician's page."""
    recompute.recompute_page(page_id=clinician_id, person_id=person_id)


@receiver([question_asked, question_withdrawn])
def count_question(person_id, page_id, **kwargs) -> None:
    """A question was asked or forgotten: recompute that person's signals of its page, if it has one."""
    if page_id is not None:
        recompute.recompute_page(page_id=page_id, person_id=person_id)


@receiver(answers_changed)
def count_answers(person_id, page_id, **kwargs) -> None:
    """Somebody answered under their name, or took it back: recompute that person's signals there."""
    recompute.recompute_page(page_id=page_id, person_id=person_id)


@receiver(post_delete, sender=Page)
def follow_deleted_page(instance, **kwargs) -> None:
    """A page went for good, and follows, attendance and the places of questions with it."""
    recompute.recompute_deleted_page(page_id=instance.pk)


@receiver(consent_given)
def open_profile(person, visitor, purposes, **kwargs) -> None:
    """Profiling consent was given: from now on evidence may add up."""
    recompute.open_profile(person=person, visitor=visitor, purposes=purposes)


@receiver(consent_withdrawn)
def forget_profile(person, visitor, purposes, **kwargs) -> None:
    """Consent was withdrawn: profile rows go at once."""
    recompute.forget_profile(person=person, visitor=visitor, purposes=purposes)


@receiver(profiling_paused)
def settle_profile(person, **kwargs) -> None:
    """A person's interests are about to be paused: fold what was read until now."""
    recompute.settle_before_pause(person=person)


@receiver(profiling_resumed)
def resume_profile(person, **kwargs) -> None:
    """A person's interests go on: recompute them."""
    recompute.go_on_after_pause(person=person)


@receiver(visitor_joined)
def join_history(visitor, person, **kwargs) -> None:
    """A visitor turned out to be a person: move the history."""
    profiles.join_profiles(visitor=visitor, person=person)


@receiver(visitor_parted)
def part_history(visitor, person, **kwargs) -> None:
    """A join was undone: move the history back."""
    profiles.part_profiles(visitor=visitor, person=person)


@receiver(person_erasing)
def forget_browsers(person, visitors, **kwargs) -> None:
    """A browser is being erased: what it brought into a person's history goes with it."""
    if person is None:
        profiles.drop_joined(visitors=visitors)


@receiver(people_merged)
def merge_histories(person, into, **kwargs) -> None:
    """Staff merged two people: their evidence adds up in one."""
    profiles.follow_merge(person=person, into=into)


@receiver(people_parted)
def part_histories(person, into, **kwargs) -> None:
    """A merge was undone: each has their own evidence again."""
    profiles.follow_parting(person=person, into=into)
