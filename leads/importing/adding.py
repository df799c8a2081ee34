"""What a line tells of somebody known that nobody knew yet; nothing that stands is written over."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from leads.importing.columns import LABELS, Field
from leads.importing.rows import SaidRow
from people.models import Branch, Person

FACTS: dict[str, str | Promise] = {
    "display_name": LABELS[Field.NAME],
    "imported_key": LABELS[Field.KEY],
    "language": LABELS[Field.LANGUAGE],
    "branch_id": LABELS[Field.BRANCH],
    "birth_year": LABELS[Field.BIRTH_YEAR],
    "source": LABELS[Field.SOURCE],
    "email": LABELS[Field.EMAIL],
    "phone": LABELS[Field.PHONE],
}


@dataclass(frozen=True)
class Additions:
    """`facts` maps a field of Person to its value; `contacts` are (kind, comparable value)."""

    facts: Mapping[str, str | int]
    contacts: tuple[tuple[str, str], ...] = ()

    @property
    def labels(self) -> list[str]:
        """What is added, in words, without the values."""
        names = dict.fromkeys([*self.facts, *(kind for kind, _value in self.contacts)])
        return [str(FACTS[name]) for name in names]


def additions_of(
    *,
    person: Person,
    held: Collection[tuple[str, str]],
    row: SaidRow,
    branches: Mapping[str, Branch],
) -> Additions:
    """What `row` tells of `person`, whose contacts are `held`, where so far nothing stands."""
    said = {**plain_facts(row, branches), "imported_key": row.key}
    facts = {name: value for name, value in said.items() if value and not getattr(person, name)}
    return Additions(facts, tuple(one for one in row.contacts if one not in held))


def plain_facts(row: SaidRow, branches: Mapping[str, Branch]) -> dict[str, str | int | None]:
    """Fields of Person but its key; None or empty where the line is silent."""
    branch = branches.get(row.branch.casefold())
    return {
        "display_name": row.name,
        "language": row.language,
        "branch_id": branch.pk if branch else None,
        "birth_year": row.birth_year,
        "source": row.source,
    }


def branches_named(branches: Iterable[Branch]) -> dict[str, Branch]:
    """Branches by each of their names, case-folded."""
    found: dict[str, Branch] = {}
    for branch in branches:
        for name in (branch.name, branch.name_zh, branch.slug):
            if name:
                found[name.casefold()] = branch
    return found
