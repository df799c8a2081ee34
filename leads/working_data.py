"""Names the personal data of working with people: stage, owner, labels, wishes, notes, follow-ups."""

from collections.abc import Callable

from django.db.models import Model

from leads.models import (
    Arrival,
    AssignmentRule,
    BulkChange,
    BulkRow,
    ContactWish,
    FollowUp,
    Label,
    LabelSet,
    Lead,
    LeadChange,
    PersonLabel,
    PersonNote,
    PickedPerson,
    Workplace,
)
from people.models import Person, Visitor
from people.registry import Eraser, Reporter, register, register_impersonal

WORK_ENDS = "until the person is erased"


def register_work() -> None:
    """Fill the registry with these models."""
    register(
        Lead,
        fields=("person", "stage", "owner"),
        purpose="to know how far the conversation with somebody is, and whose it is",
        retention=f"{WORK_ENDS}; an owner given by rule goes with profiling consent",
        eraser=_eraser(Lead, "person"),
        reporter=_reporter(
            Lead, "person", lambda row: {"stage": row.stage, "since": row.updated_at.isoformat()}
        ),
    )
    register(
        LeadChange,
        fields=("lead", "what", "before", "after", "at", "by", "reason"),
        purpose="to tell who changed stage or owner, when and why",
        retention=f"{WORK_ENDS}; what a rule did goes with profiling consent",
        eraser=None,  # the rows go with the lead
        reporter=_reporter(
            LeadChange,
            "lead__person",
            lambda row: {
                "what": row.what,
                # An owner is a colleague's login, which is not the person's data.
                "after": row.after if row.what == "stage" else "",
                "at": row.at.isoformat(),
                "reason": row.reason,
            },
        ),
    )
    register(
        PersonLabel,
        fields=("person", "label", "value", "source", "device", "by", "at", "removed_at"),
        purpose="to know what staff or a device found about somebody, in governed words",
        retention=f"{WORK_ENDS}; a label with a topic until profiling consent is withdrawn",
        eraser=_eraser(PersonLabel, "person"),
        reporter=_reporter(
            PersonLabel,
            "person",
            lambda row: {
                "label": row.label.name,
                "set": row.label.label_set.name,
                "value": row.value,
                "device": row.device,
                "at": row.at.isoformat(),
                "removed_at": row.removed_at and row.removed_at.isoformat(),
            },
        ),
    )
    register(
        ContactWish,
        fields=("person", "channel", "not_before", "not_after", "words", "do_not_call"),
        purpose="to speak to people the way they asked for",
        retention=WORK_ENDS,
        eraser=_eraser(ContactWish, "person"),
        reporter=_reporter(
            ContactWish,
            "person",
            lambda row: {
                "channel": row.channel,
                "not_before": row.not_before and row.not_before.isoformat(),
                "not_after": row.not_after and row.not_after.isoformat(),
                "words": row.words,
                "do_not_call": row.do_not_call,
            },
        ),
    )
    register(
        PersonNote,
        fields=("person", "text", "by", "at"),
        purpose="to remember what was said and agreed with somebody",
        retention=WORK_ENDS,
        eraser=_eraser(PersonNote, "person"),
        reporter=_reporter(
            PersonNote, "person", lambda row: {"text": row.text, "at": row.at.isoformat()}
        ),
    )
    register(
        FollowUp,
        fields=("person", "kind", "about", "due_at", "owner", "done_at", "outcome", "remark"),
        purpose="to keep what was promised, and to know how it ended",
        retention=WORK_ENDS,
        eraser=_eraser(FollowUp, "person"),
        reporter=_reporter(
            FollowUp,
            "person",
            lambda row: {
                "kind": row.kind,
                "about": row.about,
                "due_at": row.due_at.isoformat(),
                "done_at": row.done_at and row.done_at.isoformat(),
                "outcome": row.outcome,
                "remark": row.remark,
            },
        ),
    )
    register(
        PickedPerson,
        fields=("lead_list", "person", "at", "by", "taken_off_at", "taken_off_by"),
        purpose="to keep whom staff put on a list by hand",
        retention="until profiling consent is withdrawn, or the list is deleted",
        eraser=_eraser(PickedPerson, "person"),
        reporter=_reporter(
            PickedPerson,
            "person",
            lambda row: {
                "list": row.lead_list.name,
                "at": row.at.isoformat(),
                "taken_off_at": row.taken_off_at and row.taken_off_at.isoformat(),
            },
        ),
    )
    register(
        Workplace,
        fields=("user", "branch"),
        purpose="to know whose people a member of staff may see",
        retention="until the login is deleted",
        eraser=None,  # the rows go with the login
        reporter=None,  # a row of staff's work
    )
    register(
        Arrival,
        fields=("person",),
        purpose="to ask the rules who gets somebody that came on a list",
        retention="seconds",
        eraser=_eraser(Arrival, "person"),
        reporter=None,  # says only that something changed a moment ago
    )
    register(
        BulkRow,
        fields=("change", "person", "before", "after", "rule", "applied"),
        purpose="to take back that many people were given to others",
        retention=f"{WORK_ENDS}; what a rule proposed goes with profiling consent",
        eraser=_eraser(BulkRow, "person"),
        reporter=None,  # colleagues' logins alone; what became of it is in the changes of the lead
    )
    register_impersonal(AssignmentRule, reason="a rule over people, naming none but colleagues")
    register_impersonal(BulkChange, reason="when many people were given away, naming none")
    register_impersonal(Label, reason="a governed word, naming nobody")
    register_impersonal(LabelSet, reason="a set of governed words")


def _eraser(model: type[Model], path: str) -> Eraser:
    def erase(person: Person | None, visitors: list[Visitor]) -> int:
        if person is None:
            return 0
        return model._default_manager.filter(**{path: person}).delete()[0]

    return erase


def _reporter(model: type[Model], path: str, line: Callable[..., dict]) -> Reporter:
    def report(person: Person | None, visitors: list[Visitor]) -> list[dict]:
        if person is None:
            return []
        return [line(row) for row in model._default_manager.filter(**{path: person}).order_by("pk")]

    return report
