"""Pages and API of the clinic's branches: what makes a place one to trust."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.branches import contact_parts
from people.models import Branch
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories import content
from tests.factories.classroom import live_class
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch():
    return Branch.objects.create(
        slug="old-harbour",
        name="Old Harbour",
        name_zh="旧港",
        address="18 Heron Lane",
        address_zh="鹭巷 18 号",
        telephone="+86 21 0000 0118",
        hours="Monday to Friday 8:30 to 18:30",
        practice_licence="PL-1",
        register_url="https://register.example.org/PL-1",
        filing_number="ICP-7",
        complaint_contact="care@example.org",
        complaint_contact_zh="前台",
    )


def html_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def working_at(branch, name: str, language: str = "en"):
    page = content.clinician(name, language)
    page.branches.add(branch)
    page.save()
    return page


def test_a_branch_says_how_to_reach_it_and_under_which_licence(client, branch):
    html = html_of(client, "/branches/old-harbour/")
    for words in (
        "18 Heron Lane",
        'href="tel:+862100000118"',
        "Monday to Friday 8:30 to 18:30",
        'href="https://register.example.org/PL-1"',
        "ICP-7",
        'href="mailto:care@example.org"',
        "https://www.openstreetmap.org/search?query=18+Heron+Lane",
    ):
        assert words in html, words
    chinese = html_of(client, "/zh-hans/branches/old-harbour/")
    assert "鹭巷 18 号" in chinese and "前台" in chinese and "Old Harbour" not in chinese
    assert client.get("/branches/elsewhere/").status_code == 404


def test_a_branch_lists_who_works_there_and_their_coming_classes(client, branch):
    heron, elsewhere = working_at(branch, "Dr Heron"), content.clinician("Dr Elsewhere")
    working_at(branch, "白鹭医生", "zh-hans")
    soon = timezone.now() + timedelta(days=2)
    for title, teacher, at in (
        ("Soon", heron, soon),
        ("Past", heron, soon - timedelta(days=9)),
        ("Other", elsewhere, soon),
    ):
        page = live_class(title=title, starts_at=at)
        page.clinicians.add(teacher)
        page.save()
    html = html_of(client, "/branches/old-harbour/")
    shown = [
        name
        for name in ("Dr Heron", "Dr Elsewhere", "白鹭医生", ">Soon<", ">Past<", ">Other<")
        if name in html
    ]
    assert shown == ["Dr Heron", ">Soon<"]


def test_all_branches_stand_in_the_list_the_footer_and_on_their_clinicians_page(client, branch):
    Branch.objects.create(
        slug="ferry", name="Ferry <b>Steps</b>", map_url="https://map.example.org/1"
    )
    html = html_of(client, "/branches/")
    assert "https://map.example.org/1" in html and "<b>Steps" not in html
    heron = working_at(branch, "Dr Heron")
    for address in ("/branches/", heron.url, "/"):
        assert 'href="/branches/old-harbour/"' in html_of(client, address), address


def test_contacts_are_linked_and_end_where_they_end():
    words = "care@example.org，或打 +86 21 0000-0118，找经理 3 号"
    parts = contact_parts(words)
    assert "".join(part.text for part in parts) == words
    assert [part.href for part in parts if part.href] == [
        "mailto:care@example.org",
        "tel:+862100000118",
    ]


def test_the_api_tells_branches_in_a_language_and_may_be_kept(client, branch):
    response = client.get("/api/v1/branches?language=zh-hans")
    assert response["Cache-Control"] == "public, max-age=300"
    told = response.json()["branches"][0]
    assert (told["name"], told["complaint_contact"]) == ("旧港", "前台")
    assert told["url"].endswith("/zh-hans/branches/old-harbour/")
    assert client.get("/api/v1/branches?language=xx").json()["language"] == "en"
    assert "Set-Cookie" not in response


def test_a_branch_page_takes_the_same_queries_for_one_clinician_and_three(client, branch):
    def count() -> int:
        html_of(client, "/branches/old-harbour/")
        with CaptureQueriesContext(connection) as queries:
            html_of(client, "/branches/old-harbour/")
        return len(queries)

    def add(number: int) -> None:
        page = working_at(branch, f"Dr {number}")
        at = timezone.now() + timedelta(days=2)
        about = live_class(starts_at=at, author=page)
        about.clinicians.add(page)
        about.save()

    add(1)
    one = count()
    add(2)
    add(3)
    assert count() == one


def test_administrators_edit_branches_and_editors_do_not(client, branch):
    ensure_roles()
    address = reverse("branches:edit", args=[branch.pk])
    client.force_login(make_staff(Role.EDITOR))
    assert client.get(address).status_code == 302
    client.force_login(make_staff(Role.ADMINISTRATOR))
    fields = {"slug": "old-harbour", "name": "Old Harbour", "filing_number": "ICP-8"}
    assert client.post(address, fields).status_code == 302
    branch.refresh_from_db()
    assert branch.filing_number == "ICP-8"
