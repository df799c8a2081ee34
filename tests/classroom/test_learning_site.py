"""Courses on the site: what a reader sees and does, with forms alone."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from classroom.models import CheckAttempt, Enrolment, LearningAct
from classroom.services.following import follow_clinician
from classroom.services.learning import enrol, mark_done
from classroom.services.registration import register_person
from cms.models import CoursePrerequisite, ModulePage
from tests.factories import content
from tests.factories.classroom import live_class
from tests.factories.people import make_signed_in, make_staff

pytestmark = pytest.mark.django_db


def html_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.fixture
def course():
    course = content.course(title="Gums first")
    content.module(course, title="One", questions=(content.question(right=(1,)),))
    content.module(course, title="Two")
    return course


@pytest.fixture
def modules(course):
    return list(ModulePage.objects.child_of(course).order_by("path"))


def test_anybody_reads_and_tries_themselves_and_nothing_is_counted(client, course, modules):
    html = html_of(client, course.url)
    assert f"/sign-in/?next={course.url}" in html and "Just read" in html
    html = html_of(client, modules[0].url)
    assert (
        "Nothing is counted." in html and "<form" not in html[html.index("Check yourself") :][:800]
    )
    assert "Next: Two" in html
    address = reverse("enrol", args=[course.pk])
    answer = client.post(address)
    assert answer["Location"] == f"/sign-in/?next={course.url.replace('/', '%2F')}"
    assert client.get(address).status_code == 405
    assert not Enrolment.objects.exists()


def test_a_course_from_enrolling_to_its_certificate(client, course, modules):
    make_signed_in(client, display_name="Mei Lin")
    answer = client.post(reverse("enrol", args=[course.pk]), follow=True)
    assert "0 of 2" in answer.content.decode()
    html = html_of(client, modules[0].url)
    assert "module 1 of 2" in html
    assert "Why 1." not in html, "the answers stand in the page before they were given"
    form = dict(re.findall(r'name="(asked|form)" value="([^"]+)"', html))
    address = reverse("answer_check", args=[modules[0].pk])
    wrong = client.post(address, {**form, "question-0": "0"}).content.decode()
    assert "0% right" in wrong and "Why 0." in wrong and "try again" in wrong
    form = dict(re.findall(r'name="(asked|form)" value="([^"]+)"', html_of(client, modules[0].url)))
    right = client.post(address, {**form, "question-0": "1"}).content.decode()
    assert "100% right" in right and "Passed." in right and "Next: Two" in right
    done = client.post(reverse("finish_module", args=[modules[1].pk]))
    assert done["Location"] == course.url
    html = html_of(client, course.url)
    assert "2 of 2" in html and html.count("is-complete") == 2
    ask = reverse("ask_for_certificate", args=[course.pk])
    assert 'value="Mei Lin"' in html_of(client, ask)
    assert client.post(ask, {"name": ""}).status_code == 422
    answer = client.post(ask, {"name": "Lin Mei"}, follow=True)
    assert "Lin Mei" in answer.content.decode()
    assert client.post(ask, {"name": "Other"})["Location"] == answer.request["PATH_INFO"]


def test_done_leads_to_the_next_module(client, course, modules):
    person = make_signed_in(client)
    enrol(person=person, course=course)
    answer = client.post(reverse("finish_module", args=[modules[0].pk]))
    assert answer["Location"] == modules[1].url
    assert "the check is still open" in html_of(client, course.url)


def test_a_module_counts_for_nobody_who_does_not_take_the_course(client, course, modules):
    make_signed_in(client)
    answer = client.post(reverse("finish_module", args=[modules[1].pk]), follow=True)
    assert "Take the course first" in answer.content.decode()
    assert not LearningAct.objects.exists()


def test_junk_answers_count_nothing_and_break_nothing(client, course, modules):
    person = make_signed_in(client)
    enrol(person=person, course=course)
    html = html_of(client, modules[0].url)
    form = dict(re.findall(r'name="(asked|form)" value="([^"]+)"', html))
    address = reverse("answer_check", args=[modules[0].pk])
    for junk in ({"question-0": "x"}, {"question-0": "99"}, {"question-0": "1", "asked": "1"}):
        answer = client.post(address, {**form, **junk})
        assert (answer.status_code, answer["Location"]) == (302, f"{modules[0].url}#check")
    assert not CheckAttempt.objects.exists()


def test_forms_of_learning_need_a_csrf_token(course, modules):
    client = Client(enforce_csrf_checks=True)
    person = make_signed_in(client)
    enrol(person=person, course=course)
    for name, pk in (
        ("enrol", course.pk),
        ("leave_course", course.pk),
        ("finish_module", modules[0].pk),
        ("answer_check", modules[0].pk),
        ("ask_for_certificate", course.pk),
        ("follow_clinician", 1),
        ("unfollow_clinician", 1),
    ):
        assert client.post(reverse(name, args=[pk])).status_code == 403, name
    assert not LearningAct.objects.exists()


def test_a_staff_login_takes_no_course(client, course, modules):
    client.force_login(make_staff())
    answer = client.post(reverse("enrol", args=[course.pk]), follow=True)
    assert "This login is for work" in answer.content.decode()
    assert client.post(reverse("finish_module", args=[modules[0].pk])).status_code == 302
    assert client.get(reverse("my_learning"))["Location"] == reverse("me")
    assert not Enrolment.objects.exists()


def test_what_comes_before_is_shown_in_the_language_of_the_course(client, course):
    before = content.course(title="Before this")
    twin = content.course("zh-hans", title="先学这个", translation_key=before.translation_key)
    chinese = content.course("zh-hans", title="牙龈")
    for page in (course, chinese):
        content.module(page)
        CoursePrerequisite.objects.create(course=page, page=before, required=True)
    assert before.url in html_of(client, course.url)
    assert twin.url in html_of(client, chinese.url)
    make_signed_in(client)
    html = html_of(client, course.url)
    assert "First comes:" in html and reverse("enrol", args=[course.pk]) not in html
    client.post(reverse("enrol", args=[course.pk]))
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("language", ["", "/zh-hans"])
def test_my_learning_lists_what_is_mine_and_nothing_of_others(client, language, course, modules):
    other = make_signed_in(client)
    enrol(person=other, course=course)
    person = make_signed_in(client)
    html = html_of(client, f"{language}/me/learning/")
    assert course.title not in html
    coming = live_class(title="Evening class", starts_at=timezone.now() + timedelta(days=2))
    heron = content.clinician("Dr Heron")
    register_person(live_class=coming, person=person)
    follow_clinician(person=person, clinician=heron)
    enrol(person=person, course=course)
    mark_done(person=person, module=modules[1])
    html = html_of(client, f"{language}/me/learning/")
    for words in ("Gums first", "Evening class", "Dr Heron", 'value="1" max="2"'):
        assert words in html, words
    assert modules[0].url in html


def test_course_page_takes_the_same_queries_with_one_module_and_five(client):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(course.url).status_code == 200
        return len(queries)

    course = content.course(author=content.clinician())
    content.module(course, questions=(content.question(),))
    person = make_signed_in(client)
    enrol(person=person, course=course)
    count()
    one = count()
    for _ in range(4):
        mark_done(person=person, module=content.module(course, questions=(content.question(),)))
    assert count() == one


def test_my_learning_takes_the_same_queries_with_one_of_each_and_three(client):
    def add() -> None:
        course = content.course(author=content.clinician(portrait=content.picture()))
        mark = content.module(course, questions=(content.question(),))
        enrol(person=person, course=course)
        mark_done(person=person, module=mark)
        follow_clinician(person=person, clinician=course.author)

    def count() -> int:
        html_of(client, "/me/learning/")
        with CaptureQueriesContext(connection) as queries:
            html_of(client, "/me/learning/")
        return len(queries)

    person = make_signed_in(client)
    add()
    one = count()
    add()
    add()
    assert count() == one
