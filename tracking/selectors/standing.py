"""Which profile stands for which where staff merged two people: rows stay, evidence adds up in one."""

from collections.abc import Iterable

from people.models import Person
from tracking.models import Profile


def standing_profiles(profile_ids: Iterable[int]) -> dict[int, int]:
    """Profile id to the id of the one that stands for it; itself where nobody is merged.

    A merged person's profile whose human has no other one is left out: nothing counts there.
    """
    rows = Profile.objects.filter(pk__in=set(profile_ids)).values_list(
        "pk", "person__merged_into_id", "person__merged_into__profile"
    )
    return {pk: into if merged else pk for pk, merged, into in rows if into or not merged}


def records_behind(profile_ids: Iterable[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Profile ids and person ids whose evidence adds up in these profiles, each with that profile.

    Beside a profile and its own person these are everybody merged into them. A merged person's own
    profile has nothing.
    """
    rows = Profile.objects.filter(pk__in=list(profile_ids), person__merged_into=None)
    own = list(rows.values_list("pk", "person_id"))
    owners = {profile: profile for profile, _ in own}
    people = {person: profile for profile, person in own if person is not None}
    merged = (
        Person.objects.filter(merged_into__in=list(people)) if people else Person.objects.none()
    )
    for person, into, profile in merged.values_list("pk", "merged_into_id", "profile"):
        if into is not None:
            people[person] = people[into]
            if profile is not None:
                owners[profile] = people[into]
    return owners, people
