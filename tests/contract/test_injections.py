"""Script in any field runs nowhere: not on the site, in the admin, in previews, in mails."""

import io
import json
from datetime import timedelta

import pytest
from django.core.files.images import ImageFile
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from classroom.models import ChildPlace, Registration
from classroom.services.join_tokens import issue_join_token
from classroom.services.notices import cancel_class, hold_class_after_all
from classroom.services.questions import answer_question, ask_question
from cms.models import ClinicImage, TopicAlias
from people.models import Branch, Clinic
from people.roles import Role
from tests.contract.injections import ATTEMPTS, CORPUS, SHORT, scripts_in
from tests.factories.classroom import live_class
from tests.factories.content import (
    article,
    clinician,
    comic,
    course,
    document,
    picture,
    poll,
    topic,
)
from tests.factories.leads import list_of
from tests.factories.people import ContactPointFactory, make_person, make_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "attempt", [item for item in ATTEMPTS if item[0] in "<\"'-" and "CDATA" not in item]
)
def test_reader_of_pages_sees_an_attempt_that_came_through(attempt):
    """The check itself can fail: most attempts, put into a page as they are, are seen."""
    places = (
        f"<p>{attempt}</p>",
        f'<input value="{attempt}">',
        f"<input value='{attempt}'>",
    )
    if attempt.startswith(("</", "-->")):
        places += (f"<title>{attempt}</title>", f"<!-- {attempt} -->")
    assert any(scripts_in(page) for page in places)


@pytest.fixture
def clinic_of_attempts():
    """Every text a page shows holds all attempts."""
    Clinic.objects.update_or_create(pk=1, defaults={"name": SHORT, "name_zh": SHORT})
    branch = Branch.objects.create(
        slug="b", name=SHORT, address=CORPUS[:300], hours=SHORT, telephone=SHORT
    )
    herons = topic(SHORT[:200])
    herons.slug, herons.name_zh, herons.description = "herons", SHORT, CORPUS
    herons.save()
    TopicAlias.objects.create(topic=herons, name=SHORT)
    author = clinician(SHORT, role=SHORT, biography=CORPUS, specialties=SHORT)
    author.branches.add(branch)
    author.save()
    image = picture(alt=SHORT, credit=SHORT)
    image.title = SHORT
    image.save()
    named = ImageFile(io.BytesIO(image.file.read()), name='"><img src=x onerror=pwned()>.png')
    ClinicImage.objects.create(title=SHORT, description=SHORT, file=named)
    answer = {"text": SHORT, "correct": True, "explanation": CORPUS}
    words = [
        ("heading", CORPUS),
        ("paragraph", written_in_the_editor()),
        ("key_fact", CORPUS),
        ("warning", CORPUS),
        ("figure", {"image": image.pk, "alt": SHORT, "caption": SHORT, "credit": SHORT}),
        ("steps", {"items": [CORPUS]}),
        ("faq", {"items": [{"question": SHORT, "answer": written_in_the_editor()}]}),
        ("quotation", {"text": CORPUS, "attribution": SHORT}),
        ("poll", {**poll(SHORT, CORPUS[:200]), "question": SHORT}),
        ("quiz", {"question": SHORT, "answers": [answer, {**answer, "correct": False}]}),
        ("download", {"document": document().pk, "title": SHORT, "note": CORPUS}),
    ]
    shared = {
        "title": CORPUS[:255],
        "seo_title": CORPUS[:255],
        "search_description": CORPUS,
        "standfirst": CORPUS,
        "author": author,
        "cover": image,
        "topics": [herons],
    }
    piece = article(
        body=words,
        key_facts=json.dumps([{"type": "fact", "value": CORPUS}]),
        references=[(SHORT, "https://example.org/")],
        **shared,
    )
    bubble = {"speaker": SHORT, "text": CORPUS, "x": 1, "y": 1, "width": 30, "side": "left"}
    strip = comic(bubbles=[bubble], afterword=CORPUS, **shared)
    lessons = course(**shared)
    meeting = live_class(
        starts_at=timezone.now() + timedelta(days=1),
        **{key: value for key, value in shared.items() if key != "topics"},
    )
    person = make_person(display_name=SHORT, profiling=True)
    ContactPointFactory(person=person)
    place = Registration.objects.create(live_class=meeting, person=person)
    ChildPlace.objects.create(registration=place, nickname=SHORT[:40], birth_year=2019)
    cancel_class(live_class=meeting, by=make_staff(Role.CONSULTANT), note=CORPUS)
    hold_class_after_all(live_class=meeting, by=make_staff(Role.CONSULTANT), note=CORPUS)
    question = ask_question(person=person, text=CORPUS, language="en", page=piece, may_publish=True)
    answer_question(
        question=question,
        text=CORPUS,
        by=make_staff(Role.CONSULTANT, first_name=SHORT),
        is_public=True,
        public_question=SHORT,
    )
    everybody = list_of("Everybody")
    everybody.name = SHORT
    everybody.save()
    return {
        "topic": herons,
        "pages": [author, piece, strip, lessons, meeting],
        "image": image,
        "person": person,
        "list": everybody,
        "place": place,
        "question": question,
    }


def written_in_the_editor() -> str:
    """What the rich text editor's form stores when somebody sends it all attempts, links included."""
    block = {"key": "a", "text": CORPUS, "type": "unstyled", "depth": 0, "inlineStyleRanges": []}
    links = {
        str(number): {"type": "LINK", "mutability": "MUTABLE", "data": {"url": address}}
        for number, address in enumerate(("javascript:pwned()", "java\tscript:pwned()", SHORT))
    }
    ranges = [{"key": int(key), "offset": 3 * int(key), "length": 2} for key in links]
    state = {"blocks": [{**block, "entityRanges": ranges}], "entityMap": links}
    features = ["bold", "italic", "link", "superscript", "ul", "ol"]
    return ContentstateConverter(features).to_database_format(json.dumps(state))


def read(client, address: str) -> str:
    response = client.get(address, follow=True)
    assert response.status_code == 200, address
    return response.content.decode()


def test_site_shows_attempts_as_text(client, clinic_of_attempts):
    addresses = ["/", "/zh-hans/", "/articles/", "/topics/herons/", "/about-tracking/", "/sign-in/"]
    addresses += [
        "/branches/",
        "/branches/b/",
        "/search/?q=pwned",
        "/feed/",
        "/topics/herons/feed/",
    ]
    addresses += [page.url for page in clinic_of_attempts["pages"]]
    addresses += [f"/handout/{page.pk}/" for page in clinic_of_attempts["pages"][1:3]]
    addresses.append(f"/ask/?about={clinic_of_attempts['pages'][1].pk}")
    addresses.append(f"/join/?place={issue_join_token(clinic_of_attempts['place'])}")
    for address in addresses:
        assert scripts_in(read(client, address)) == [], address


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_search_shows_what_was_asked_as_text(client, attempt):
    response = client.get(reverse("search"), {"q": attempt})
    assert response.status_code == 200
    assert scripts_in(response.content.decode()) == []


def test_admin_shows_attempts_as_text(client, clinic_of_attempts):
    client.force_login(make_staff(Role.ADMINISTRATOR, is_superuser=True))
    scene = clinic_of_attempts
    addresses = [
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_explore_root"),
        reverse("wagtailadmin_reports:site_history"),
        reverse("topics:index"),
        reverse("topics:edit", args=[scene["topic"].pk]),
        reverse("topics:merge", args=[scene["topic"].pk]),
        reverse("wagtailimages:index"),
        reverse("wagtailimages:edit", args=[scene["image"].pk]),
        reverse("lead-lists:index"),
        reverse("lead-lists:members", args=[scene["list"].pk]),
        reverse("lead-people:person", args=[scene["person"].external_id]),
        reverse("piece_readers"),
        reverse("questions"),
        reverse("question", args=[scene["question"].pk]),
        reverse("class_coming", args=[scene["pages"][4].pk]),
        reverse("class_day", args=[scene["pages"][4].pk]),
        reverse("class_result", args=[scene["pages"][4].pk]),
        reverse("due_report"),
        reverse("claims_of_piece", args=[scene["pages"][1].pk]),
        reverse("branches:index"),
    ]
    for page in scene["pages"]:
        page.save_revision()
        addresses += [
            reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
            for name in ("edit", "history", "view_draft", "delete", "copy")
        ]
    for address in addresses:
        assert scripts_in(read(client, address)) == [], address
