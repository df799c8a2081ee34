"""What leads does when a lower package says that something changed; one line each."""

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.signals import page_published

from classroom.models import (
    CheckAttempt,
    ChildPlace,
    LiveClass,
    Question,
    QuestionnaireReply,
    Registration,
)
from classroom.signals import attendance_recorded, class_settled
from cms.models import Topic
from cms.signals import topics_merged
from leads.models import Condition, ConditionGroup, ConditionKind, LeadList, RecallCause
from leads.services import (
    assignment,
    duplicates,
    exports,
    labels,
    leads,
    membership,
    picking,
    touching,
    webhook_news,
)
from leads.signals import lead_stage_changed
from people.models import Branch, Person, Purpose, User
from people.signals import (
    consent_given,
    consent_renewed,
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
def follow_attendance(live_class_id, person_ids, **kwargs) -> None:
    """Attendance was recorded: look at these persons again, and tell who attended."""
    touching.touch_people(person_ids=person_ids)
    webhook_news.tell_attended(live_class_id=live_class_id, person_ids=person_ids)


@receiver(class_settled)
def follow_settled_class(**kwargs) -> None:
    """A class is over and it is known who came, and so who did not."""
    touching.mark_lists(where=Q(conditions__kind=ConditionKind.ABSENT))


@receiver(consent_given)
def follow_consent(person, **kwargs) -> None:
    """A person agreed to something: look at them again."""
    if person is not None:
        touching.touch_people(person_ids=[person.pk])
        webhook_news.tell_consented(person=person)


@receiver(consent_renewed)
def follow_renewal(person, **kwargs) -> None:
    """A person agreed once more: the reason for a list names the newer day."""
    if person is not None:
        touching.touch_people(person_ids=[person.pk])


@receiver(consent_withdrawn)
def follow_withdrawal(person, purposes, **kwargs) -> None:
    """A person withdrew: what consent made goes at once, and files that hold them with it."""
    if person is None:
        return
    if Purpose.PROFILING in purposes:
        membership.forget_people(person_ids=[person.pk])
        labels.forget_interest_labels(person=person)
        leads.forget_what_rules_did(person=person)
        assignment.forget_rows(person=person)
        picking.forget_picks(person=person)
    touching.touch_people(person_ids=[person.pk])
    exports.recall_person(external_id=person.external_id, cause=RecallCause.WITHDRAWN)
    webhook_news.tell_withdrawn(person_ids=[person.pk])


@receiver(profiling_paused)
def follow_pause(person, **kwargs) -> None:
    """A person paused their interests: they leave every list, and files that hold them, at once."""
    membership.forget_people(person_ids=[person.pk])
    touching.touch_people(person_ids=[person.pk])
    exports.recall_person(external_id=person.external_id, cause=RecallCause.PAUSED)
    webhook_news.tell_withdrawn(person_ids=[person.pk])


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


@receiver([people_merged, people_parted])
def count_pairs_anew(**kwargs) -> None:
    """Staff merged two people, or took that back: another number of pairs waits to be compared."""
    transaction.on_commit(duplicates.forget_count)


@receiver(people_merged)
def follow_work(person, into, **kwargs) -> None:
    """Staff merged two people: the record that stands goes on where the other was."""
    leads.follow_merge(person=person, into=into)
    labels.follow_consent_of(person=into)


@receiver(people_parted)
def part_work(into, **kwargs) -> None:
    """Staff took a merge back: what was only carried over goes."""
    leads.follow_parting(into=into)


@receiver(lead_stage_changed)
def follow_stage(lead, before, after, **kwargs) -> None:
    """A person is at another stage: tell who wants to know."""
    webhook_news.tell_stage_changed(lead=lead, before=before, after=after)


@receiver(person_erasing)
def follow_erasure(person, **kwargs) -> None:
    """A person is being erased: no file may hold them, and whoever was told of them must hear it."""
    if person is not None:
        exports.recall_person(external_id=person.external_id, cause=RecallCause.ERASED, forget=True)
        webhook_news.tell_erased(external_id=person.external_id)


# What conditions read of a person's own row.
READ_OF_PERSON = {"language", "branch", "birth_year", "guardian", "source"}


@receiver(post_save, sender=Person)
def follow_person(instance, update_fields, **kwargs) -> None:
    """What is on record about a person changed: look at them and their guardian again."""
    if update_fields is None or READ_OF_PERSON & set(update_fields):
        both = {instance.pk, instance.guardian_id} - {None}
        touching.touch_people(person_ids=both)


def _goes_with_person(origin: object) -> bool:
    """Whether a row is deleted because its person is: nobody is left to be looked at."""
    return isinstance(origin, Person) or getattr(origin, "model", None) is Person


@receiver([post_save, post_delete], sender=Registration)
def follow_place(instance, origin=None, **kwargs) -> None:
    """Somebody registered or cancelled: look at them again."""
    if not _goes_with_person(origin):
        touching.touch_living(person_ids=[instance.person_id])


@receiver([post_save, post_delete], sender=ChildPlace)
def follow_child(instance, origin=None, **kwargs) -> None:
    """Somebody comes with a child, or no longer: look at them again."""
    if not _goes_with_person(origin):
        touching.touch_living(person_ids=[instance.registration.person_id])


@receiver([post_save, post_delete], sender=Question)
@receiver([post_save, post_delete], sender=CheckAttempt)
def follow_form(instance, origin=None, **kwargs) -> None:
    """Somebody asked a question or answered a lesson's check: look at them again."""
    if not _goes_with_person(origin):
        touching.touch_living(person_ids=[instance.person_id])


@receiver([post_save, post_delete], sender=QuestionnaireReply)
def follow_reply(instance, origin=None, **kwargs) -> None:
    """Somebody answered with their name, or took it back: look at them again."""
    if instance.person_id is not None and not _goes_with_person(origin):
        touching.touch_living(person_ids=[instance.person_id])


@receiver([post_save, post_delete], sender=Condition)
@receiver([post_save, post_delete], sender=ConditionGroup)
def follow_condition(instance, **kwargs) -> None:
    """A condition or a group changed: build its list anew."""
    touching.mark_lists(where=Q(pk=instance.lead_list_id))


@receiver(post_save, sender=LeadList)
def follow_list(instance, **kwargs) -> None:
    """A list was saved: build it anew."""
    touching.mark_lists(where=Q(pk=instance.pk))


@receiver(pre_delete, sender=LeadList)
def follow_deleted_list(instance, **kwargs) -> None:
    """A list goes: tell who was told of its members; those that ask for it have a problem then."""
    webhook_news.tell_left_with_list(list_id=instance.pk)
    touching.mark_lists(where=Q(conditions__other_list=instance.pk))


@receiver(pre_delete, sender=User)
def follow_deleted_login(instance, **kwargs) -> None:
    """A login goes: whoever was theirs is nobody's, and lists may ask for that."""
    touching.touch_living(person_ids=instance.leads.values_list("person_id", flat=True))


@receiver(pre_delete, sender=Branch)
def follow_deleted_branch(instance, **kwargs) -> None:
    """A branch goes: lists that ask for it are looked at, and then have a problem."""
    touching.mark_lists(where=Q(conditions__branch=instance.pk))


@receiver(topics_merged)
def follow_topics(**kwargs) -> None:
    """Topics were merged or parted: lists that ask for topics are built anew, and so are all files."""
    touching.mark_lists(where=Q(conditions__topic__isnull=False))
    exports.take_back_files()


@receiver(post_save, sender=Topic)
def follow_topic(instance, created, **kwargs) -> None:
    """A topic may be sensitive now, or stand below another: lists that ask for topics are built anew.

    A new topic with none above it can be in no list yet. A sensitive one stands in no file again.
    """
    if not created or instance.parent_id:
        touching.mark_lists(where=Q(conditions__topic__isnull=False))
    if instance.sensitive and not created:
        exports.take_back_files()


@receiver(post_save, sender=RuleVersion)
def follow_rule(**kwargs) -> None:
    """The rules of interest changed, and with them what heat means: every list is built anew."""
    touching.mark_lists()


@receiver(page_published, sender=LiveClass)
def follow_class(**kwargs) -> None:
    """A class may have other topics or another date: lists that ask for these are built anew."""
    touching.mark_lists(
        where=Q(conditions__kind=ConditionKind.ABSENT)
        | Q(
            conditions__kind__in=[ConditionKind.ATTENDED, ConditionKind.REGISTERED],
            conditions__topic__isnull=False,
        )
    )


@receiver(page_published)
def follow_piece(**kwargs) -> None:
    """A piece may have other topics: lists that ask for what was read or sent on one are built anew."""
    touching.mark_lists(
        where=Q(
            conditions__kind__in=[ConditionKind.READ, ConditionKind.FORM],
            conditions__topic__isnull=False,
        )
    )
