"""Questionnaires in the admin: editing, the clinic's own, what came back from a class."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from classroom.blocks import QuestionsBlock
from classroom.models import Questionnaire
from classroom.questionnaires import default_questionnaire, plain_questions
from outbox.models import AuditEntry
from people.roles import Role
from people.services.roles import ensure_roles
from tests.classroom.admin.conftest import plain
from tests.factories.classroom import STARTS_AT
from tests.factories.people import make_staff
from tests.factories.questionnaires import guest, reply

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS_AT + timedelta(hours=4), tick=False) as travelling:
        yield travelling


def form_of(name: str, words: str, *, own: bool = False) -> dict[str, str]:
    return {
        "name": name,
        "questions-count": "1",
        "questions-0-deleted": "",
        "questions-0-order": "0",
        "questions-0-type": "text",
        "questions-0-id": "",
        "questions-0-value-question-words_en": words,
        "questions-0-value-question-words_zh_hans": "",
        **({"clinics_own": "on"} if own else {}),
    }


def test_an_editor_makes_the_clinics_own(client):
    ensure_roles()
    client.force_login(make_staff(Role.EDITOR))
    address = reverse("questionnaires:add")
    assert "at least one language" in client.post(address, form_of("Short", "")).content.decode()
    assert client.post(address, form_of("Short", "And?", own=True)).status_code == 302
    made = default_questionnaire()
    assert (made.name, plain_questions(made)[0]["words"]) == ("Short", {"en": "And?"})
    assert Questionnaire.objects.exclude(default_since=None).count() == 1
    edit = reverse("questionnaires:edit", args=[made.pk])
    assert " checked" in client.get(edit).content.decode()
    client.post(edit, form_of("Short", "And?"))
    assert default_questionnaire() is None
    assert "Short" in client.get(reverse("questionnaires:index")).content.decode()


def test_a_clinician_sees_what_came_back_and_the_look_is_noted(client, clinician, a_class):
    ensure_roles()
    client.force_login(clinician)
    address = reverse("class_answers", args=[a_class.pk])
    assert "Nobody was asked yet" in plain(client.get(address).content.decode())
    for _ in range(2):
        reply(guest(a_class), scale=1, better="nameless words")
    reply(guest(a_class, display_name="Ada"), with_name=True, better="<b>Slower</b>")
    page = client.get(address).content.decode()
    assert "2 answers without a name are not counted yet" in plain(page)
    assert "nameless words" not in page
    assert "Ada" in page and "&lt;b&gt;Slower" in page
    look = AuditEntry.objects.filter(action="attendance.viewed").latest("pk")
    assert look.detail == {"part": "answers", "shown": 1}
    client.force_login(make_staff(Role.CLINICIAN))
    assert client.get(address).status_code == 404


def test_the_default_questionnaire_is_one_that_the_editor_takes():
    questions = default_questionnaire().questions
    QuestionsBlock().clean(questions)
    assert [one["kind"] for one in plain_questions(default_questionnaire())] == [
        "scale", "one", "many", "text",
    ]  # fmt: skip
    assert all(
        {"en", "zh-hans"} <= set(one["words"]) for one in plain_questions(default_questionnaire())
    )
