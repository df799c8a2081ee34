"""Folds imported histories into signals and interests of the people they are about."""

from collections.abc import Callable, Iterable

from people.models import Person
from tracking.services.profiles import profile_for
from tracking.services.recompute import PROFILES_A_CHUNK, recompute_profiles


def refold_people(
    *, person_ids: Iterable[int], progress: Callable[[int], None] = lambda done: None
) -> int:
    """Recompute everything of these people, opening profiles where consent allows; return how many.

    People without profiling consent are passed over. A second call changes nothing.
    """
    profiles, done = [], 0
    for person in Person.objects.filter(pk__in=list(person_ids)).order_by("pk"):
        profile = profile_for(person=person)
        if profile is not None:
            profiles.append(profile.pk)
    for start in range(0, len(profiles), PROFILES_A_CHUNK):
        chunk = profiles[start : start + PROFILES_A_CHUNK]
        recompute_profiles(profile_ids=chunk)
        done += len(chunk)
        progress(done)
    return done
