"""The list of classes and who is coming: who may look, what is shown, what a look costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classroom.services.attendance import recompute_attendance
from cms.models import ClinicianPage, IndexPage
from cms.services.site import ensure_shelf
from outbox.models import AuditEntry
from people.roles import Role
from tests.classroom.admin.conftest import beats
from tests.factories.classroom import live_class, place
from tests.factories.people import PersonFactory, make_person, make_staff

pytestmark = pytest.mark.django_db
SCREENS = ("", "day/", "attendance/", "names/", "reports/", "result/")


def addresses(a_class, person) -> list[str]:
    return [
        *(f"/admin/classes/{a_class.pk}/{screen}" for screen in SCREENS),
        f"/admin/classes/{a_class.pk}/people/{person.external_id}/",
    ]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.CONSULTANT, True),
        (Role.MARKETING, True),
        (Role.ADMINISTRATOR, True),
        (Role.CLINICIAN, False),
        (Role.EDITOR, False),
        (Role.REVIEWER, False),
    ],
)
def test_a_role_sees_every_screen_of_a_class_or_none(client, a_class, ann, reported, role, sees):
    client.force_login(make_staff(role))
    upload = f"/admin/classes/{a_class.pk}/reports/{reported.import_id}/"
    found = {
        address: client.get(address).status_code for address in [*addresses(a_class, ann), upload]
    }
    assert found == dict.fromkeys(found, 200 if sees else 404)


def test_a_clinician_sees_the_classes_they_own_write_or_teach(client, a_class, ann, clinician):
    client.force_login(clinician)
    assert {client.get(address).status_code for address in addresses(a_class, ann)} == {200}
    other = make_staff(Role.CLINICIAN)
    client.force_login(other)
    assert client.get(f"/admin/classes/{a_class.pk}/").status_code == 404
    shelf = ensure_shelf(shelf=IndexPage.Shelf.CLINICIANS, language="en")
    teacher = shelf.add_child(instance=ClinicianPage(title="Dr", slug="dr", user=other))
    a_class.clinicians.add(teacher)
    a_class.save()
    assert client.get(f"/admin/classes/{a_class.pk}/").status_code == 200


def test_the_owner_of_a_translation_sees_the_class(client, a_class):
    """Registrations are those of the first page, whichever language the clinician wrote."""
    author = make_staff(Role.CLINICIAN)
    twin = live_class("zh-hans", owner=author, translation_key=a_class.translation_key)
    place(a_class, PersonFactory(display_name="Zoe"))
    client.force_login(author)
    for pk in (a_class.pk, twin.pk):
        assert "Zoe" in client.get(f"/admin/classes/{pk}/").text
    assert client.get("/admin/classes/").text.count("Implants, honestly") == 1


def test_nobody_without_a_role_gets_in(client, a_class, ann, reported):
    person = make_person(user=make_staff())
    person.user.is_staff = False
    for address in ("/admin/classes/", *addresses(a_class, ann)):
        assert client.get(address).status_code == 302
    client.force_login(person.user)
    for address in ("/admin/classes/", *addresses(a_class, ann)):
        assert client.get(address).status_code == 302
        assert client.post(address).status_code in (302, 403)


def test_a_class_or_person_that_is_not_there_is_404(client, a_class, ann):
    client.force_login(make_staff(Role.CONSULTANT))
    stranger = PersonFactory()
    for address in (
        "/admin/classes/999999/",
        f"/admin/classes/{a_class.pk}/people/nobody/",
        f"/admin/classes/{a_class.pk}/people/{stranger.external_id}/",
        f"/admin/classes/{a_class.pk}/reports/999/",
        f"/admin/classes/{a_class.pk}/reports/uploads/999/",
    ):
        assert client.get(address).status_code == 404, address


def test_an_import_of_another_class_is_not_shown_here(client, a_class, reported):
    other = live_class()
    client.force_login(make_staff(Role.CONSULTANT))
    address = f"/admin/classes/{other.pk}/reports/{reported.import_id}/"
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    a_class.refresh_from_db()
    assert a_class.imports.get().undone_at is None


def test_coming_names_places_and_channels(client, a_class, ann):
    place(a_class, PersonFactory(display_name="Bob"))
    gone = place(a_class, PersonFactory(display_name="Carla"))
    gone.cancelled_at = timezone.now()
    gone.save()
    a_class.registrations.filter(person=ann).update(channel="wechat")
    client.force_login(make_staff(Role.CONSULTANT))
    text = client.get(f"/admin/classes/{a_class.pk}/").text
    assert "Ann Lee" in text
    assert "Bob" in text
    assert "Carla" not in text
    assert "WeChat" in text
    assert "Given back" in text


def test_every_look_at_people_is_noted(client, a_class, ann, reported):
    user = make_staff(Role.CONSULTANT)
    client.force_login(user)
    for address in addresses(a_class, ann):
        client.get(address)
    looks = AuditEntry.objects.filter(action="attendance.viewed", actor=f"user:{user.pk}")
    parts = [entry.detail["part"] for entry in looks.order_by("pk")]
    assert parts == ["coming", "attendance", "names", "result", "ledger"]
    assert "Ann" not in str(list(looks.values()))


@pytest.mark.parametrize("screen", ["", "attendance/", "result/"])
def test_a_screen_takes_the_same_queries_for_one_and_for_many(client, a_class, ann, screen):
    client.force_login(make_staff(Role.CONSULTANT))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/admin/classes/{a_class.pk}/{screen}").status_code == 200
        return len(queries)

    beats(a_class, ann, (0, 40))
    recompute_attendance(live_class=a_class)
    count()
    one = count()
    for number in range(3):
        person = PersonFactory(display_name=f"Person {number}")
        place(a_class, person)
        beats(a_class, person, (0, 30))
    recompute_attendance(live_class=a_class)
    assert count() == one


def test_the_list_takes_the_same_queries_for_one_and_for_many(client, a_class, ann):
    client.force_login(make_staff(Role.CONSULTANT))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/admin/classes/").status_code == 200
        return len(queries)

    count()
    one = count()
    for _ in range(3):
        place(live_class(), ann)
    assert count() == one


def test_a_page_of_content_leads_to_its_people(client, a_class, clinician):
    client.force_login(make_staff(Role.ADMINISTRATOR))
    address = f"/admin/classes/{a_class.pk}/"
    assert address in client.get(f"/admin/pages/{a_class.pk}/edit/").text
    assert address in client.get(f"/admin/pages/{a_class.get_parent().pk}/").text
    assert "/admin/classes/" in client.get("/admin/").text
    client.force_login(make_staff(Role.EDITOR))
    assert address not in client.get(f"/admin/pages/{a_class.pk}/edit/").text
    assert "/admin/classes/" not in client.get("/admin/").text
