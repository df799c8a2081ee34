"""Takes one decision of a site visitor, whoever they are so far, and says which token is theirs now."""

from dataclasses import dataclass

from django.db import transaction

from people.models import ConsentMethod, Person, Purpose, Visitor
from people.services.consent import record_consent, record_refusal, withdraw_consent
from people.services.visitors import create_visitor, join_visitor, visitor_for_person


@dataclass(frozen=True)
class Decision:
    """The receipt, and the visitor whose token the browser should keep, None for none."""

    visitor: Visitor | None
    receipt: dict


def decide(
    *,
    person: Person | None,
    visitor: Visitor | None,
    purposes: dict[str, bool],
    notice: str,
    language: str,
    objects: bool,
) -> Decision:
    """Record the decision of a person, of a browser known by token, or of nobody yet.

    `objects` is the browser's own signal (Sec-GPC or DNT): profiling is then not given, whatever
    was ticked. Raises UnknownNotice.
    """
    purposes = {purpose: bool(given) for purpose, given in purposes.items()}
    if objects:
        purposes[Purpose.PROFILING.value] = False
    profiling = purposes.get(Purpose.PROFILING, False)
    words = {"notice": notice, "language": language, "method": ConsentMethod.PANEL}
    if person is not None:
        return _decide_person(person, visitor, purposes, words)
    if visitor is not None and visitor.withdrawn_at is None:
        return _decide_visitor(visitor, purposes, words)
    if not profiling:
        receipt = _anonymous_receipt(purposes, words)
        return Decision(visitor=None, receipt=receipt)
    made, receipt = create_visitor(purposes=purposes, **words)
    return Decision(visitor=made, receipt=receipt)


def _decide_person(
    person: Person, visitor: Visitor | None, purposes: dict[str, bool], words: dict
) -> Decision:
    with transaction.atomic():
        receipt = record_consent(person=person, purposes=purposes, **words)
        if not purposes.get(Purpose.PROFILING):
            return Decision(visitor=None, receipt=receipt)
        actor = f"person:{person.external_id}"
        if (
            visitor is not None
            and visitor.withdrawn_at is None
            and join_visitor(visitor=visitor, person=person, actor=actor)
        ):
            return Decision(visitor=visitor, receipt=receipt)
        return Decision(visitor=visitor_for_person(person=person, actor=actor), receipt=receipt)


def _decide_visitor(visitor: Visitor, purposes: dict[str, bool], words: dict) -> Decision:
    with transaction.atomic():
        receipt = record_consent(visitor=visitor, purposes=purposes, **words)
        refused = [purpose for purpose, given in purposes.items() if not given]
        if refused and visitor.person_id is not None and Purpose.PROFILING in refused:
            withdraw_consent(visitor=visitor, purposes=[Purpose.PROFILING])
    kept = visitor if purposes.get(Purpose.PROFILING, True) else None
    return Decision(visitor=kept, receipt=receipt)


def _anonymous_receipt(purposes: dict[str, bool], words: dict) -> dict:
    """Record a decision that makes no visitor; messages need a known contact, so none is promised."""
    return record_refusal(purposes=list(purposes), **words)
