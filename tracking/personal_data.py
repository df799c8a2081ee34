"""Names tracking's models with personal data: purpose, retention, how they are erased and shown."""

from people.models import Person, Visitor
from people.registry import register, register_impersonal
from tracking.models import (
    CoInterest,
    Declaration,
    Event,
    EventLedger,
    ImportBatch,
    ImportedEvent,
    IngestCounter,
    Interest,
    InterestTag,
    PageCounter,
    PageYardstick,
    Profile,
    Reading,
    RuleVersion,
    Signal,
    StatedInterest,
    StatisticSpool,
    TouchedView,
    Veto,
)

CONSENT_ENDS = "until profiling consent is withdrawn or the person is erased"


def _profiles(person: Person | None, visitors: list[Visitor]):
    own = Profile.objects.filter(visitor__in=visitors)
    return own | Profile.objects.filter(person=person) if person is not None else own


def _erase_profiles(person: Person | None, visitors: list[Visitor]) -> int:
    return _profiles(person, visitors).delete()[0]


def _erase_events(person: Person | None, visitors: list[Visitor]) -> int:
    return Event.objects.filter(visitor__in=visitors).delete()[0]


def _erase_imported(person: Person | None, visitors: list[Visitor]) -> int:
    return ImportedEvent.objects.filter(person=person).delete()[0] if person is not None else 0


def _report_events(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = Event.objects.filter(visitor__in=visitors).order_by("at")
    return [
        {
            "at": row.at.isoformat(),
            "page": row.page_id,
            "kind": row.kind,
            "active_ms": row.active_ms,
            "view": str(row.view),
            "depth": row.depth,
            "counted": row.counted,
            "panel": row.panel,
            "played": row.played,
        }
        for row in rows
    ]


def _report_imported(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    if person is None:
        return []
    rows = ImportedEvent.objects.filter(person=person).select_related("batch").order_by("at")
    return [
        {"at": row.at.isoformat(), "page": row.page_id, "kind": row.kind,
         "seconds": row.seconds, "count": row.count, "basis": row.batch.basis}
        for row in rows
    ]  # fmt: skip


def _report_profiles(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    return [{"since": row.created_at.isoformat()} for row in _profiles(person, visitors)]


def _report_readings(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = Reading.objects.filter(profile__in=_profiles(person, visitors)).order_by("opened_at")
    return [
        {"opened_at": row.opened_at.isoformat(), "page": row.page_id,
         "active_s": round(row.active_s, 1), "depth": row.depth}
        for row in rows
    ]  # fmt: skip


def _report_signals(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = Signal.objects.filter(profile__in=_profiles(person, visitors)).order_by("at")
    return [
        {"at": row.at.isoformat(), "kind": row.kind, "item": row.item_key, "strength": row.strength}
        for row in rows
    ]


def _report_interests(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = Interest.objects.filter(profile__in=_profiles(person, visitors))
    return [
        {"topic": row.topic.name, "signals": row.signals, "last_at": row.last_at.isoformat()}
        for row in rows.select_related("topic")
    ]


def _report_tags(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = InterestTag.objects.filter(profile__in=_profiles(person, visitors))
    return [
        {"topic": row.topic.name, "entered_at": row.entered_at.isoformat(),
         "lapses_at": row.lapses_at.isoformat(), "rule_version": row.rule.number}
        for row in rows.select_related("topic", "rule")
    ]  # fmt: skip


def _report_statements(person: Person | None, visitors: list[Visitor]) -> list[dict]:
    rows = StatedInterest.objects.filter(profile__in=_profiles(person, visitors))
    return [
        {"topic": row.topic.name, "at": row.at.isoformat(), "kind": row.kind,
         "source": row.source, "value": row.value}
        for row in rows.select_related("topic").order_by("at")
    ]  # fmt: skip


def _report_wishes(model):
    def report(person: Person | None, visitors: list[Visitor]) -> list[dict]:
        rows = model.objects.filter(profile__in=_profiles(person, visitors)).select_related("topic")
        return [
            {
                "topic": row.topic.name,
                "at": row.at.isoformat(),
                "reason": getattr(row, "reason", ""),
            }
            for row in rows
        ]

    return report


def register_all() -> None:
    """Fill the registry with tracking's models."""
    register(
        Event,
        fields=(
            "visitor",
            "view",
            "page_id",
            "at",
            "active_ms",
            "depth",
            "counted",
            "panel",
            "played",
        ),
        purpose="to fold readings from",
        retention="8 days after the view's last event, when the reading is sealed",
        eraser=_erase_events,
        reporter=_report_events,
    )
    register(
        ImportedEvent,
        fields=("person", "page_id", "kind", "at", "seconds", "count"),
        purpose="the history a clinic brought along, under a recorded basis",
        retention=CONSENT_ENDS,
        eraser=_erase_imported,
        reporter=_report_imported,
    )
    _register_profile_rows()
    for model, reason in (
        (TouchedView, "a random view id until the next fold, seconds later"),
        (ImportBatch, "a file, its hash and counts; names nobody"),
        (PageYardstick, "what a page asks of a reader"),
        (RuleVersion, "the rules of interest"),
        (StatisticSpool, "deltas of page statistics without visitor, view or event id"),
        (EventLedger, "single-use ids that name neither page nor browser"),
        (PageCounter, "one-dimensional counts by page and day"),
        (IngestCounter, "counts by day"),
        (CoInterest, "two topics and a count of at least five people; names nobody"),
    ):
        register_impersonal(model, reason=reason)


def _register_profile_rows() -> None:
    register(
        Profile,
        fields=("person", "visitor"),
        purpose="the door of all evidence; exists only under consent",
        retention=CONSENT_ENDS,
        eraser=_erase_profiles,
        reporter=_report_profiles,
    )
    for model, fields, purpose, reporter in (
        (
            Reading,
            ("profile", "visitor", "page_id", "active_s", "depth"),
            "what was read, and how far",
            _report_readings,
        ),
        (
            Signal,
            ("profile", "item_key", "at", "strength"),
            "evidence of interest",
            _report_signals,
        ),
        (Interest, ("profile", "topic", "mass"), "how warm a topic is", _report_interests),
        (InterestTag, ("profile", "topic", "entered_at"), "what follow-up may go by", _report_tags),
        (
            Declaration,
            ("profile", "topic", "at"),
            "what the person said about it",
            _report_wishes(Declaration),
        ),
        (
            StatedInterest,
            ("profile", "topic", "source", "value", "at"),
            "what staff noted and devices measured about it",
            _report_statements,
        ),
        (Veto, ("profile", "topic", "reason"), "what the person took away", _report_wishes(Veto)),
    ):
        register(
            model,
            fields=fields,
            purpose=purpose,
            retention=CONSENT_ENDS,
            eraser=None,  # goes with the profile
            reporter=reporter,
        )
