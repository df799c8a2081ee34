"""A text that was brought in becomes a draft of its own author, with its pictures and its history."""

import pytest
from django.urls import reverse
from wagtail.models import Page, PageLogEntry

from cms.bringing_in.drafts import create_draft, places_for
from cms.bringing_in.reading import read_html
from cms.models import ArticlePage, ClinicImage, ModulePage
from cms.services.site import ensure_shelf
from cms.submission import problems_of
from people.roles import Role
from people.services.roles import ensure_roles
from tests.cms.bringing_in.samples import (
    TABLE,
    WECHAT_PASTE,
    data_uri,
    docx,
    drawing,
    paragraph,
    png,
)
from tests.factories.content import clinician, course
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    return ensure_shelf(shelf="articles", language="en")


@pytest.fixture
def doctor(client, shelf):
    ensure_roles()
    user = make_staff(Role.CLINICIAN)
    client.force_login(user)
    return user


def upload(content, name="Gums.docx"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)


def test_a_word_file_becomes_a_draft_in_the_editor(client, doctor, shelf):
    me = clinician("Dr Own", user=doctor)
    body = (
        paragraph("Why gums bleed", style="Title")
        + paragraph("Plaque does it.", note=True)
        + drawing()
        + TABLE
        + drawing()
    )
    sent = {"place": shelf.pk, "file": upload(docx(body))}
    response = client.post(reverse("bring_in"), sent, follow=True)
    page = ArticlePage.objects.get(title="Why gums bleed")
    assert response.redirect_chain == [(reverse("wagtailadmin_pages:edit", args=[page.pk]), 302)]
    assert (page.live, page.owner, page.author, page.locale) == (False, doctor, me, shelf.locale)
    assert [block.block_type for block in page.body] == ["paragraph", "figure", "table", "figure"]
    (image,) = ClinicImage.objects.all()  # the same picture twice is one image
    assert [block.value["image"] for block in page.body if block.block_type == "figure"] == [
        image
    ] * 2
    assert (image.uploaded_by_user, page.body[1].value["alt"]) == (doctor, "")
    assert page.references[0].value["url"].startswith("https://www.who.int/")
    said = response.content.decode()
    assert "1 block of text, 1 table, 2 pictures, 1 reference" in said
    assert "Merged cells" in said
    entry = PageLogEntry.objects.get(action="cms.bring_in")
    assert entry.data["taken"].startswith("1 block of text")
    history = client.get(reverse("wagtailadmin_pages:history", args=[page.pk]))
    assert "Brought in from a file or a paste" in history.content.decode()


def test_a_picture_brought_again_is_the_same_image(doctor, shelf):
    html = f'<p>text</p><img src="{data_uri(png("#335577"))}">'
    for _ in range(2):
        create_draft(brought=read_html(html, []), place=shelf, user=doctor)
    assert ClinicImage.objects.count() == 1


def test_what_is_no_picture_leaves_a_note_that_stops_publishing(doctor, shelf):
    html = f'<p>text</p><img src="{data_uri(b"<svg onload=alert(1)>" + b" " * 300)}">'
    brought = read_html(html, [])
    page = create_draft(brought=brought, place=shelf, user=doctor)
    assert ClinicImage.objects.count() == 0
    assert len(brought.left_out) == 1
    assert [problem.code for problem in problems_of(page)] == ["no_references", "picture_missing"]


def test_a_picture_elsewhere_is_never_fetched_but_told(doctor, shelf):
    page = create_draft(brought=read_html(WECHAT_PASTE, []), place=shelf, user=doctor)
    note = next(block for block in page.body if "⟦" in str(block.value))
    assert "https://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png" in str(note.value)
    (problem,) = [one for one in problems_of(page) if one.code == "picture_missing"]
    assert (problem.field, problem.place) == ("body", note.id)


def test_who_may_not_add_images_still_gets_the_words(doctor, shelf):
    doctor.groups.get().collection_permissions.all().delete()
    html = f'<p>text</p><img src="{data_uri(png())}">'
    page = create_draft(brought=read_html(html, []), place=shelf, user=doctor)
    assert ClinicImage.objects.count() == 0
    assert "⟦" in str(page.body[1].value)


def test_in_a_course_it_becomes_a_module_and_slugs_stay_apart(client, doctor):
    parent = course(title="Caring for gums")
    for _ in range(2):
        sent = {"place": parent.pk, "text": "# First day\n\nBrush."}
        assert client.post(reverse("bring_in"), sent).status_code == 302
    modules = ModulePage.objects.child_of(parent).order_by("path")
    assert [module.slug for module in modules] == ["first-day", "first-day-2"]


def test_the_preview_writes_nothing(client, doctor, shelf):
    before = Page.objects.count()
    sent = {
        "place": shelf.pk,
        "pasted": upload(WECHAT_PASTE.encode(), "paste.html"),
        "preview": "1",
    }
    said = client.post(reverse("bring_in"), sent).content.decode()
    assert "<h3>一、牙龈为什么会出血</h3>" in said
    assert "<script" not in said
    assert Page.objects.count() == before


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a file, or paste a text."),
        ({"text": "a", "pasted": "<p>b</p>"}, "not both"),
        ({"file": b"no zip"}, "not a Word file"),
    ],
)
def test_a_refusal_says_why(client, doctor, shelf, sent, said):
    files = {
        name: upload(
            value if isinstance(value, bytes) else value.encode(),
            f"x.{'docx' if name == 'file' else 'html'}",
        )
        for name, value in sent.items()
        if name != "text"
    }
    response = client.post(reverse("bring_in"), {"place": shelf.pk, **sent, **files})
    assert response.status_code == 422
    assert said in response.content.decode()


def test_only_places_where_one_may_add_are_offered(client, doctor, shelf):
    assert [place.pk for place in places_for(doctor)] == [shelf.pk]
    home = shelf.get_parent()
    response = client.post(reverse("bring_in"), {"place": home.pk, "text": "x"})
    assert response.status_code == 422
    consultant = make_staff(Role.CONSULTANT)
    client.force_login(consultant)
    assert client.get(reverse("bring_in")).status_code == 302  # Wagtail's way to refuse
    assert client.post(reverse("bring_in"), {"place": shelf.pk, "text": "x"}).status_code == 302
    assert ArticlePage.objects.count() == 0


def test_the_way_in_stands_where_pages_are_made(client, doctor, shelf):
    address = f"{reverse('bring_in')}?place={shelf.pk}"
    for screen in (
        reverse("wagtailadmin_explore", args=[shelf.pk]),
        reverse("wagtailadmin_pages:add_subpage", args=[shelf.pk]),
    ):
        assert address in client.get(screen).content.decode()
    assert reverse("bring_in") in client.get(reverse("wagtailadmin_home")).content.decode()
    comics = ensure_shelf(shelf="comics", language="en")
    screen = client.get(reverse("wagtailadmin_explore", args=[comics.pk])).content.decode()
    assert f"?place={comics.pk}" not in screen
