"""What tracking does when a lower package says that something happened; one line each."""

from django.dispatch import receiver
from wagtail.signals import page_published

from classroom.signals import attendance_recorded
from cms.signals import pages_published, topics_merged
from people.signals import consent_given, consent_withdrawn, visitor_joined, visitor_parted
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


@receiver(consent_given)
def open_profile(person, visitor, purposes, **kwargs) -> None:
    """Profiling consent was given: from now on evidence may add up."""
    recompute.open_profile(person=person, visitor=visitor, purposes=purposes)


@receiver(consent_withdrawn)
def forget_profile(person, visitor, purposes, **kwargs) -> None:
    """Consent was withdrawn: profile rows go at once."""
    recompute.forget_profile(person=person, visitor=visitor, purposes=purposes)


@receiver(visitor_joined)
def join_history(visitor, person, **kwargs) -> None:
    """A visitor turned out to be a person: move the history."""
    profiles.join_profiles(visitor=visitor, person=person)


@receiver(visitor_parted)
def part_history(visitor, person, **kwargs) -> None:
    """A join was undone: move the history back."""
    profiles.part_profiles(visitor=visitor, person=person)
