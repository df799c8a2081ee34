"""The form of a class: whose clock its start is on, and what a new one begins with."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, streamfield
from wagtail.users.models import UserProfile

from classroom.models import LiveClass
from cms.models import IndexPage
from cms.services.site import ensure_shelf
from people.models import Clinic
from people.roles import Role
from tests.factories import content
from tests.factories.classroom import live_class
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(client):
    """A clinician in Berlin, signed in, with a page; the clinic is in Shanghai."""
    Clinic.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Shanghai"})
    user = make_staff(Role.CLINICIAN)
    UserProfile.objects.create(user=user, current_time_zone="Europe/Berlin")
    client.force_login(user)
    return content.clinician("Dr Lin", user=user)


def new_class():
    shelf = ensure_shelf(shelf=IndexPage.Shelf.CLASSES, language="en")
    return reverse("wagtailadmin_pages:add", args=["classroom", "liveclass", shelf.pk])


def post_class(client, address="", **fields):
    data = {
        "title": "Gums", "slug": "gums", "standfirst": "", "kind": "science", "minutes": "30",
        "time_zone": "Asia/Shanghai", "starts_at": "2026-12-24 19:30", "attended_measure": "share",
        "attended_at_least": "0.5", "attended_counts": "live",
        "page_topics-TOTAL_FORMS": "0", "page_topics-INITIAL_FORMS": "0",
        "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
        "body": streamfield([]), "corrections": streamfield([]), "references": streamfield([]),
        **fields,
    }  # fmt: skip
    return client.post(address or new_class(), nested_form_data(data))


def test_new_class_is_in_the_zone_of_the_clinic_with_its_writer(client, writer):
    form = client.get(new_class()).context["form"]
    assert form["time_zone"].value() == "Asia/Shanghai"
    assert form["clinicians"].value() == [writer.pk]


def test_start_is_on_the_clock_of_the_class_not_of_who_types(client, writer):
    answer = post_class(client)
    assert answer.status_code == 302, answer.context["form"].errors
    words = LiveClass.objects.get(slug="gums").get_latest_revision_as_object()
    assert words.starts_at == datetime(2026, 12, 24, 11, 30, tzinfo=UTC)


def test_form_shows_the_start_on_the_same_clock(client, writer):
    page = live_class(
        time_zone="Asia/Shanghai",
        starts_at=datetime(2026, 12, 24, 11, 30, tzinfo=UTC),
        owner=writer.user,
    )
    answer = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert 'value="2026-12-24 19:30"' in str(answer.context["form"]["starts_at"])


def test_unknown_zone_is_refused_at_its_field(client, writer):
    answer = post_class(client, time_zone="Mars/Olympus")
    assert list(answer.context["form"].errors) == ["time_zone"]


@pytest.mark.parametrize(("title", "slug"), [("牙周炎", "yazhouyan"), ("Gums again", "gums-again")])
def test_title_in_any_script_gives_the_address_that_nobody_typed(client, writer, title, slug):
    answer = post_class(client, title=title, slug="")
    assert answer.status_code == 302, answer.context["form"].errors
    page = LiveClass.objects.get(title=title)
    assert page.slug == slug
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert post_class(client, address=edit, title="牙", slug="").status_code == 302
    assert LiveClass.objects.get(pk=page.pk).get_latest_revision_as_object().slug == slug


def test_translation_names_the_clinicians_in_its_own_language(writer):
    chinese = content.clinician("林医生", "zh-hans", translation_key=writer.translation_key)
    page = live_class(author=writer)
    page.clinicians = [writer]
    page.save()
    shelf = ensure_shelf(shelf=IndexPage.Shelf.CLASSES, language="zh-hans")
    shelf.translation_key = page.get_parent().translation_key
    shelf.save()
    copy = LiveClass.objects.get(pk=page.copy_for_translation(shelf.locale).pk)
    assert list(copy.clinicians.all()) == [chinese]
    draft = copy.get_latest_revision_as_object()
    assert (list(draft.clinicians.all()), draft.author) == ([chinese], chinese)
