"""The API of taking courses: the same acts as on the site, for a session with a CSRF token."""

import uuid

import pytest
from django.test import Client

from classroom.models import CheckAttempt, Enrolment
from cms.models import CoursePrerequisite
from tests.factories import content
from tests.factories.people import make_signed_in

pytestmark = pytest.mark.django_db


def post(client, path: str, **payload):
    return client.post(f"/api/v1{path}", payload, content_type="application/json")


@pytest.fixture
def course():
    return content.course()


@pytest.fixture
def module(course):
    return content.module(course, questions=(content.question("Why?", right=(0, 2)),))


def test_a_course_from_enrolling_to_completion(client, course, module):
    make_signed_in(client)
    first = post(client, f"/courses/{course.pk}/enrolment")
    assert (first.status_code, first.json()["next_module"]) == (201, module.pk)
    assert post(client, f"/courses/{course.pk}/enrolment").status_code == 200
    done = post(client, f"/modules/{module.pk}/done").json()
    assert (done["done"], done["modules"][0]["done"]) == (0, True)
    check = client.get(f"/api/v1/modules/{module.pk}/check").json()
    assert check["questions"] == [
        {"question": "Why?", "answers": ["Answer 0", "Answer 1", "Answer 2"], "several": True}
    ]
    sent = {"asked": check["asked"], "form": str(uuid.uuid4()), "answers": [[0, 2]]}
    result = post(client, f"/modules/{module.pk}/check", **sent).json()
    assert (result["score"], result["passed"]) == (100, True)
    assert result["questions"][0]["answers"][1]["explanation"] == "Why 1."
    assert result["course"]["completed_at"]
    post(client, f"/modules/{module.pk}/check", **sent)
    assert CheckAttempt.objects.count() == 1
    learning = client.get("/api/v1/me/learning").json()
    assert [item["done"] for item in learning["courses"]] == [1]
    assert client.delete(f"/api/v1/courses/{course.pk}/enrolment").status_code == 204
    assert client.get("/api/v1/me/learning").json()["courses"] == []


def test_what_does_not_fit_is_answered_as_a_problem(client, course, module):
    make_signed_in(client)
    form = str(uuid.uuid4())
    asked = client.get(f"/api/v1/modules/{module.pk}/check").json()["asked"]
    answer = {"asked": asked, "form": form, "answers": [[0]]}
    assert post(client, f"/modules/{module.pk}/done").status_code == 409
    assert post(client, f"/modules/{module.pk}/check", **answer).status_code == 409
    post(client, f"/courses/{course.pk}/enrolment")
    for changed, status in (
        ({"asked": "0" * 64}, 409),
        ({"answers": [[9]]}, 422),
        ({"answers": []}, 422),
        ({"answers": [["x"]]}, 422),
        ({"form": "x"}, 422),
    ):
        response = post(client, f"/modules/{module.pk}/check", **{**answer, **changed})
        assert response.status_code == status, changed
        assert response["Content-Type"] == "application/problem+json"
    assert not CheckAttempt.objects.exists()


def test_a_required_course_comes_first(client, course, module):
    make_signed_in(client)
    before = content.course(title="Before")
    CoursePrerequisite.objects.create(course=course, page=before, required=True)
    refusal = post(client, f"/courses/{course.pk}/enrolment")
    assert (refusal.status_code, refusal.json()["detail"]) == (409, "First comes: Before")


def test_nobody_acts_without_a_session_and_its_csrf_token(course, module):
    client = Client(enforce_csrf_checks=True)
    for path in (f"/courses/{course.pk}/enrolment", f"/modules/{module.pk}/done"):
        assert post(client, path).status_code == 401
    assert client.get("/api/v1/me/learning").status_code == 401
    make_signed_in(client)
    assert post(client, f"/courses/{course.pk}/enrolment").status_code == 401
    assert not Enrolment.objects.exists()


def test_courses_one_may_not_know_of_are_not_there(client):
    for access, status in (("staff", 404), ("registered", 404)):
        hidden = content.course(access=access)
        lesson = content.module(hidden, questions=(content.question(),))
        assert client.get(f"/api/v1/modules/{lesson.pk}/check").status_code == status, access
    make_signed_in(client)
    assert client.get(f"/api/v1/modules/{lesson.pk}/check").status_code == 200
    hidden = content.course(access="staff")
    assert post(client, f"/courses/{hidden.pk}/enrolment").status_code == 404
