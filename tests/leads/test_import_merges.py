"""Taking a table of people back reaches whom it named through a merge, and spares what others said."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.services.people_imports import ask_to_take, ask_to_undo, receive_table
from leads.services.people_taking import take_table, undo_table
from people.models import Clinic, Person
from people.roles import Role
from people.selectors import has_consent
from people.services.merging import merge_people
from people.services.visitors import join_visitor
from tests.factories.leads import staff, topic_named
from tests.factories.tracking import consenting_person, consenting_visitor, view_of, yardstick
from tracking.models import Interest, Reading
from tracking.services.folding import fold_everything
from tracking.services.rebuild import check_interests

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    Clinic.objects.update_or_create(pk=1, defaults={"phone_region": "CN"})


def taken(text: str, *, by):
    file = SimpleUploadedFile("people.csv", text.encode())
    people_import = receive_table(file=file, goal="people", basis="forms of 2025", by=by)
    ask_to_take(people_import=people_import, by=by)
    take_table(public_id=people_import.public_id)
    people_import.refresh_from_db()
    return people_import


def reader() -> Person:
    """Somebody who agreed on the panel and has read a piece."""
    yardstick(1, topics={topic_named("Gums").pk: 1.0})
    person, visitor = consenting_person("Wang"), consenting_visitor()
    join_visitor(visitor=visitor, person=person, actor="test")
    view_of(visitor, 1, at=datetime.now(UTC))
    fold_everything()
    return person


def test_a_table_taken_back_leaves_the_history_of_who_agreed_themselves():
    marketer = staff(Role.MARKETING)
    people_import = taken("姓名,手机,病历号\nWang,13800138002,N\n", by=marketer)
    stands = reader()
    old = Person.objects.get(imported_key="N")
    merge_people(person=old, into=stands, by=staff(Role.ADMINISTRATOR))

    ask_to_undo(people_import=people_import, by=marketer)
    undo_table(public_id=people_import.public_id)
    assert has_consent(person=Person.objects.get(pk=stands.pk), purpose="profiling")
    assert (Reading.objects.count(), Interest.objects.count()) == (1, 1)
    assert check_interests().differences == []
