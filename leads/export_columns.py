"""The columns an export may hold, each with its name and how the one statement reads it.

Both engines read the same SQL but for the few words in braces. What a column reads is allowed under
consent to interests and to messages, which its rows are joined with; sensitive topics stay out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What a column holds: text, a float of two places, or a moment as ISO text in UTC.

    A telephone number is text that begins with a plus sign.
    """

    TEXT = "text"
    PHONE = "phone"
    NUMBER = "number"
    MOMENT = "moment"


@dataclass(frozen=True)
class Source:
    """What columns read besides the person: joined to the members as `<name>_of`.

    Its `sql` has one row for each value of `key`, which is `person_id` or `profile_id`; who has no
    row has nothing there. `{by_person}` or `{by_profile}` asks whether its row `r` is a member's.
    """

    name: str
    sql: str
    key: str = "person_id"


@dataclass(frozen=True)
class Column:
    """One column: its name for programs, its heading, and its expression over what is joined.

    `sql` reads the person `p`, the member `m`, the branch `b` or its source; without one, the
    source's `value`. `told` ones are put into words by Python.
    """

    name: str
    label: str | Promise
    sql: str = ""
    source: Source | None = None
    kind: Kind = Kind.TEXT
    told: bool = False

    @property
    def expression(self) -> str:
        """What the statement selects, before the file's format touches it."""
        return self.sql or f"{self.source.name if self.source else self.name}_of.value"


def _contact(kind: str) -> Source:
    """Of several verified ones the newest: an anti-join, which both engines do in one pass."""
    return Source(
        kind,
        f"""SELECT c.person_id, c.value FROM people_contactpoint c
        WHERE c.kind = '{kind}' AND c.verified_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM people_contactpoint n WHERE n.person_id = c.person_id
            AND n.kind = '{kind}' AND n.verified_at IS NOT NULL
            AND (n.verified_at, n.id) > (c.verified_at, c.id))""",
    )


def _words(name: str, rows: str, *, named: str, where: str, of: str = "person") -> Source:
    """The words that `rows` lead to, in their order, each once, for a person or a profile.

    `named` is a join with what the few words there are (`WORDS`) have as `k`: their order is
    compared as a number.
    """
    return Source(
        name,
        f"""SELECT owner_id AS {of}_id, {{joined}} AS value FROM (
        SELECT DISTINCT r.{of}_id AS owner_id, k.place, k.word FROM {rows} r
        JOIN {named} WHERE {where} AND {{by_{of}}} ORDER BY 1, 2) AS words
        GROUP BY owner_id""",
        key=f"{of}_id",
    )


# The words that stand for ids, with their place among each other: sorted once, not for everybody.
WORDS = {
    "topic_word": """SELECT said.id, {topic_label} AS word,
        dense_rank() OVER (ORDER BY {topic_label}) AS place
        FROM cms_topic said JOIN cms_topic k ON k.id = COALESCE(said.merged_into_id, said.id)
        WHERE NOT k.sensitive""",
    "label_word": """SELECT k.id, {topic_label} AS word,
        dense_rank() OVER (ORDER BY {topic_label}) AS place
        FROM leads_label k LEFT JOIN cms_topic t ON t.id = k.topic_id
        WHERE NOT COALESCE(t.sensitive, false)""",
    "class_word": """SELECT page.id, page.title AS word,
        dense_rank() OVER (ORDER BY page.title) AS place
        FROM classroom_liveclass c JOIN wagtailcore_page page ON page.id = c.page_ptr_id""",
    "staff_word": """SELECT u.id,
        COALESCE(NULLIF(TRIM(u.first_name || ' ' || u.last_name), ''), u.username) AS word
        FROM people_user u""",
}
_TOPICS, _LABELS = "topic_word k ON k.id = r.topic_id", "label_word k ON k.id = r.label_id"
_CLASSES = "class_word k ON k.id = r.live_class_id"

_TAGS = "r.entered_at <= %(now)s AND r.lapses_at > %(now)s"
_WISHES = """NOT EXISTS (SELECT 1 FROM tracking_veto v WHERE v.profile_id = r.profile_id
    AND v.topic_id = r.topic_id AND v.at >= r.at)"""
_PLACES = "r.cancelled_at IS NULL AND r.waits_since IS NULL"
_LAST_ACTIVE = Source(
    "last_active",
    """SELECT r.profile_id, max(r.at) AS value FROM tracking_signal r
    WHERE {by_profile} GROUP BY r.profile_id""",
    key="profile_id",
)
_HEAT = Source(
    "heat",
    """SELECT i.profile_id, {greatest_mass} * {heat_of_mass} AS value FROM tracking_interest i
    WHERE i.topic_id IN ({topics}) {of_topics}""",
    key="profile_id",
)
_AGREED = Source(
    "agreed",
    """SELECT person_id, at AS value FROM people_consent
    WHERE purpose = 'marketing' AND person_id IS NOT NULL""",
)
_LEAD = Source(
    "lead",
    """SELECT l.person_id, l.stage, k.word AS owner FROM leads_lead l
    LEFT JOIN staff_word k ON k.id = l.owner_id""",
)

_ALL = (
    Column("external_id", _("id"), "p.external_id"),
    Column("imported_key", _("imported key"), "p.imported_key"),
    Column("name", _("name"), "p.display_name"),
    Column("email", _("e-mail"), source=_contact("email")),
    Column("phone", _("phone"), source=_contact("phone"), kind=Kind.PHONE),
    Column("language", _("language"), "p.language"),
    Column("branch", _("branch"), "{branch_label}"),
    Column("source", _("came from"), "p.source"),
    Column("list", _("list"), "%(list)s"),
    Column("reason", _("reason"), "m.reason", told=True),
    Column("entered_at", _("on the list since"), "m.entered_at", kind=Kind.MOMENT),
    Column("heat", _("heat"), source=_HEAT, kind=Kind.NUMBER),
    Column("rank", _("rank"), source=Source("rank", "{ranks}"), kind=Kind.NUMBER),
    Column(
        "tags",
        _("interest tags"),
        source=_words("tags", "tracking_interesttag", named=_TOPICS, where=_TAGS, of="profile"),
    ),
    Column(
        "wishes",
        _("wishes"),
        source=_words("wishes", "tracking_declaration", named=_TOPICS, where=_WISHES, of="profile"),
    ),
    Column(
        "labels",
        _("labels"),
        source=_words("labels", "leads_personlabel", named=_LABELS, where="r.removed_at IS NULL"),
    ),
    Column("stage", _("stage"), "{stage_label}", source=_LEAD),
    Column("owner", _("owner"), "lead_of.owner", source=_LEAD),
    Column("last_active", _("last active"), source=_LAST_ACTIVE, kind=Kind.MOMENT),
    Column(
        "registered",
        _("registered for"),
        source=_words("registered", "classroom_registration", named=_CLASSES, where=_PLACES),
    ),
    Column(
        "attended",
        _("attended"),
        source=_words("attended", "classroom_attendance", named=_CLASSES, where="r.attended"),
    ),
    Column("agreed_at", _("agreed to messages"), source=_AGREED, kind=Kind.MOMENT),
)
COLUMNS = {column.name: column for column in _ALL}
DEFAULT = (
    "external_id", "name", "email", "phone", "language", "branch", "list", "reason",
    "entered_at", "heat",
)  # fmt: skip


def unknown_columns(names: Iterable[str]) -> list[str]:
    """The names that are no column here."""
    return [name for name in names if name not in COLUMNS]


def chosen_columns(names: Iterable[str]) -> list[Column]:
    """The columns of these names in their order, each once; the default where there are none."""
    return [COLUMNS[name] for name in dict.fromkeys(names) if name in COLUMNS] or [
        COLUMNS[name] for name in DEFAULT
    ]
