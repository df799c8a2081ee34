"""Decides which contacts and names of a class's reports are one human, and who that is.

Pure: it is given what is known and returns its decisions. It never joins two contacts, nor two
people that somebody or a verified contact told apart; where it is not certain it leaves a face
alone, so that a person decides.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

Group = Hashable


@dataclass(frozen=True, slots=True)
class Face:
    """One pair of contact and name in the reports of a class; all keys are in comparable form."""

    id: int
    contact: str
    name_key: str
    shown_key: str = ""
    original_key: str = ""
    person_id: int | None = None


def key_of_name(name: str) -> str:
    """A name as it is compared: one width, one case, single spaces."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"\s+", " ", plain).strip()


def groups_of(faces: Iterable[Face]) -> dict[int, int]:
    """Return face id to the id of the face that stands for its human.

    Equal contacts are one human. A face without contact joins the only contact that has its name,
    else the only renamed face that shows or showed it.
    """
    faces = list(faces)
    leaders: dict[int, int] = {}
    by_contact: dict[str, int] = {}
    named: defaultdict[str, set[int]] = defaultdict(set)
    formerly: defaultdict[str, set[int]] = defaultdict(set)
    for face in faces:
        if not face.contact:
            continue
        leader = by_contact.setdefault(face.contact, face.id)
        leaders[face.id] = leader
        named[face.name_key].add(leader)
        for key in {face.shown_key, face.original_key} - {"", face.name_key}:
            formerly[key].add(leader)
    lone = []
    for face in faces:
        if face.contact:
            continue
        found = set(named.get(face.name_key, ()))
        if face.original_key:
            found |= named.get(face.original_key, set()) | named.get(face.shown_key, set())
        else:
            found |= formerly.get(face.name_key, set())
        if len(found) == 1:
            leaders[face.id] = found.pop()
        else:
            lone.append(face)
    leaders.update(_renamed_groups(lone))
    return leaders


def _renamed_groups(faces: list[Face]) -> dict[int, int]:
    """Join a plain name to the one renamed face that shows or showed it."""
    leaders = {face.id: face.id for face in faces}
    renamed: defaultdict[str, set[int]] = defaultdict(set)
    for face in faces:
        if face.original_key:
            renamed[face.original_key].add(face.id)
            renamed[face.shown_key].add(face.id)
    for face in faces:
        found = renamed.get(face.name_key, set())
        if not face.original_key and len(found) == 1:
            leaders[face.id] = next(iter(found))
    return leaders


def people_of(faces: Iterable[Face]) -> dict[int, int]:
    """Return face id to person id: its own, else the only person that its human's faces have."""
    faces = list(faces)
    leaders = groups_of(faces)
    people: defaultdict[int, set[int]] = defaultdict(set)
    for face in faces:
        if face.person_id is not None:
            people[leaders[face.id]].add(face.person_id)
    found = {}
    for face in faces:
        held = people[leaders[face.id]]
        if face.person_id is not None:
            found[face.id] = face.person_id
        elif len(held) == 1:
            found[face.id] = next(iter(held))
    return found


def matched_by_name(faces: Iterable[Face], registered: Mapping[int, str]) -> dict[int, int]:
    """Return face id to person id for humans who have the name of exactly one registered person.

    `registered` is person id to name key. Nobody is matched whose person stands for another human
    of the reports already, or whom two humans would be.
    """
    faces = list(faces)
    leaders, taken = groups_of(faces), set(people_of(faces).values())
    holders = Counter(registered.values())
    owner = {key: person for person, key in registered.items() if key and holders[key] == 1}
    claims: defaultdict[int, set[int]] = defaultdict(set)
    decided = {leaders[face.id] for face in faces if face.person_id is not None}
    for face in faces:
        for key in {face.name_key, face.shown_key, face.original_key}:
            if key in owner and leaders[face.id] not in decided:
                claims[leaders[face.id]].add(owner[key])
    wanted = Counter(person for people in claims.values() for person in people)
    certain = {
        leader: next(iter(people))
        for leader, people in claims.items()
        if len(people) == 1 and all(wanted[one] == 1 and one not in taken for one in people)
    }
    return {face.id: certain[leaders[face.id]] for face in faces if leaders[face.id] in certain}
