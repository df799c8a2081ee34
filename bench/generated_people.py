"""People of a clinic on a lead list, with all that an export reads of them, made by SQL.

Of ten people nine may be in a file: of those who may not, half did not agree to messages, a quarter
asked not to be written to, and a quarter have no address that was verified.
"""

from django.db import connection
from django.utils import timezone

from bench.generated import BEGAN_S, TOPICS, chance, moment, run, series, true, uuid, without_checks

INTERESTS, SIGNALS, LABELS, OWNERS = 3, 5, 12, 20
SURNAMES, GIVEN = "李王张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊洋艳"
BRANCHES = (("lake", "By the lake", "湖畔"), ("hill", "On the hill", "山上"), ("old-town", "Old town", "老城"))  # fmt: skip
NOW = moment(str(BEGAN_S))


def make_people(contactable: int) -> None:
    """So many people who may be in a file and a ninth of that who may not, on the list `bench`.

    A quarter of them are on the list `bench-quarter`, too.
    """
    people = contactable * 10 // 9
    first_branch, first_topic = _branches(), _topics()
    without_checks()
    _persons(people, first_branch=first_branch)
    _consents(people)
    _contacts(people)
    _evidence(people, first_topic=first_topic)
    _service(people, first_user=_owners(), first_label=_labels())
    for slug, every in (("bench", 1), ("bench-quarter", 4)):
        _members(people // every, of=_list(slug, topic_id=first_topic), every=every)
    run("ANALYZE")


def _fill(table: str, source: str, /, **columns: str) -> None:
    """Insert the expressions, by the column they go to, for each row of the source."""
    run(
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(columns.values())} FROM {source}"
    )


def _persons(people: int, *, first_branch: int) -> None:
    chinese = " || ".join(
        f"substr('{signs}', CAST(1 + {chance(f'n * 3 + {place}', out_of=10)} AS integer), 1)"
        for place, signs in enumerate((SURNAMES, GIVEN, GIVEN))
    )
    opaque = "substr(md5('p' || n), 1, 20)" if _is_pg() else "lower(hex(randomblob(10)))"
    _fill(
        "people_person", series(people),
        id="n + 1", external_id=opaque,
        display_name=f"CASE WHEN n %% 1000 = 7 THEN '=1+' || n WHEN n %% 3 = 0 THEN 'Reader ' || n "
        f"ELSE {chinese} END",
        language="CASE WHEN n %% 3 = 0 THEN 'en' ELSE 'zh-hans' END",
        branch_id=f"{first_branch} + n %% {len(BRANCHES)}",
        source="CASE WHEN n %% 4 = 0 THEN '' ELSE 'newsletter' END",
        wants_suggestions=true(), created_at=NOW, lent="'{}'",
    )  # fmt: skip


def _consents(people: int) -> None:
    """Everybody agreed to profiling; of twenty one did not agree to messages."""
    for place, (purpose, given) in enumerate(
        (("profiling", "1 = 1"), ("marketing", "n %% 20 > 0"))
    ):
        number = f"2 * n + {place + 1}"
        _fill(
            "people_consentevent", series(people),
            id=number, subject="'person'", purpose=f"'{purpose}'", given=given, at=NOW, notice="''",
            language="''", text_hash="''", method="'panel'", basis="''", file_hash="''",
            receipt=uuid("n"),
        )  # fmt: skip
        _fill(
            "people_consent", series(people),
            person_id="n + 1", purpose=f"'{purpose}'", given=given, at=NOW, event_id=number,
        )  # fmt: skip


def _contacts(people: int) -> None:
    """An address each, two of three a number, of ten one an older address as well."""
    since, later = NOW, moment(str(BEGAN_S + 86_400))
    verified = f"CASE WHEN n %% 40 = 30 THEN NULL ELSE {later} END"
    address, older = "'reader' || n || '@example.org'", "'older' || n || '@example.org'"
    for kind, value, at, whose in (
        ("email", address, verified, "1 = 1"),
        ("phone", "'+41' || (440000000 + n)", verified, "n %% 3 < 2"),
        ("email", older, since, "n %% 10 = 3"),
    ):
        _fill(
            "people_contactpoint", f"{series(people)} WHERE {whose}",
            person_id="n + 1", kind=f"'{kind}'", value=value, verified_at=at, created_at=since,
        )  # fmt: skip
    _fill(
        "leads_suppressedcontact", f"{series(people)} WHERE n %% 40 = 10",
        kind="'email'", value=address, reason="''", added_at=NOW,
    )  # fmt: skip


def _evidence(people: int, *, first_topic: int) -> None:
    """Profiles with interests, tags that hold and tags that lapsed, and signals."""
    from tracking.arithmetic import mass_for_heat
    from tracking.selectors.rules import current_rule_version, rule_of

    rule = current_rule_version()
    now_s = timezone.now().timestamp()
    warm = mass_for_heat(heat=2.0, at_s=now_s, rule=rule_of(rule))
    who, which = f"n / {INTERESTS}", f"n %% {INTERESTS}"
    topic = (
        f"{first_topic} + CASE WHEN {which} = 0 THEN 0 "
        f"ELSE 1 + ({who} * 11 + {which} * 7) %% {TOPICS - 1} END"
    )
    _fill("tracking_profile", series(people), id="n + 1", person_id="n + 1", created_at=NOW)
    _fill(
        "tracking_interest", series(people * INTERESTS),
        profile_id=f"{who} + 1", topic_id=topic, mass=f"{warm!r} * (1 + {chance('n', out_of=64)} / 64.0)",
        signals="3", last_at=NOW,
    )  # fmt: skip
    _fill(
        "tracking_interesttag", series(people * INTERESTS),
        profile_id=f"{who} + 1", topic_id=topic, entered_at=NOW, rule_id=str(rule.pk),
        lapses_at=f"CASE WHEN n %% 4 = 0 THEN {moment(str(BEGAN_S + 1))} "
        f"ELSE {moment(str(int(now_s) + 90 * 86_400))} END",
    )  # fmt: skip
    at = f"{BEGAN_S} + n %% {SIGNALS} * 86400 + n / {SIGNALS} %% 80000"
    _fill(
        "tracking_signal", series(people * SIGNALS),
        profile_id=f"n / {SIGNALS} + 1", kind="'reading'", item_key=f"'page:' || (n %% {SIGNALS})",
        day="DATE '2025-01-01'" if _is_pg() else "'2025-01-01'",
        at=moment(at), strength="0.5", detail="'{}'",
    )  # fmt: skip


def _service(people: int, *, first_user: int, first_label: int) -> None:
    """Labels: of two people one has one, of six one has two. Of two one has a stage and an owner."""
    for every, shift in ((2, 0), (6, 5)):
        _fill(
            "leads_personlabel", f"{series(people)} WHERE n %% {every} = 0",
            person_id="n + 1", label_id=f"{first_label} + (n / 2 + {shift}) %% {LABELS}",
            value="''", source="'staff'", device="''", by="'user:1'", at=NOW, removed_by="''",
        )  # fmt: skip
    stage = "CASE n %% 3 WHEN 0 THEN 'contacted' WHEN 1 THEN 'talking' ELSE 'booked' END"
    _fill(
        "leads_lead", f"{series(people)} WHERE n %% 2 = 1",
        person_id="n + 1", stage=stage, owner_id=f"{first_user} + n %% {OWNERS}",
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def _members(people: int, *, of: int, every: int) -> None:
    reason = '\'[{"kind": "heat", "mass": 1.5, "signals": 3, "value": 1.0}]\''
    _fill(
        "leads_membership", series(people),
        lead_list_id=str(of), person_id=f"n * {every} + 1",
        entered_at=moment(f"{BEGAN_S} + {chance('n', out_of=65_000)} * 100"), reason=reason,
    )  # fmt: skip


def _branches() -> int:
    from people.models import Branch

    made = [Branch.objects.create(slug=slug, name=name, name_zh=zh) for slug, name, zh in BRANCHES]
    return made[0].pk


def _topics() -> int:
    from cms.models import Topic

    names = [(f"bench {n}", f"bench-{n}") for n in range(TOPICS)]
    return [Topic.objects.create(name=name, slug=slug) for name, slug in names][0].pk


def _owners() -> int:
    from people.models import User

    made = [
        User.objects.create(username=f"bench-{n}", first_name="Ada", last_name=f"Adviser {n}")
        for n in range(OWNERS)
    ]
    return made[0].pk


def _labels() -> int:
    from leads.models import Label, LabelSet

    held = LabelSet.objects.create(slug="bench", name="bench", one_only=False)
    made = [
        Label.objects.create(label_set=held, slug=f"bench-{n}", name=f"Skin, type {n}")
        for n in range(LABELS)
    ]
    return made[0].pk


def _list(slug: str, *, topic_id: int) -> int:
    """A list that was just looked at, so that nothing has to be evaluated."""
    from leads.models import Condition, ConditionKind, LeadList

    held = LeadList.objects.create(name=slug, slug=slug)
    Condition.objects.create(
        lead_list=held, kind=ConditionKind.HEAT, topic_id=topic_id, value=1.0, sort_order=0
    )
    LeadList.objects.filter(pk=held.pk).update(changed_at=None, evaluated_at=timezone.now())
    return held.pk


def _is_pg() -> bool:
    return connection.vendor == "postgresql"
