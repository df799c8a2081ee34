"""What a person says about their own interests: interested, not interested, delete, no suggestions."""

from django.db import transaction
from django.utils import timezone

from cms.models import Topic
from outbox.services import record_audit
from people.models import Person
from tracking.locks import hold_folding_lock
from tracking.models import Declaration, Profile, Veto, VetoReason
from tracking.services.pairs import refresh_pairs
from tracking.services.recompute import announce, recompute_profiles


def want_suggestions(*, person: Person, wanted: bool) -> None:
    """Keep with the person whether they want suggestions at all; a second call changes nothing."""
    person.wants_suggestions = wanted
    person.save(update_fields=["wants_suggestions"])


def declare_interest(*, profile: Profile, topic: Topic) -> None:
    """Record that the person is interested; it lifts an earlier "not interested"."""
    with transaction.atomic():
        Declaration.objects.create(profile=profile, topic=topic.resolved, at=timezone.now())
        recompute_profiles(profile_ids=[profile.pk])


def veto_interest(*, profile: Profile, topic: Topic, reason: str) -> None:
    """Take an interest away: what led to it weighs 0 from now on, also in a rebuild.

    With "not interested" later signals weigh 0 too, until a declaration.
    """
    with transaction.atomic():
        Veto.objects.create(
            profile=profile, topic=topic.resolved, reason=VetoReason(reason), at=timezone.now()
        )
        hold_folding_lock()
        announce(profile_ids=refresh_pairs(touched={profile.pk: {topic.resolved.pk}}))
        record_audit(actor="person", action="interest.vetoed", detail={"reason": str(reason)})
