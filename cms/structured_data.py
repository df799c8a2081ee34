"""What a page is, said to machines (schema.org as JSON-LD), from what its template has at hand already.

It claims no more than the page says: a review only where one is recorded, of the clinic's own pieces.
It makes no query of its own.
"""

import json
from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Page

from cms.findable import may_be_found
from cms.models import (
    ArticlePage,
    ClinicianPage,
    ComicPage,
    CoursePage,
    HomePage,
    ModulePage,
    PieceKind,
    PiecePage,
    Topic,
)
from cms.models.pieces import ReviewKind
from people.models import Branch

Node = dict[str, Any]

#: What could end a script element or a line of JavaScript becomes an escape that means the same.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
LANGUAGE_TAGS = {"zh-hans": "zh-Hans"}


def script_of(nodes: Iterable[Node]) -> SafeString | str:
    """The nodes as one data block that is safe inside a page; nothing for none."""
    graph = [_without_gaps(node) for node in nodes if node]
    if not graph:
        return ""
    body = json.dumps(
        {"@context": "https://schema.org", "@graph": graph},
        cls=DjangoJSONEncoder,
        ensure_ascii=False,
        separators=(",", ":"),
    ).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{body}</script>')


def _without_gaps(value: Any) -> Any:
    """The same without the keys that have nothing to say."""
    if isinstance(value, dict):
        kept = {key: _without_gaps(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        return [_without_gaps(inner) for inner in value]
    return value


def site_address(path: str = "/") -> str:
    """The full address of a path of this site."""
    return f"{settings.BASE_URL}{path}"


def address_of(page: Page, shown: Mapping[str, Any]) -> str:
    """The full address of a page; the request remembers where the site's trees begin."""
    return page.get_full_url(shown.get("request")) or ""


def language_tag(code: str) -> str:
    """The language as BCP 47 writes it."""
    return LANGUAGE_TAGS.get(code, code)


def in_language(thing: Any, field: str) -> str:
    """A field in the language of the moment, where the thing has it in Chinese too."""
    chinese = (get_language() or "").startswith("zh")
    said = getattr(thing, f"{field}_zh", "") if chinese else ""
    return said or getattr(thing, field, "")


def clinic_reference(shown: Mapping[str, Any]) -> Node:
    """The clinic by name, as publisher or organiser."""
    return {
        "@type": "MedicalClinic",
        "@id": site_address("/#clinic"),
        "name": in_language(shown["clinic"], "name"),
        "url": site_address("/"),
    }


def person(page: ClinicianPage | None, shown: Mapping[str, Any]) -> Node | None:
    """A clinician by name, role and licence."""
    if page is None:
        return None
    return {
        "@type": "Person",
        "@id": f"{address_of(page, shown)}#person",
        "name": page.title,
        "jobTitle": page.role,
        "url": address_of(page, shown) if page.live else None,
        "hasCredential": credential(page.professional_licence),
    }


def credential(licence: str) -> Node | None:
    """A licence as it stands in the register."""
    if not licence:
        return None
    return {
        "@type": "EducationalOccupationalCredential",
        "credentialCategory": "license",
        "name": licence,
    }


def topic_reference(topic: Topic) -> Node:
    """A topic by name and address."""
    return {
        "@type": "Thing",
        "name": topic.label,
        "url": site_address(reverse("topic", args=[topic.slug])),
    }


def trail(steps: Iterable[tuple[str, str]]) -> Node | None:
    """The way from the front page, as (name, address) pairs; nothing for a single step."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": address}
        for place, (name, address) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items} if len(items) > 1 else None


def _steps_to(page: Page, shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    home = site_address(reverse("wagtail_serve", args=[""]))
    steps = [(in_language(shown["clinic"], "name"), home)]
    above = [shelf for shelf in shown["shelves"] if page.path.startswith(shelf.path)]
    if shown.get("course"):
        above.append(shown["course"])
    steps += [(one.title, address_of(one, shown)) for one in above if one.pk != page.pk]
    return [*steps, (page.title, address_of(page, shown))]


@singledispatch
def nodes_of(page: Page, shown: Mapping[str, Any]) -> list[Node]:
    """What a page is; each package registers its own types. `shown` is the template's context."""
    return []


def graph_of(page: Page, shown: Mapping[str, Any]) -> list[Node]:
    """Everything to say about a page, its way from the front page included."""
    if not may_be_found(page):
        return []
    return [*nodes_of(page, shown), trail(_steps_to(page, shown)) or {}]


def work(page: PiecePage, shown: Mapping[str, Any], *types: str) -> Node:
    """What all pieces say of themselves: who wrote and reviewed them, when, about what, from what."""
    address = address_of(page, shown)
    return {
        "@type": list(types),
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "name": page.title,
        "headline": page.title,
        "description": page.search_description or page.standfirst,
        "inLanguage": language_tag(page.locale.language_code),
        "isAccessibleForFree": True,
        "datePublished": page.first_published_at,
        "dateModified": page.last_published_at,
        "timeRequired": f"PT{page.shown_minutes}M" if page.shown_minutes else None,
        "image": shown.get("share_picture"),
        "author": person(page.author, shown) or clinic_reference(shown),
        "publisher": clinic_reference(shown),
        "about": [topic_reference(topic) for topic in page.shown_topics],
        "citation": [
            {"@type": "CreativeWork", "name": value.get("text"), "url": value.get("url")}
            for value in (block.value for block in page.references)
        ],
        "correction": [
            {
                "@type": "CorrectionComment",
                "datePublished": block.value["corrected_on"],
                "text": block.value["text"],
            }
            for block in page.corrections
        ],
        **_review(page, shown),
    }


def _review(page: PiecePage, shown: Mapping[str, Any]) -> Node:
    """Who reviewed the piece and when; an author's own look at it is no review by another."""
    if not (page.about_health and page.reviewed_here and page.reviewed_at):
        return {}
    reviewer = person(page.reviewer, shown)
    if page.reviewer_name and page.review_kind == ReviewKind.OUTSIDE:
        reviewer = {
            "@type": "Person",
            "name": page.reviewer_name,
            "hasCredential": credential(page.reviewer_licence),
        }
    if page.review_kind == ReviewKind.SELF or page.reviewer_id == page.author_id:
        reviewer = None
    return {"lastReviewed": page.reviewed_at, "reviewedBy": reviewer} if reviewer else {}


def _page_type(page: PiecePage) -> list[str]:
    if page.kind == PieceKind.PROMOTION:
        return ["WebPage", "AdvertiserContentArticle"]
    return ["MedicalWebPage"] if page.about_health else ["WebPage"]


def questions_in(page: PiecePage, shown: Mapping[str, Any]) -> list[Node]:
    """The questions and answers of a body, as one FAQPage; empty without any."""
    pairs = [
        {
            "@type": "Question",
            "name": item["question"],
            "acceptedAnswer": {"@type": "Answer", "text": plain(item["answer"])},
        }
        for block in getattr(page, "body", None) or []
        if block.block_type == "faq"
        for item in block.value["items"]
    ]
    if not pairs:
        return []
    return [
        {
            "@type": "FAQPage",
            "@id": f"{address_of(page, shown)}#questions",
            "isPartOf": {"@id": address_of(page, shown)},
            "inLanguage": language_tag(page.locale.language_code),
            "mainEntity": pairs,
        }
    ]


def plain(rich: Any) -> str:
    """Rich text as bare words."""
    return " ".join(strip_tags(str(getattr(rich, "source", rich))).split())


@nodes_of.register
def article_nodes(page: ArticlePage, shown: Mapping[str, Any]) -> list[Node]:
    """An article for patients, and its questions and answers."""
    node = work(page, shown, *_page_type(page), "Article")
    if page.kind == PieceKind.SCIENCE and page.about_health:
        node["audience"] = {"@type": "MedicalAudience", "audienceType": "Patient"}
    return [node, *questions_in(page, shown)]


@nodes_of.register
def comic_nodes(page: ComicPage, shown: Mapping[str, Any]) -> list[Node]:
    """A comic."""
    return [work(page, shown, *_page_type(page), "ComicStory")]


@nodes_of.register
def course_nodes(page: CoursePage, shown: Mapping[str, Any]) -> list[Node]:
    """A course that one takes online at one's own pace, with its modules."""
    minutes = sum(module.shown_minutes or 0 for module in shown.get("modules", ()))
    node = work(page, shown, "Course")
    for name in ("mainEntityOfPage", "timeRequired"):
        node.pop(name)
    node |= {
        "provider": clinic_reference(shown),
        "hasCourseInstance": {
            "@type": "CourseInstance",
            "courseMode": "Online",
            "courseWorkload": f"PT{minutes}M" if minutes else None,
        },
        "hasPart": [
            {"@type": "LearningResource", "name": module.title, "url": address_of(module, shown)}
            for module in shown.get("modules", ())
        ],
    }
    return [node, *questions_in(page, shown)]


@nodes_of.register
def module_nodes(page: ModulePage, shown: Mapping[str, Any]) -> list[Node]:
    """A module as a part of its course."""
    node = work(page, shown, *_page_type(page), "LearningResource")
    node["teaches"] = [block.value for block in page.objectives]
    course = shown.get("course")
    if course:
        node["isPartOf"] = {
            "@type": "Course",
            "name": course.title,
            "url": address_of(course, shown),
        }
    return [node, *questions_in(page, shown)]


@nodes_of.register
def clinician_nodes(page: ClinicianPage, shown: Mapping[str, Any]) -> list[Node]:
    """A clinician and their page."""
    who = person(page, shown) or {}
    who |= {
        "description": page.biography,
        "image": shown.get("share_picture") if page.portrait_id else None,
        "knowsAbout": page.specialties,
        "knowsLanguage": page.spoken_languages,
        "worksFor": clinic_reference(shown),
        "workLocation": [branch_node(branch) for branch in shown.get("branches", ())],
    }
    address = address_of(page, shown)
    return [{"@type": "ProfilePage", "@id": address, "url": address, "mainEntity": who}]


def branch_node(branch: Branch) -> Node:
    """One place of the clinic: where, when, by what telephone, under which licence and filing."""
    licence = credential(branch.practice_licence)
    return {
        "@type": "MedicalClinic",
        "@id": site_address(f"/#branch-{branch.slug}"),
        "url": site_address(reverse("branch", args=[branch.slug])),
        "name": in_language(branch, "name"),
        "address": in_language(branch, "address"),
        "hasMap": branch.map_url,
        "telephone": branch.telephone,
        "openingHours": in_language(branch, "hours"),
        "hasCredential": licence and {**licence, "url": branch.register_url},
        "identifier": _filing(branch.filing_number),
    }


def _filing(number: str) -> Node | None:
    """The number of a filing, under the name that the page gives it."""
    return (
        {"@type": "PropertyValue", "name": _("Filing number"), "value": number} if number else None
    )


def branch_nodes(branches: Iterable[Branch], shown: Mapping[str, Any]) -> list[Node]:
    """The places that a page is about, as parts of the clinic, and the way to the page."""
    home = (in_language(shown["clinic"], "name"), site_address(reverse("wagtail_serve", args=[""])))
    steps = [home, (_("Where to find us"), site_address(reverse("branches")))]
    if branch := shown.get("branch"):
        own = site_address(reverse("branch", args=[branch.slug]))
        steps.append((in_language(branch, "name"), own))
    clinic = clinic_reference(shown)
    places = [{**branch_node(branch), "parentOrganization": clinic} for branch in branches]
    return [*places, trail(steps) or {}]


@nodes_of.register
def home_nodes(page: HomePage, shown: Mapping[str, Any]) -> list[Node]:
    """The site with its search, and the clinic with its branches."""
    return [
        {
            "@type": "WebSite",
            "@id": site_address("/#site"),
            "url": address_of(page, shown),
            "name": in_language(shown["clinic"], "name"),
            "inLanguage": language_tag(page.locale.language_code),
            "publisher": {"@id": site_address("/#clinic")},
            "potentialAction": {
                "@type": "SearchAction",
                "target": site_address(reverse("search")) + "?q={search_term_string}",
                "query-input": "required name=search_term_string",
            },
        },
        {
            **clinic_reference(shown),
            "department": [branch_node(branch) for branch in shown["clinic_branches"]],
        },
    ]


def topic_nodes(topic: Topic, shown: Mapping[str, Any]) -> list[Node]:
    """A topic's page: a collection, under its parent where it has one."""
    home = (in_language(shown["clinic"], "name"), site_address(reverse("wagtail_serve", args=[""])))
    lineage = [topic.parent, topic] if topic.parent else [topic]
    about = [topic_reference(one) for one in lineage]
    node = {
        "@type": "CollectionPage",
        "@id": about[-1]["url"],
        "url": about[-1]["url"],
        "name": topic.label,
        "description": in_language(topic, "description"),
        "about": {"@type": "Thing", "name": topic.label},
    }
    return [node, trail([home, *((one["name"], one["url"]) for one in about)]) or {}]
