"""Courses for people who signed in and for staff: nothing leaks on the site, in search or the API."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.access import doors_for, may_know, may_read
from cms.models import ModulePage, PageTopic
from people.roles import Role
from people.services.roles import ensure_roles
from tests.factories import content
from tests.factories.people import make_signed_in, make_staff

pytestmark = pytest.mark.django_db
LESSON = "zygomaticus"


def course_with(access: str, objectives: str = "[]", **fields):
    course = content.course(access=access, title=f"Course {access}", about_health=False, **fields)
    module = content.module(
        course,
        f"The {LESSON} moves the face.",
        questions=(content.question(LESSON),),
        objectives=objectives,
    )
    return course, module


def pages_of_api(client, query: str = "") -> list[dict]:
    return client.get(f"/api/v2/pages/?type=cms.ModulePage&fields=*{query}").json()["items"]


@pytest.fixture
def staff():
    ensure_roles()
    return make_staff(Role.CLINICIAN)


def test_who_may_know_and_who_may_read(client, staff):
    reader = make_signed_in(client).user
    modules = {access: course_with(access)[1] for access in ("open", "registered", "staff")}
    table = {
        (access, name): (may_know(page, user), may_read(page, user))
        for access, page in modules.items()
        for name, user in (("nobody", None), ("reader", reader), ("staff", staff))
    }
    both, known, neither = (True, True), (True, False), (False, False)
    assert table == {
        ("open", "nobody"): both, ("open", "reader"): both, ("open", "staff"): both,
        ("registered", "nobody"): known, ("registered", "reader"): both,
        ("registered", "staff"): both,
        ("staff", "nobody"): neither, ("staff", "reader"): neither, ("staff", "staff"): both,
    }  # fmt: skip


def test_a_lesson_for_the_signed_in_invites_others_without_the_lesson(client):
    course, module = course_with(
        "registered", objectives=json.dumps([{"type": "objective", "value": "Name a muscle"}])
    )
    response = client.get(module.url)
    html = response.content.decode()
    assert (module.title in html, "Name a muscle" in html) == (True, True)
    assert LESSON not in html
    assert f"/sign-in/?next={module.url}" in html
    assert "private" in response["Cache-Control"]
    assert client.get(course.url).status_code == 200
    make_signed_in(client)
    assert LESSON in client.get(module.url).content.decode()


def test_the_api_and_search_keep_a_closed_lesson_too(client):
    subject = content.topic("Face")
    _, module = course_with("registered")
    PageTopic.objects.create(content_object=module, tag=subject)
    html = client.get("/search/?q=face").content.decode()
    assert module.title in html and LESSON not in html, "the excerpt shows the lesson"
    item = pages_of_api(client)[0]
    assert (item["readable"], item["body"], item["check_questions"]) == (False, [], [])
    detail = client.get(f"/api/v2/pages/{module.pk}/").json()
    assert (detail["body"], detail["check_questions"]) == ([], [])
    assert module.title not in client.get(f"/search/?q={LESSON}").content.decode()
    assert client.get(f"/api/v2/pages/?search={LESSON}").json()["items"] == []
    make_signed_in(client)
    item = pages_of_api(client)[0]
    assert item["readable"] and LESSON in item["body"][0]["value"]


def test_an_open_lesson_is_found_until_its_course_is_closed(client):
    course, module = course_with("open")
    assert module.title in client.get(f"/search/?q={LESSON}").content.decode()
    course.access = "registered"
    course.save_revision().publish()
    assert module.title not in client.get(f"/search/?q={LESSON}").content.decode()


def test_a_course_for_staff_is_unknown_to_everybody_else(client, staff):
    subject = content.topic("Acne")
    author = content.clinician()
    course, module = course_with("staff", topics=[subject], author=author, slug="for-staff")
    opened, _ = course_with("open", topics=[subject], author=author)
    lists = ["/", "/courses/", "/topics/acne/", author.url, "/search/?q=course"]
    make_signed_in(client)
    for address in lists:
        html = client.get(address).content.decode()
        assert f'href="{opened.url}"' in html, address
        assert course.url not in html, address
    for page in (course, module):
        assert client.get(page.url).status_code == 404
        assert client.get(f"/api/v2/pages/{page.pk}/").status_code == 404
    for address in ("/sitemap.xml", "/feed/", "/sitemap-en.xml"):
        assert "for-staff" not in client.get(address, follow=True).content.decode(), address
    listed = client.get("/api/v2/pages/?limit=100").json()["items"]
    assert {course.pk, module.pk}.isdisjoint(item["id"] for item in listed)
    client.force_login(staff)
    assert LESSON in client.get(module.url).content.decode()
    assert course.title in client.get("/courses/").content.decode()
    assert module.pk in [item["id"] for item in pages_of_api(client)]


def test_doors_leave_pages_that_only_look_alike():
    closed, module = course_with("registered")
    beside, open_module = course_with("open")
    doors = doors_for(None)
    assert set(doors.read(ModulePage.objects.all())) == {open_module}
    assert set(doors.known(ModulePage.objects.all())) == {module, open_module}
    assert doors.opens(closed) and not doors.opens(module)


def test_lists_of_lessons_take_the_same_queries_for_one_and_three(client):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            pages_of_api(client, "&limit=20")
        return sum(
            "cms_coursepage" in query["sql"] and "access" in query["sql"] for query in queries
        )

    course_with("registered")
    client.get("/api/v2/pages/")
    first = count()
    course_with("staff")
    course_with("registered")
    assert first <= 1 and count() <= 1
