"""What pages say to machines: as much as the page says, and nothing that could leave its element."""

import json
import re
from datetime import date

import pytest

from cms.models import ModulePage
from cms.models.pieces import ReviewKind
from cms.structured_data import script_of
from people.models import Branch
from tests.factories import content
from tests.factories.reviews import put_up

pytestmark = pytest.mark.django_db


def graph_at(client, url: str) -> list[dict]:
    html = client.get(url).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return [node for block in blocks for node in json.loads(block)["@graph"]]


def node_of(client, url: str, kind: str) -> dict:
    found = [node for node in graph_at(client, url) if kind in node["@type"]]
    assert len(found) == 1, kind
    return found[0]


def reviewed_article(**fields):
    author, reviewer = content.clinician("Dr Shen"), content.clinician("Dr Mehta")
    given = {"author": author, "reviewer": reviewer, "reviewed_at": date(2026, 3, 5), **fields}
    return content.article(**given)


def test_article_names_author_reviewer_and_day(client):
    page = reviewed_article(
        topics=[content.topic("Acne")], references=[("A page", "https://example.org/a")]
    )
    node = node_of(client, page.url, "MedicalWebPage")
    assert node["author"]["name"] == "Dr Shen"
    assert node["reviewedBy"]["name"] == "Dr Mehta"
    assert node["lastReviewed"] == "2026-03-05"
    assert [about["name"] for about in node["about"]] == ["Acne"]
    assert node["citation"][0]["url"] == "https://example.org/a"
    assert node["url"] == page.full_url


def test_outside_reviewer_is_named_with_the_licence(client):
    page = reviewed_article(
        reviewer=None,
        reviewer_name="Dr Outside",
        reviewer_licence="L-1",
        review_kind=ReviewKind.OUTSIDE,
    )
    reviewer = node_of(client, page.url, "MedicalWebPage")["reviewedBy"]
    assert (reviewer["name"], reviewer["hasCredential"]["name"]) == ("Dr Outside", "L-1")


def test_no_review_is_claimed_that_nobody_else_made(client):
    page = reviewed_article(review_kind=ReviewKind.SELF)
    node = node_of(client, page.url, "MedicalWebPage")
    assert "reviewedBy" not in node and "lastReviewed" not in node


def test_authors_own_review_is_no_review(client):
    author = content.clinician("Dr Shen")
    page = reviewed_article(author=author, reviewer=author)
    assert "reviewedBy" not in node_of(client, page.url, "MedicalWebPage")


def test_imported_page_says_nothing_to_search_engines(client):
    page = reviewed_article(reviewed_here=False)
    assert graph_at(client, page.url) == []


def test_promotion_is_named_as_such(client):
    page = content.article(kind="promotion")
    node = node_of(client, page.url, "AdvertiserContentArticle")
    assert "MedicalWebPage" not in node["@type"]


def test_questions_of_a_body_are_an_faq_page(client):
    items = [{"question": "Why?", "answer": "<p>Because <b>so</b>.</p>"}]
    page = content.article(body=[("faq", {"items": items})])
    (question,) = node_of(client, page.url, "FAQPage")["mainEntity"]
    assert question["name"] == "Why?"
    assert question["acceptedAnswer"]["text"] == "Because so."


def test_body_without_questions_has_no_faq_page(client):
    page = content.article()
    assert "FAQPage" not in json.dumps(graph_at(client, page.url))


def test_course_names_its_modules_and_their_length(client):
    course = content.course()
    for number in (1, 2):
        module = ModulePage(title=f"Module {number}", slug=f"m{number}", minutes=10)
        put_up(module, under=course)
    node = node_of(client, course.url, "Course")
    assert [part["name"] for part in node["hasPart"]] == ["Module 1", "Module 2"]
    assert node["hasCourseInstance"]["courseWorkload"] == "PT20M"


def test_clinician_is_a_person_with_a_licence(client):
    page = content.clinician("Dr Heron", professional_licence="L-7", role="Dentist")
    person = node_of(client, page.url, "ProfilePage")["mainEntity"]
    assert person["@type"] == "Person"
    assert (person["jobTitle"], person["hasCredential"]["name"]) == ("Dentist", "L-7")


def test_front_page_names_clinic_and_branches_in_the_language(client):
    Branch.objects.create(slug="a", name="Heron Lane", name_zh="鹭巷总院")
    content.article("zh-hans")
    for url, name in (("/", "Heron Lane"), ("/zh-hans/", "鹭巷总院")):
        (branch,) = node_of(client, url, "MedicalClinic")["department"]
        assert branch["name"] == name


def test_branch_says_where_when_and_under_which_licence(client):
    Branch.objects.create(
        slug="a",
        name="Heron Lane",
        name_zh="鹭巷总院",
        address="18 Heron Lane",
        address_zh="鹭巷 18 号",
        telephone="+86 21 0000 0118",
        hours="Monday to Friday 8:30 to 18:30",
        practice_licence="PL-1",
        register_url="https://register.example.org/PL-1",
        filing_number="ICP-7",
    )
    node = node_of(client, "/branches/a/", "MedicalClinic")
    assert node["parentOrganization"]["@id"].endswith("/#clinic")
    assert node["url"].endswith("/branches/a/")
    said = [node[key] for key in ("name", "address", "telephone", "openingHours")]
    assert said == [
        "Heron Lane",
        "18 Heron Lane",
        "+86 21 0000 0118",
        "Monday to Friday 8:30 to 18:30",
    ]
    licence = node["hasCredential"]
    assert (licence["name"], licence["url"]) == ("PL-1", "https://register.example.org/PL-1")
    assert (node["identifier"]["name"], node["identifier"]["value"]) == ("Filing number", "ICP-7")
    chinese = node_of(client, "/zh-hans/branches/a/", "MedicalClinic")
    assert (chinese["name"], chinese["address"]) == ("鹭巷总院", "鹭巷 18 号")
    assert chinese["@id"] == node["@id"]


def test_branch_without_a_licence_claims_none(client):
    Branch.objects.create(slug="a", name="Heron Lane")
    node = node_of(client, "/branches/a/", "MedicalClinic")
    assert not {"hasCredential", "identifier", "hasMap", "telephone"} & set(node)


def test_list_of_branches_names_each_and_the_way_there(client):
    for slug in ("a", "b"):
        Branch.objects.create(slug=slug, name=slug.upper())
    graph = graph_at(client, "/branches/")
    assert [node["name"] for node in graph if node["@type"] == "MedicalClinic"] == ["A", "B"]
    steps = node_of(client, "/branches/b/", "BreadcrumbList")["itemListElement"]
    assert [step["name"] for step in steps][1:] == ["Where to find us", "B"]


def test_page_about_nothing_in_particular_says_nothing(client):
    Branch.objects.create(slug="a", name="Heron Lane")
    assert graph_at(client, "/about-tracking/") == []


def test_way_from_the_front_page_goes_over_the_shelf(client):
    page = content.article(title="Gums")
    names = [
        step["name"] for step in node_of(client, page.url, "BreadcrumbList")["itemListElement"]
    ]
    assert names[1:] == ["Articles", "Gums"]


def test_topic_page_is_a_collection(client):
    topic = content.topic("Acne")
    content.article(topics=[topic])
    assert node_of(client, "/topics/acne/", "CollectionPage")["name"] == "Acne"


def test_words_of_an_author_cannot_leave_the_data_block(client):
    page = content.article(title='</script><script>alert("1")</script>\u2028<!--')
    html = client.get(page.url).content.decode()
    assert "<script>alert" not in html
    assert node_of(client, page.url, "MedicalWebPage")["headline"] == page.title


def test_nothing_to_say_makes_no_block():
    assert script_of([]) == ""
