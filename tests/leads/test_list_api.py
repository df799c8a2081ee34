"""Lists through the staff API: made, tried, changed and deleted by the same checks as in the admin."""

import json

import pytest

from leads.at_once import AT_ONCE
from leads.list_rules import rules_of
from leads.models import LeadList, Membership
from leads.selectors import members_of
from leads.services.membership import refresh_lists
from outbox.models import AuditEntry
from people.roles import Role
from people.services.staff_tokens import create_staff_token
from tests.factories.leads import heat, list_of, prospect, staff, topic_named, warm

pytestmark = pytest.mark.django_db
LISTS, TRIALS = "/api/v1/lead-lists", "/api/v1/lead-list-trials"


@pytest.fixture
def implants():
    return topic_named("Implants")


@pytest.fixture
def marketer():
    return staff(Role.MARKETING)


@pytest.fixture
def api(client, marketer):
    def send(method, url, body=None, *, user=marketer, scopes=("lists:read", "lists:write")):
        token = create_staff_token(user=user, name="x", scopes=scopes)
        return client.generic(
            method,
            url,
            json.dumps(body or {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


def warm_for(slug: str, least: float = 1.0) -> dict:
    condition = {"kind": "heat", "topic": slug, "value": least}
    return {"match": "all", "groups": [{"match": "all", "conditions": [condition]}]}


def new(slug="warm", **more) -> dict:
    return {"slug": slug, "name": "Warm", "rules": warm_for("implants")} | more


def crowd(topic, number=AT_ONCE + 1, degrees=2.0) -> list:
    people = [prospect(f"P{n}") for n in range(number)]
    for person in people:
        warm(person, topic, heat=degrees)
    return people


def test_a_list_is_made_shown_and_changed_by_what_was_shown(api, implants):
    warm(prospect("Ann"), implants, heat=2.0)
    made = api("POST", LISTS, new(description="For calls"))
    assert made.status_code == 201
    assert made.json()["conditions"] == ["heat for Implants is at least 1"]
    refresh_lists()
    shown = api("GET", f"{LISTS}/warm").json()
    assert (shown["members"], shown["rules"]) == (1, warm_for("implants"))
    rules = shown["rules"]
    rules["groups"][0]["conditions"][0]["value"] = 5
    changed = api("PATCH", f"{LISTS}/warm", {"name": "Hot", "rules": rules})
    assert changed.status_code == 200
    lead_list = LeadList.objects.get()
    assert (lead_list.name, lead_list.description) == ("Hot", "For calls")
    assert rules_of(lead_list).conditions[0].value == 5.0
    assert [one.number for one in lead_list.versions.order_by("number")] == [1, 2]
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"list.made", "list.changed", "list.rules_changed"} <= actions
    assert api("PATCH", f"{LISTS}/warm", {"rules": rules}).status_code == 200
    assert lead_list.versions.count() == 2


def test_every_sort_of_row_is_named_and_comes_back_by_the_same_name(api, implants):
    from leads.models import Label, LabelSet
    from people.models import Branch

    Branch.objects.create(slug="here", name="Here")
    kinds = LabelSet.objects.create(slug="skin", name="Skin")
    Label.objects.create(label_set=kinds, slug="oily", name="Oily")
    staff(Role.CONSULTANT, name="ann")
    list_of("other", heat(implants, 1.0))
    conditions = [
        {"kind": "branch", "branch": "here"},
        {"kind": "label", "label": "oily"},
        {"kind": "owner", "owner": "ann"},
        {"kind": "list", "other_list": "other"},
        {"kind": "read", "topic": "implants", "below": True, "since": "2026-01-02"},
    ]
    rules = {"match": "any", "groups": [{"match": "none", "conditions": conditions}]}
    assert api("POST", LISTS, new(rules=rules)).json()["rules"] == rules


def test_what_moves_many_needs_their_number(api, implants):
    crowd(implants)
    refused = api("POST", LISTS, new())
    assert refused.status_code == 409
    assert {refused.json()[name] for name in ("enters", "confirm")} == {AT_ONCE + 1}
    assert api("POST", LISTS, new(confirm=AT_ONCE)).status_code == 409
    assert not LeadList.objects.exists()
    assert api("POST", LISTS, new(confirm=AT_ONCE + 1)).status_code == 201
    refresh_lists()
    tighter = {"rules": warm_for("implants", 9.0)}
    refused = api("PATCH", f"{LISTS}/warm", tighter)
    assert (refused.status_code, refused.json()["leaves"]) == (409, AT_ONCE + 1)
    assert rules_of(LeadList.objects.get()).conditions[0].value == 1.0
    assert api("DELETE", f"{LISTS}/warm").status_code == 409
    assert Membership.objects.count() == AT_ONCE + 1
    # Another name moves nobody.
    assert api("PATCH", f"{LISTS}/warm", {"name": "Warmer"}).status_code == 200
    changed = api("PATCH", f"{LISTS}/warm", tighter | {"confirm": AT_ONCE + 1})
    assert changed.status_code == 200
    refresh_lists()
    assert not members_of(LeadList.objects.get())
    assert api("DELETE", f"{LISTS}/warm").status_code == 204
    assert not LeadList.objects.exists()


def test_a_trial_counts_and_says_the_figure_that_saving_needs(api, implants, marketer):
    crowd(implants)
    crowd(implants, 2, degrees=0.6)
    list_of("warm", heat(implants, 1.0))
    refresh_lists()
    tried = api("POST", TRIALS, {"list": "warm", "rules": warm_for("implants", 0.5)}).json()
    assert tried == {
        "matches": AT_ONCE + 3, "contactable": 0, "enters": 2, "leaves": 0, "confirm": None,
    }  # fmt: skip
    alone = api("POST", TRIALS, {"rules": warm_for("implants")}).json()
    assert (alone["enters"], alone["confirm"]) == (AT_ONCE + 1, AT_ONCE + 1)
    assert rules_of(LeadList.objects.get()).conditions[0].value == 1.0
    assert AuditEntry.objects.filter(action="list.tried").count() == 2


def test_rules_that_cannot_be_kept_up_name_their_places_and_change_nothing(api, implants):
    rules = warm_for("nothing")
    rules["groups"][0]["conditions"].append({"kind": "heat", "topic": "implants"})
    refused = api("POST", LISTS, new(rules=rules))
    assert refused.status_code == 422
    assert [one["at"] for one in refused.json()["errors"]] == [
        "rules/groups/0/conditions/0/topic",
        "rules/groups/0/conditions/1/value",
    ]
    for body in (new(slug="a b"), new(rules={"groups": []}), new(rules={"groups": [{}]})):
        assert api("POST", LISTS, body).status_code == 422
    list_of("warm", heat(implants, 1.0))
    assert api("POST", LISTS, new()).status_code == 409
    itself = {"groups": [{"conditions": [{"kind": "list", "other_list": "warm"}]}]}
    assert api("PATCH", f"{LISTS}/warm", {"rules": itself}).status_code == 422
    assert LeadList.objects.count() == 1


def test_neither_scope_nor_role_alone_opens_it(api, implants):
    list_of("warm", heat(implants, 90.0))
    consultant = staff(Role.CONSULTANT)
    for method, url, body in (
        ("POST", LISTS, new("other")),
        ("PATCH", f"{LISTS}/warm", {"name": "x"}),
        ("DELETE", f"{LISTS}/warm", None),
        ("POST", TRIALS, {"rules": warm_for("implants")}),
    ):
        assert api(method, url, body, scopes=("lists:read",)).status_code == 403
        assert api(method, url, body, user=consultant).status_code == 403
    assert api("PATCH", f"{LISTS}/none", {"name": "x"}).status_code == 404
    assert list(LeadList.objects.values_list("name", flat=True)) == ["warm"]
