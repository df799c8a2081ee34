"""The rules of interest in the admin: read, compared, changed, taken back."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms.models import Topic
from leads.selectors.ranking import ranked_people
from leads.selectors.rule_quality import Quality, WhyNot, rank_quality
from outbox.models import AuditEntry, Effect, EffectState
from outbox.services import run_due_effects
from people.models import Person
from people.roles import Role
from tests.factories.leads import staff, topic_named
from tests.factories.people import UserFactory
from tests.factories.tracking import (
    consenting_person,
    consenting_visitor,
    imported,
    view_of,
    yardstick,
)
from tracking.arithmetic import heat_of
from tracking.models import Declaration, Interest, InterestTag, Profile, RuleVersion
from tracking.rule_figures import fields_of, figures_of
from tracking.selectors import rule_changes
from tracking.selectors.interests import interest_receipts
from tracking.selectors.ranking import signal_table
from tracking.selectors.rule_changes import compared_with
from tracking.selectors.rules import current_rule_version, progress_of, rule_of
from tracking.services.folding import fold_everything
from tracking.services.rebuild import check_interests
from tracking.services.recompute import recompute_profiles
from tracking.services.rules import RECOMPUTE, change_rules, recompute_under

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/rules/"


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def marketing(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    return user


def test_the_rule_in_force_stands_in_words_with_units_and_bounds(client, marketing):
    seen = plain(client.get(ADDRESS).text)
    assert "In force: version 1" in seen
    assert "Half-life 30 days (7 to 365)" in seen
    assert "Becomes a tag at 1.5 full readings (0.1 to 100)" in seen
    assert "Different pieces read 2 pieces (1 to 20)" in seen
    assert "Attending a class 3 full readings (0 to 20)" in seen
    assert "The share that hangs on depth 0.5 (0 to 1)" in seen
    assert "The most one day counts no limit (0 to 100)" in seen
    assert "so it is no figure to set" in seen
    assert "Version 1 now in force As shipped." in seen


def test_versions_say_who_when_why_and_what_they_changed(client, marketing):
    RuleVersion.objects.create(
        number=2, half_life_days=60.0, note="Implants take long to decide on.", made_by=marketing
    )
    RuleVersion.objects.create(number=3, half_life_days=60.0, enter=2.0, note="Too many tags.")
    seen = plain(client.get(ADDRESS).text)
    assert "In force: version 3" in seen
    assert "Too many tags. Becomes a tag at: 1.5 to 2 full readings" in seen
    assert ", marketing Implants take long to decide on. Half-life: 30 to 60 days" in seen
    assert "somebody who is no longer here" in seen


def test_more_versions_take_no_more_queries(client, marketing):
    client.get(ADDRESS)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(ADDRESS)
    for number in (2, 3, 4):
        RuleVersion.objects.create(number=number, made_by=marketing, recomputed_at=timezone.now())
    with CaptureQueriesContext(connection) as many:
        client.get(ADDRESS)
    assert len(many) == len(few)


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.EDITOR, Role.CLINICIAN, Role.REVIEWER])
def test_nobody_else_sees_them(client, role):
    client.force_login(staff(role))
    page = client.get(ADDRESS)
    assert page.status_code == 302
    assert "In force" not in client.get(ADDRESS, follow=True).text


CHANGE = "/admin/rules/change/"


def given(**changed) -> dict:
    """What the form posts: the figures in force, but for those that are changed."""
    version = current_rule_version()
    return {
        **figures_of(version),
        "evidence_pages": 2,
        "base": version.number,
        "reason": "Why.",
        **changed,
    }


def reader(name: str, topic, *, attended: bool = False, pages: int = 0) -> Person:
    """Somebody whose evidence is imported: a class gives a tag, and each page adds to it."""
    person = consenting_person(name)
    now = timezone.now()
    if attended:
        yardstick(9_000, topics={topic.pk: 1.0})
        imported(person, 9_000, at=now - timedelta(days=1), kind="attend")
    for page in range(9_001, 9_001 + pages):
        yardstick(page, topics={topic.pk: 1.0})
        imported(person, page, at=now - timedelta(days=2), count=4)
    recompute_profiles(profile_ids=[Profile.objects.get_or_create(person=person)[0].pk])
    return person


@pytest.fixture
def gums():
    return topic_named("Gums")


@pytest.fixture
def world(gums):
    """Ann attended a class (1.5 of heat when it ended), Bo read two pieces, Cy one."""
    return [
        reader("Ann Lee", gums, attended=True),
        reader("Bo Berg", gums, pages=2),
        reader("Cy Fox", gums, pages=1),
    ]


def tags_now(at) -> set[tuple[int, int]]:
    rows = InterestTag.objects.filter(entered_at__lte=at, lapses_at__gt=at)
    return set(rows.values_list("profile_id", "topic_id"))


def test_comparing_shows_who_gains_and_loses_and_writes_nothing(client, marketing, world):
    assert {row[0] for row in tags_now(timezone.now())} == {
        world[0].profile.pk,
        world[1].profile.pk,
    }
    page = client.post(
        CHANGE,
        given(
            enter=0.8, evidence_pages=1, strength_attendance=1.5, evidence_attendance_strength=1.2
        ),
    )
    seen = plain(page.text)
    assert page.status_code == 200
    assert "Becomes a tag at: 1.5 to 0.8 full readings" in seen
    assert (
        "Tags gained: 1. Tags lost: 1. Tags kept: 1. Something changes for 2 of 3 readers." in seen
    )
    assert "Gums 1 1 1 gains: Cy Fox loses: Ann Lee" in seen
    assert f"/admin/lead-people/{world[2].external_id}/" in page.text
    assert "It cannot be told whether the order of people gets better" in seen
    assert current_rule_version().number == 1
    assert not Effect.objects.filter(kind=RECOMPUTE).exists()
    noted = AuditEntry.objects.get(action="rules.compared")
    assert noted.detail == {"people": sorted([world[0].external_id, world[2].external_id])}


def test_the_comparison_writes_nothing_at_all(world):
    rule = rule_of(RuleVersion(number=2, enter=0.8))
    with CaptureQueriesContext(connection) as queries:
        compared_with(rule=rule, at=timezone.now())
    # On PostgreSQL what is read in chunks begins with the declaration of its cursor.
    reads = [re.sub(r"^DECLARE \S+ .*?\bFOR ", "", query["sql"]) for query in queries]
    assert {sql.split()[0] for sql in reads} == {"SELECT"}


def test_the_comparison_reads_a_chunk_at_a_time(gums, monkeypatch):
    for name in ("a", "b", "c", "d"):
        reader(name, gums, pages=2)
    rule, counts = rule_of(RuleVersion(number=2, enter=0.8)), {}
    for size in (1, 2, 4):
        monkeypatch.setattr(rule_changes, "PROFILES_A_CHUNK", size)
        with CaptureQueriesContext(connection) as queries:
            assert compared_with(rule=rule, at=timezone.now()).kept == 4
        counts[size] = len(queries)
    a_chunk = counts[2] - counts[4]
    assert counts[1] - counts[2] == 2 * a_chunk
    assert 0 < a_chunk < 25


def test_many_readers_are_compared_evenly_and_the_screen_says_so(client, marketing, world, gums):
    found = compared_with(
        rule=rule_of(RuleVersion(number=2)), at=timezone.now(), profiles_at_most=2
    )
    assert (found.profiles, found.compared, found.kept) == (3, 2, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"enter": 0.8, "evidence_pages": 1},
        {"strength_attendance": 1.0, "evidence_attendance_strength": 0.4, "enter": 0.6},
        {"half_life_days": 7},
        {"half_life_days": 300, "leave": 0.2},
        {"parent_share": 0.9, "enter": 1.4},
        {"strength_reading": 0, "strength_question": 3},
        {"day_cap": 1.2, "enter": 1.3},
        {"depth_share": 1.0},
    ],
)
def test_the_recomputation_gives_what_the_comparison_said(marketing, world, gums, changed):
    above = topic_named("Mouth")
    Topic.objects.filter(pk=gums.pk).update(parent=above)
    for days in (3, 20, 60):
        dan = consenting_person(f"Dan {days}")
        imported(dan, 9_001, at=timezone.now() - timedelta(days=days), count=4)
        imported(dan, 9_002, at=timezone.now() - timedelta(days=days), count=2)
        recompute_profiles(profile_ids=[Profile.objects.get_or_create(person=dan)[0].pk])
    figures = {**figures_of(current_rule_version()), **changed}
    rule = rule_of(RuleVersion(number=2, **fields_of(figures)))
    at = timezone.now()
    said = {
        (one.profile_id, one.topic_id)
        for chunk in rule_changes.tag_changes(rule=rule, at=at)
        for one in chunk
        if one.would_be
    }
    change_rules(base=1, figures=figures, reason="Because.", by=marketing)
    run_due_effects()
    assert tags_now(at) == said
    assert current_rule_version().recomputed_at is not None
    assert check_interests().differences == []


def test_confirming_makes_the_version_and_recomputes_through_the_outbox(client, marketing, world):
    page = client.post(CHANGE, given(half_life_days=60, confirm="1"), follow=True)
    seen = plain(page.text)
    assert "Version 2 is in force. People are being recomputed now." in seen
    assert "Being recomputed: 0 of 3 readers are done." in seen
    version = current_rule_version()
    assert (version.number, version.half_life_days, version.note) == (2, 60.0, "Why.")
    assert version.made_by == marketing
    assert AuditEntry.objects.get(action="rules.changed").detail == {
        "figures": {"half_life_days": 60.0}
    }
    run_due_effects()
    assert "Being recomputed" not in plain(client.get(ADDRESS).text)
    assert Effect.objects.get(kind=RECOMPUTE).state == EffectState.DONE
    assert check_interests().differences == []


def test_heat_stays_what_it_was_until_the_recomputation(marketing, world):
    def heats() -> list[float]:
        rule = rule_of(current_rule_version())
        masses = Interest.objects.order_by("pk").values_list("mass", flat=True)
        return [heat_of(mass=mass, at_s=timezone.now().timestamp(), rule=rule) for mass in masses]

    before, masses = heats(), list(Interest.objects.order_by("pk").values_list("mass", flat=True))
    assert len(before) == 3
    for base, half_life_days in enumerate((200.0, 7.0, 365.0), start=1):
        figures = {**figures_of(current_rule_version()), "half_life_days": half_life_days}
        change_rules(base=base, figures=figures, reason="Because.", by=marketing)
        assert heats() == pytest.approx(before, rel=1e-4)
    # So that nobody waits while they are written, and nobody reads only some of them rescaled.
    assert list(Interest.objects.order_by("pk").values_list("mass", flat=True)) == masses


def test_a_recomputation_that_ended_early_goes_on_and_an_older_one_stops(marketing, world):
    figures = figures_of(current_rule_version())
    change_rules(
        base=1, figures={**figures, "enter": 0.8, "evidence_pages": 1}, reason="x", by=marketing
    )
    first, *_, last = Profile.objects.order_by("pk").values_list("pk", flat=True)
    RuleVersion.objects.filter(number=2).update(recomputed_upto=first)
    assert progress_of(current_rule_version()) == (1, 3)
    recompute_under(number=2)
    assert current_rule_version().recomputed_upto == last
    assert current_rule_version().recomputed_at is not None
    change_rules(base=2, figures=figures, reason="x", by=marketing)
    change_rules(base=3, figures={**figures, "enter": 3.0}, reason="x", by=marketing)
    recompute_under(number=3)
    assert RuleVersion.objects.get(number=3).recomputed_upto == 0


def test_the_second_of_two_edits_is_told_and_loses_nothing(client, marketing, world):
    first, second = given(enter=2.0, confirm="1"), given(leave=0.25, confirm="1")
    client.post(CHANGE, first)
    compared = plain(client.post(CHANGE, given(leave=0.25, base=1)).text)
    assert "Meanwhile version 2 was made. Nothing was changed. Your figures are kept" in compared
    page = client.post(CHANGE, second)
    seen = plain(page.text)
    assert "Meanwhile version 2 was made. Nothing was changed." in seen
    assert "What would change against version 2" in seen
    assert "Becomes a tag at: 2 to 1.5 full readings Stops being a tag at: 0.5 to 0.25" in seen
    assert current_rule_version().number == 2
    client.post(CHANGE, {**second, "base": 2})
    assert (current_rule_version().number, current_rule_version().leave) == (3, 0.25)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"half_life_days": 6}, "greater than or equal to 7"),
        ({"half_life_days": "soon"}, "Enter a number."),
        ({"half_life_days": "nan"}, "Enter a number."),
        ({"leave": 1.5}, "A tag must stop at less than it begins at, so at less than 1.5."),
        ({"evidence_pages": 1.5}, "Enter a whole number."),
        (
            {"strength_attendance": 1},
            "The most one can count is 1, so none would ever be evidence.",
        ),
        ({"reason": ""}, "This field is required."),
        ({"depth_share": 1.5}, "less than or equal to 1"),
        ({"day_cap": -1}, "greater than or equal to 0"),
    ],
)
def test_wrong_figures_are_refused_and_kept(client, marketing, changed, said):
    page = client.post(CHANGE, given(confirm="1", **{"reason": "Kept words", **changed}))
    assert page.status_code == 422
    assert said in plain(page.text)
    assert "Nothing was changed, and what you wrote is kept." in plain(page.text)
    assert "reason" in changed or 'value="Kept words"' in page.text
    assert current_rule_version().number == 1


def test_an_earlier_version_is_compared_and_put_back_as_a_new_one(client, marketing, world):
    client.post(CHANGE, given(enter=9.0, confirm="1"))
    run_due_effects()
    assert tags_now(timezone.now()) == set()
    page = client.get(ADDRESS)
    assert f"{CHANGE}?like=1" in page.text
    seen = plain(client.get(CHANGE, {"like": "1"}).text)
    assert "Becomes a tag at: 9 to 1.5 full readings" in seen
    assert "Tags gained: 2. Tags lost: 0." in seen
    assert current_rule_version().number == 2
    client.post(CHANGE, given(enter=1.5, reason="Back to version 1", confirm="1"))
    run_due_effects()
    version = current_rule_version()
    assert (version.number, version.enter, version.note) == (3, 1.5, "Back to version 1")
    assert len(tags_now(timezone.now())) == 2
    assert client.get(CHANGE, {"like": "77"}).status_code == 404


def test_figures_in_force_change_nothing(client, marketing):
    assert "These are the figures in force." in plain(client.post(CHANGE, given()).text)
    client.post(CHANGE, given(confirm="1"))
    assert current_rule_version().number == 1


def test_names_are_for_those_who_may_see_people_and_sensitive_topics_for_nobody(
    client, marketing, world, gums
):
    Group.objects.get(name=Role.MARKETING).permissions.remove(
        Permission.objects.get(codename="view_person")
    )
    page = client.post(CHANGE, given(enter=9.0))
    assert "Gums 0 2 0" in plain(page.text)
    assert "Ann Lee" not in page.text
    Topic.objects.filter(pk=gums.pk).update(sensitive=True)
    page = client.post(CHANGE, given(enter=9.0))
    assert "Gums" not in page.text
    assert "Sensitive topics, counted above and not shown: 1." in plain(page.text)


def test_rank_quality_is_that_of_the_recomputed_signals(marketing, gums):
    now = timezone.now()
    for n in range(10):
        person = consenting_person(f"P {n}")
        imported(person, 9_001, at=now - timedelta(days=20 + n), count=1 + n % 3)
        if n % 2:
            imported(person, 9_001, at=now - timedelta(days=5), count=1)
        if n % 3:
            imported(person, 9_002, at=now - timedelta(days=16 + n), kind="like")
        Profile.objects.get_or_create(person=person)
    for page in (9_001, 9_002):
        yardstick(page, topics={gums.pk: 1.0})
    recompute_profiles(profile_ids=list(Profile.objects.values_list("pk", flat=True)))
    figures = figures_of(current_rule_version())
    other = {**figures, "strength_like": 6.0, "strength_reading": 0.25, "half_life_days": 90.0}
    rule = rule_of(RuleVersion(number=2, **fields_of(other)))
    found = rank_quality(figures=(figures, other), rule=rule, at=now, at_least=2)
    assert isinstance(found, Quality)
    assert found.auc_before != found.auc_after
    change_rules(base=1, figures=other, reason="x", by=marketing)
    run_due_effects()
    after = rank_quality(
        figures=(other, figures), rule=rule_of(RuleVersion(number=3)), at=now, at_least=2
    )
    assert after.auc_before == pytest.approx(found.auc_after)
    assert after.auc_after == pytest.approx(found.auc_before)
    same = rank_quality(figures=(figures, {**figures, "enter": 2.0}), rule=rule, at=now)
    assert same == WhyNot.SAME
    assert rank_quality(figures=(figures, other), rule=rule, at=now) == WhyNot.TOO_LITTLE


def test_rank_quality_knows_the_depth_and_the_cap_of_the_other_rule(marketing, gums):
    now = timezone.now()
    for page in (9_001, 9_002, 9_003):
        yardstick(page, topics={gums.pk: 1.0}, expected_s=100.0)
    for n in range(10):
        visitor = consenting_visitor(person=consenting_person(f"P {n}"))
        for page, days in ((9_001, 20 + n), (9_002, 20 + n), (9_003, 5)):
            if page != 9_003 or n % 2:
                at, depth = now - timedelta(days=days), [0.1, None, 1.0, 0.6][n % 4]
                view_of(visitor, page, at=at, seconds=30.0 + 7 * n, depth=depth)
    fold_everything()
    figures = figures_of(current_rule_version())
    other = {**figures, "depth_share": 1.0, "day_cap": 0.5, "strength_reading": 0.8}
    rule = rule_of(RuleVersion(number=2, **fields_of(other)))
    found = rank_quality(figures=(figures, other), rule=rule, at=now, at_least=2)
    assert isinstance(found, Quality)
    said = signal_table(until=now, rule=rule)
    change_rules(base=1, figures=other, reason="x", by=marketing)
    run_due_effects()
    table = signal_table(until=now)
    for name in ("strength", "bearing_weight"):
        # What a signal keeps of its seconds and its depth is rounded.
        expected = pytest.approx(sorted(getattr(table, name)), abs=2e-3)
        assert sorted(getattr(said, name)) == expected
    after = rank_quality(
        figures=(other, figures), rule=rule_of(RuleVersion(number=3)), at=now, at_least=2
    )
    assert after.auc_before == pytest.approx(found.auc_after)
    assert after.auc_after == pytest.approx(found.auc_before)


def test_nobody_else_changes_them(client):
    client.force_login(staff(Role.CONSULTANT))
    assert client.post(CHANGE, given(enter=2.0, confirm="1")).status_code == 302
    assert current_rule_version().number == 1


def test_with_spread_a_receipt_and_the_order_of_people_add_up_to_the_heat(marketing, gums):
    above = topic_named("Mouth")
    Topic.objects.filter(pk=gums.pk).update(parent=above)
    ann = reader("Ann Lee", gums, pages=2)
    Declaration.objects.create(profile=ann.profile, topic=gums)
    figures = {**figures_of(current_rule_version()), "parent_share": 0.5}
    change_rules(base=1, figures=figures, reason="x", by=marketing)
    run_due_effects()
    now = timezone.now()
    heats = {}
    for one in interest_receipts(profile=ann.profile, at=now):
        assert sum(line.heat for line in one.lines) == pytest.approx(one.heat)
        heats[one.topic.pk] = one.heat
    assert heats[above.pk] == pytest.approx(heats[gums.pk] / 2)
    for topic in (gums, above):
        (ranked,) = ranked_people(topic=topic, at=now)
        assert ranked.heat == pytest.approx(heats[topic.pk])


def test_under_a_cap_a_receipt_adds_up_and_says_what_the_day_left_out(client, marketing, gums):
    ann = reader("Ann Lee", gums, pages=4)
    figures = {**figures_of(current_rule_version()), "day_cap": 1.25}
    change_rules(base=1, figures=figures, reason="x", by=marketing)
    run_due_effects()
    now = timezone.now()
    (receipt,) = interest_receipts(profile=ann.profile, at=now)
    assert sum(line.heat for line in receipt.lines) == pytest.approx(receipt.heat)
    assert receipt.heat == pytest.approx(1.25 * 2 ** (-2 / 30))
    full = sum(line.strength * line.weight for line in receipt.lines)
    assert sum(line.beyond_cap for line in receipt.lines) == pytest.approx(full - 1.25)
    (ranked,) = ranked_people(topic=gums, at=now)
    assert ranked.heat == pytest.approx(receipt.heat)
    seen = plain(client.get(f"/admin/lead-people/{ann.external_id}/").text)
    assert "0.94 − 0.94" in seen
    assert "One day counts for a topic up to 1.25; what stands after a minus is beyond" in seen
    ann.user = UserFactory()
    ann.save()
    client.force_login(ann.user)
    seen = plain(client.get("/me/").text)
    assert "(in part or not at all: one day counts up to 1.25)" in seen


def test_a_new_version_moves_the_epoch_before_masses_outgrow_a_double(marketing, gums, world):
    figures = {**figures_of(current_rule_version()), "half_life_days": 7.0}
    change_rules(base=1, figures=figures, reason="x", by=marketing)
    run_due_effects()
    at = timezone.now() + timedelta(days=7 * 450)
    with time_machine.travel(at, tick=False):
        late = reader("Dee Dow", gums, pages=2)
        (before,) = interest_receipts(profile=late.profile, at=at)
        change_rules(base=2, figures={**figures, "enter": 1.6}, reason="x", by=marketing)
        assert at - current_rule_version().epoch < timedelta(days=1)
        carried = interest_receipts(profile=late.profile, at=at)[0].heat
        run_due_effects()
        (after,) = interest_receipts(profile=late.profile, at=at)
        assert before.heat == pytest.approx(carried) == pytest.approx(after.heat)
        assert check_interests().differences == []
