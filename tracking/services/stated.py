"""What staff noted and devices measured about a person's interests, each as a signal of its own kind.

Every row names where it comes from, hangs on the profile, and goes with it when consent does.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from cms.models import Topic
from people.models import Person
from tracking.models import Profile, SignalKind, StatedInterest
from tracking.services.profiles import profile_for
from tracking.services.recompute import recompute_profiles


class Statement(NamedTuple):
    """One thing stated: `ref` is the caller's own name of it, `source` who or what measured."""

    topic: Topic
    ref: str
    kind: str = SignalKind.LABEL
    source: str = ""
    value: str = ""
    at: datetime | None = None


def state_interests(*, person: Person, statements: Iterable[Statement]) -> int | None:
    """Keep what was stated about a person as evidence; return how much of it is new or different.

    None without current consent to profiling, or while it is paused: then nothing is kept. The
    same statements again change nothing.
    """
    with transaction.atomic():
        # Locked before consent is asked: a withdrawal waits, and deletes what was kept after.
        list(Person.objects.select_for_update(no_key=True).filter(pk=person.pk).values_list("pk"))
        profile = profile_for(person=person)
        if profile is None:
            return None
        changed = sum(_keep(profile, one) for one in statements)
        if changed:
            recompute_profiles(profile_ids=[profile.pk])
    return changed


def take_statements_back(*, refs: Collection[str]) -> int:
    """Delete what was stated under these names, and what it made; return how much there was."""
    with transaction.atomic():
        rows = StatedInterest.objects.filter(ref__in=list(refs))
        profiles = set(rows.values_list("profile_id", flat=True))
        count, _ = rows.delete()
        recompute_profiles(profile_ids=profiles)
    return count


def _keep(profile: Profile, statement: Statement) -> bool:
    said = {
        "topic_id": statement.topic.resolved.pk,
        "kind": SignalKind(statement.kind).value,
        "source": statement.source,
        "value": statement.value,
    }
    if statement.at is not None:
        said["at"] = statement.at
    held = StatedInterest.objects.filter(profile=profile, ref=statement.ref)
    if held.filter(**said).exists():
        return False
    if not held.update(**said):
        StatedInterest.objects.create(
            profile=profile, ref=statement.ref, **{"at": timezone.now(), **said}
        )
    return True
