"""People put on a list by hand: in the admin and the API, under consent, and never too many unasked."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from leads.at_once import AT_ONCE
from leads.list_rules import rules_from_data, rules_in_data, rules_of
from leads.models import LeadList, PickedPerson, Workplace
from leads.reasons import reason_in_words, words_for
from leads.selectors import members_of
from leads.selectors.evaluation import candidates, moment_now
from leads.selectors.past import earlier_of
from leads.services.leads import assign_owner
from leads.services.list_keeping import MovesMany
from leads.services.membership import refresh_lists
from leads.services.picking import PickRefused, pick_people
from outbox.models import AuditEntry
from people.models import Branch, User
from people.registry import entry_of
from people.roles import Role
from people.services.consent import withdraw_consent
from people.services.staff_tokens import create_staff_token
from tests.factories.leads import list_of, prospect, recent, staff

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BY_HAND = {"kind": "picked"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def marketer(client):
    user = staff(Role.MARKETING)
    client.force_login(user)
    return user


@pytest.fixture
def by_hand():
    return list_of("By hand", BY_HAND)


def on_it(lead_list: LeadList) -> set[str]:
    refresh_lists()
    return {one.person.display_name for one in members_of(lead_list)}


def test_two_lists_with_people_put_on_by_hand_keep_to_their_own(marketer, by_hand):
    other = list_of("other", BY_HAND)
    one, two = prospect("One"), prospect("Two")
    pick_people(lead_list=by_hand, put_on=[one], by=marketer)
    pick_people(lead_list=other, put_on=[two], by=marketer)
    refresh_lists()
    assert [row.person for row in members_of(by_hand)] == [one]
    assert [row.person for row in members_of(other)] == [two]


def test_who_is_put_on_comes_with_the_reason_and_who_is_taken_off_goes(marketer, by_hand, noon):
    ann, bo = prospect("Ann"), prospect("Bo")
    silent = prospect("Silent", profiling=False)
    list_of("Other", BY_HAND)
    effect = pick_people(lead_list=by_hand, put_on=[ann, bo, silent], by=marketer)
    assert effect.enters == 3
    assert on_it(by_hand) == {"Ann", "Bo"}
    assert not members_of(LeadList.objects.get(name="Other"))
    member = members_of(by_hand).get(person=ann)
    said = reason_in_words(member.reason, words_for([member.reason]))
    assert (said, member.due_at) == ("Put on the list by hand on 20 November 2026", None)
    assert pick_people(lead_list=by_hand, put_on=[ann], by=marketer).moved == 0
    noon.shift(timedelta(days=5))
    pick_people(lead_list=by_hand, take_off=[ann], by=marketer)
    assert on_it(by_hand) == {"Bo"}
    assert AuditEntry.objects.filter(action="list.picked").count() == 2
    then = earlier_of(rules_of(by_hand), NOON.date(), moment_now(), seen=Q())
    assert (then.matches, then.gone, then.present) == (2, 1, [])
    pick_people(lead_list=by_hand, put_on=[ann], by=marketer)
    assert on_it(by_hand) == {"Ann", "Bo"}


def test_a_merged_record_and_what_stands_for_it_are_one(marketer, by_hand):
    stands = prospect("Stands")
    record = prospect("Record", merged_into=stands, merged_at=timezone.now())
    pick_people(lead_list=by_hand, put_on=[record], by=marketer)
    assert on_it(by_hand) == {"Stands"}
    assert pick_people(lead_list=by_hand, put_on=[stands, record], by=marketer).moved == 0
    pick_people(lead_list=by_hand, take_off=[record], by=marketer)
    assert on_it(by_hand) == set()


def test_withdrawing_forgets_that_anybody_was_ever_put_on(marketer, by_hand):
    ann = prospect("Ann")
    pick_people(lead_list=by_hand, put_on=[ann], by=marketer)
    assert entry_of(PickedPerson).reporter(ann, [])[0]["list"] == "By hand"
    withdraw_consent(person=ann)
    assert not PickedPerson.objects.exists()
    assert on_it(by_hand) == set()


def test_a_list_that_does_not_ask_refuses_and_many_need_their_number(marketer, by_hand):
    people = [prospect(f"P{n}") for n in range(AT_ONCE + 1)]
    with pytest.raises(PickRefused):
        pick_people(lead_list=list_of("Rules", recent(3)), put_on=people[:1], by=marketer)
    with pytest.raises(MovesMany):
        pick_people(lead_list=by_hand, put_on=people, by=marketer)
    assert not PickedPerson.objects.exists()
    pick_people(lead_list=by_hand, put_on=people, by=marketer, confirm=AT_ONCE + 1)
    assert len(on_it(by_hand)) == AT_ONCE + 1


def test_rules_kept_as_data_ask_for_the_list_they_are_put_back_into(marketer, by_hand):
    ann = prospect("Ann")
    pick_people(lead_list=by_hand, put_on=[ann], by=marketer)
    data = rules_in_data(rules_of(by_hand))
    now = moment_now()
    assert list(candidates(rules_from_data(data, of=by_hand), now)) == [ann]
    assert not candidates(rules_from_data(data), now)


def test_the_screen_puts_on_takes_off_and_waits_with_what_was_typed(client, marketer, by_hand):
    ann = prospect("Ann", email="ann@example.org")
    url = reverse("lead-lists:by_hand", args=[by_hand.pk])
    assert url in client.get(reverse("lead-lists:members", args=[by_hand.pk])).content.decode()
    unknown = client.post(url, {"people": "ann@example.org\nnobody"})
    assert (unknown.status_code, PickedPerson.objects.count()) == (422, 0)
    assert client.post(url, {"people": "Ann@example.org"}).status_code == 302
    html = client.get(url).content.decode()
    assert reverse("lead-people:person", args=[ann.external_id]) in html
    assert client.post(url, {"off": ann.external_id}).status_code == 302
    assert on_it(by_hand) == set()
    lines = "\n".join(prospect(f"P{n}").external_id for n in range(AT_ONCE + 1))
    asked = client.post(url, {"people": lines})
    assert "21 people would be put on the list" in asked.content.decode()
    back = client.post(url, {"people": lines, "cancel": "1"})
    assert back.context["form"]["people"].value() == lines
    assert on_it(by_hand) == set()
    assert client.post(url, {"people": lines, "confirm": "21"}).status_code == 302
    assert len(on_it(by_hand)) == AT_ONCE + 1
    rules = list_of("Rules", recent(3))
    page = client.get(reverse("lead-lists:by_hand", args=[rules.pk])).content.decode()
    assert reverse("lead-lists:edit", args=[rules.pk]) in page
    assert "<textarea" not in page


def test_the_api_puts_on_and_takes_off_whom_its_user_may_see(client, by_hand):
    here = Branch.objects.create(slug="here", name="Here")
    keeper, far = staff(Role.CONSULTANT, name="keeper"), staff(Role.CONSULTANT, name="far")
    Workplace.objects.create(user=keeper, branch=here)
    mine, hidden = prospect("Mine", branch=here), prospect("Hidden")
    assign_owner(person=hidden, owner=far, by=None)
    sent = {"put_on": [mine.external_id, hidden.external_id, "nobody"]}

    def post(user, body):
        token = create_staff_token(user=user, name="x", scopes=["lists:write"])
        return client.post(
            "/api/v1/lead-lists/by-hand/people",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    assert post(keeper, sent).status_code == 403

    keeper.user_permissions.add(Permission.objects.get(codename="change_leadlist"))
    answer = post(User.objects.get(pk=keeper.pk), sent).json()
    assert answer == {
        "put_on": 1, "taken_off": 0, "unknown": sorted([hidden.external_id, "nobody"]),
    }  # fmt: skip
    assert on_it(by_hand) == {"Mine"}
    crowd = [prospect().external_id for _n in range(AT_ONCE + 1)]
    refused = post(keeper, {"put_on": crowd})
    assert (refused.status_code, refused.json()["confirm"]) == (409, AT_ONCE + 1)
    taken = post(keeper, {"take_off": [mine.external_id]}).json()
    assert (taken["taken_off"], on_it(by_hand)) == (1, set())
