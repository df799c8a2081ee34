"""What rules would find before they are saved: how many, who for example, and against the list now."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from leads.conditions import Moment, Scope
from leads.list_rules import ListRules
from leads.models import LeadList, Membership
from leads.reasons import reason_in_words, words_for
from leads.selectors.consent import agreed, may_be_listed, verified_contact
from leads.selectors.evaluation import Glance, candidates, evaluated
from leads.selectors.planning import planned_for_many, put_aside
from people.models import ContactPoint, Person, Purpose

EXAMPLES = 3


class Example(NamedTuple):
    """Somebody with the name they may be shown by, and why they match; empty where they do not."""

    person: Person
    name: str
    reason: str


@dataclass(frozen=True)
class Trial:
    """Counts and at most three examples each; `gains` and `loses` are None for a new list."""

    matches: int
    contactable: int
    examples: list[Example]
    gains: int | None
    loses: int | None
    gaining: list[Example]
    losing: list[Example]

    @property
    def shown(self) -> list[Person]:
        """Everybody who is named."""
        return [one.person for one in (*self.examples, *self.gaining, *self.losing)]


@planned_for_many()
def trial_of(
    rules: ListRules, moment: Moment, *, seen: Q, against: LeadList | None = None
) -> Trial:
    """Count in the database alone and look at a few people closely; the rules must have no problem.

    `seen` is the filter on the people whom the one who asks may see; nobody else is counted.
    """
    numbers = _numbers(rules, moment, seen=seen, against=against)
    is_saved = against is not None
    return Trial(
        matches=numbers["matches"][0],
        contactable=numbers["contactable"][0],
        examples=_examples(numbers["example"], rules, moment),
        gains=numbers["gains"][0] if is_saved else None,
        loses=numbers["loses"][0] if is_saved else None,
        gaining=_examples(numbers["gaining"], rules, moment),
        losing=_examples(numbers["losing"], rules, moment),
    )


def _numbers(
    rules: ListRules, moment: Moment, *, seen: Q, against: LeadList | None
) -> dict[str, list[int]]:
    """Counts, and the ids of the newest of whom they count, by what they are.

    The rules are evaluated once; PostgreSQL puts aside whom they match, to plan the rest by how
    many these are.
    """
    within = Q(pk__in=Person.objects.filter(seen).values("pk")) if seen else Q()
    held = Membership.objects.filter(lead_list=against).values("person_id")
    contactable = Person.objects.filter(
        agreed(Purpose.MARKETING), verified_contact(), pk__in=RawSQL("SELECT id FROM found", [])
    )
    named = {
        "found": candidates(rules, moment).filter(within),
        "held": may_be_listed().filter(within, pk__in=held),
        "contactable": contactable,
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sql, values = _sql_of(named.pop("found"))
            put_aside(cursor, "found", f"SELECT id FROM ({sql}) AS a(id)", values)
        sets, values = [], ()
        for name, people in named.items():
            sql, own = _sql_of(people)
            sets.append(f"{name}(id) AS ({sql})")
            values += own
        cursor.execute(f"WITH {', '.join(sets)}{_ASKED}", values)
        numbers: dict[str, list[int]] = defaultdict(list)
        for what, number in cursor.fetchall():
            numbers[what].append(number)
    return numbers


def _sql_of(people: QuerySet[Person]) -> tuple[str, tuple]:
    sql, values = people.order_by().values("pk").query.sql_with_params()
    return sql, tuple(values)


_ASKED = f"""
, gaining(id) AS (SELECT id FROM found EXCEPT SELECT id FROM held)
, losing(id) AS (SELECT id FROM held EXCEPT SELECT id FROM found)
SELECT 'matches', count(*) FROM found
UNION ALL SELECT 'contactable', count(*) FROM contactable
UNION ALL SELECT 'gains', count(*) FROM gaining
UNION ALL SELECT 'loses', count(*) FROM losing
UNION ALL SELECT * FROM (SELECT 'example', id FROM found ORDER BY id DESC LIMIT {EXAMPLES}) AS a
UNION ALL SELECT * FROM (SELECT 'gaining', id FROM gaining ORDER BY id DESC LIMIT {EXAMPLES}) AS b
UNION ALL SELECT * FROM (SELECT 'losing', id FROM losing ORDER BY id DESC LIMIT {EXAMPLES}) AS c
"""


def _examples(person_ids: list[int], rules: ListRules, moment: Moment) -> list[Example]:
    if not person_ids:
        return []
    verified = ContactPoint.objects.filter(person_id=OuterRef("pk"), verified_at__isnull=False)
    chosen = list(
        Person.objects.filter(pk__in=person_ids)
        .annotate(
            agrees=agreed(Purpose.MARKETING),
            contact=Subquery(verified.order_by("kind", "pk").values("value")[:1]),
        )
        .order_by("-pk")
    )
    members = evaluated(rules, Glance(moment, Scope(ids=tuple(one.pk for one in chosen)))).members
    reasons = {pk: outcome.reason for pk, outcome in members.items()}
    words = words_for(reasons.values(), now=moment.at)
    return [
        Example(one, _name(one), reason_in_words(reasons.get(one.pk, ()), words)) for one in chosen
    ]


def _name(person: Person) -> str:
    contact = person.contact if person.agrees else ""  # type: ignore[attr-defined]
    return person.display_name or contact or person.external_id
