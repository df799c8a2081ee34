"""Loads the demo clinic's topics, people who publish, pictures and pieces; dates hang on today."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from wagtail.models import Page

from cms.models import (
    ArticlePage,
    ClinicianPage,
    ClinicImage,
    ComicPage,
    CoursePage,
    IndexPage,
    ModulePage,
    PageTopic,
    Topic,
    TopicAlias,
)
from cms.services.demo_files import (
    FOLDER,
    LANGUAGES,
    body_of,
    demo_file,
    demo_pieces,
    key_of,
    moment,
    references_of,
    stored,
)
from cms.services.demo_reviews import load_demo_licences, put_up, renew_reviews
from cms.services.site import ensure_home, ensure_locale, ensure_shelf
from cms.signals import pages_published
from people.models import Branch, User
from people.roles import Role

FOLDERS = ("articles", "comics", "courses")
NEXT_REVIEW_AFTER = timedelta(days=365)
SPOKEN = {
    "en": {"en": "English", "zh-hans": "Mandarin"},
    "zh-hans": {"en": "英语", "zh-hans": "普通话"},
}
SHELVES_IN_CHINESE = {"classes": "课堂", "clinicians": "医生"}


class DemoContent:
    """The demo content as it is being loaded: finds what an earlier load made, makes the rest."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.clinic = demo_file("clinic.json")
        self.topics: dict[str, Topic] = {}
        self.images: dict[str, ClinicImage] = {}
        self.clinicians: dict[tuple[str, str], ClinicianPage] = {}
        self.pages: dict[str, Page] = {}
        self.fresh: list[int] = []

    def load(self) -> None:
        """Make everything that is missing; what a user changed stays as it is."""
        self._load_homes()
        self._load_topics()
        self.images = {name: self._image(name, alt) for name, alt in picture_texts().items()}
        for entry in self.clinic["clinicians"]:
            for language in LANGUAGES:
                self._load_clinician(entry, language)
        for piece in demo_pieces("articles"):
            self._load_piece(piece, ArticlePage, IndexPage.Shelf.ARTICLES, self._article(piece))
        for piece in demo_pieces("comics"):
            self._load_piece(piece, ComicPage, IndexPage.Shelf.COMICS, self._comic(piece))
        for piece in demo_pieces("courses"):
            self._load_course(piece)
        pages_published.send(Page, page_ids=self.fresh)

    def _load_homes(self) -> None:
        for language in LANGUAGES:
            home = ensure_home(language)
            if not home.welcome:
                home.title = home.draft_title = self.clinic["name"][language]
                home.welcome = self.clinic["tagline"][language]
                home.introduction = self.clinic["introduction"][language]
                home.save()
            for shelf in ("articles", "comics", "courses", "classes", "clinicians"):
                page = ensure_shelf(shelf=shelf, language=language)
                title = SHELVES_IN_CHINESE.get(shelf)
                if language == "zh-hans" and title and page.title != title:
                    page.title = page.draft_title = title
                    page.save()

    def _load_topics(self) -> None:
        for entry in self.clinic["topics"]:
            topic, made = Topic.objects.get_or_create(
                slug=entry["slug"],
                defaults={
                    "name": entry["name"]["en"],
                    "name_zh": entry["name"]["zh-hans"],
                    "description": entry["description"]["en"],
                    "description_zh": entry["description"]["zh-hans"],
                    "parent": self.topics.get(entry["parent"]),
                    "sensitive": entry["sensitive"],
                },
            )
            if made:
                TopicAlias.objects.bulk_create(
                    TopicAlias(topic=topic, name=name, language=language)
                    for language, names in entry["aliases"].items()
                    for name in names
                )
            self.topics[entry["slug"]] = topic

    def _image(self, name: str, alt: str) -> ClinicImage:
        title = f"Demo: {name}"
        found = ClinicImage.objects.filter(title=title).first()
        if found:
            return found
        with (FOLDER / name).open("rb") as file:
            image = ClinicImage(title=title, description=alt[:255], credit="Wellread")
            image.file.save(Path(name).name, ImageFile(file), save=False)
            image.save()
        return image

    def _load_clinician(self, entry: dict, language: str) -> None:
        slug = entry["slug"]
        english = self.clinicians.get((slug, "en"))
        page = self._child(
            ClinicianPage,
            parent=ensure_shelf(shelf=IndexPage.Shelf.CLINICIANS, language=language),
            slug=slug,
            twin=english,
            fields={
                "title": entry["name"][language],
                "role": entry["title"][language],
                "specialties": listed(entry["specialties"][language], language),
                "spoken_languages": listed(
                    [SPOKEN[language][code] for code in entry["languages"]], language
                ),
                "professional_licence": entry["licence"][language],
                "biography": entry["biography"][language],
                "portrait": self.images[entry["portrait"]],
                "user": User.objects.filter(username=slug, is_demo=True).first(),
            },
        )
        if page.pk in self.fresh:
            page.branches.set(Branch.objects.filter(slug__in=entry["branches"]))
            page.save()
        self.clinicians[slug, language] = page

    def _child(
        self,
        model: type[Page],
        *,
        parent: Page,
        slug: str,
        twin: Page | None,
        fields: dict[str, Any],
    ) -> Any:
        """The child of that slug, made live where it is missing."""
        found = model.objects.child_of(parent).filter(slug=slug).first()
        if found:
            return found
        page = model(slug=slug, locale=parent.locale, **fields)
        page.first_published_at = page.last_published_at = fields.get(
            "first_published_at", self.now
        )
        if twin is not None:
            page.translation_key = twin.translation_key
        put_up(
            page,
            under=type(parent).objects.get(pk=parent.pk),
            reviewer=fields.get("reviewer"),
            reviewed_at=fields.get("reviewed_at") or self.now.date(),
            due_at=fields.get("next_review_at") or self.now.date(),
        )
        self.fresh.append(page.pk)
        return page

    def _load_piece(
        self, piece: dict, model: type[Page], shelf: str, fields: dict[str, Any]
    ) -> None:
        page = self._child(
            model,
            parent=ensure_shelf(shelf=shelf, language=piece["language"]),
            slug=piece["slug"],
            twin=self.pages.get(piece["twin_of"] or ""),
            fields={**self.piece_fields(piece, piece["language"]), **fields},
        )
        self.give_topics(page, piece["topics"])
        self.pages[piece["key"]] = page

    def piece_fields(self, piece: dict, language: str) -> dict[str, Any]:
        """The fields that every piece has, in one language."""
        author = self.clinicians[piece["author"], language]
        cover = (piece.get("cover") or {}).get("image")
        return {
            "title": piece["title"],
            "standfirst": piece["standfirst"],
            "author": author,
            "reviewer": self.clinicians[piece["reviewer"], language],
            "cover": self.images[cover] if cover else None,
            "references": references_of(piece),
            "owner": author.user,
            **dates_of(piece, now=self.now),
        }

    def give_topics(self, page: Page, topics: list[dict]) -> None:
        """Put weighted topics on a page that was just made."""
        if page.pk in self.fresh:
            PageTopic.objects.bulk_create(
                PageTopic(
                    content_object_id=page.pk, tag=self.topics[item["slug"]], weight=item["weight"]
                )
                for item in topics
            )

    def _article(self, piece: dict) -> dict[str, Any]:
        return {
            "key_facts": stored([("fact", fact) for fact in piece["key_facts"]]),
            "body": body_of(piece["body"], self.images),
        }

    def _comic(self, piece: dict) -> dict[str, Any]:
        names = {character["slug"]: character["name"] for character in piece["characters"]}
        panels = []
        for panel in piece["panels"]:
            bubbles = [
                {**bubble, "speaker": names[bubble["speaker"]]} for bubble in panel["bubbles"]
            ]
            value = {
                "image": self.images[panel["image"]].pk,
                "alt": panel["alt"],
                "narration": panel["narration"],
                "bubbles": bubbles,
            }
            panels.append({"id": panel["id"], "type": "panel", "value": value})
        return {
            "cover": self.images[piece["panels"][1]["image"]],
            "panels_in_order": json.dumps(panels),
            "afterword": piece["after"],
        }

    def _load_course(self, course: dict) -> None:
        self._load_piece(course, CoursePage, IndexPage.Shelf.COURSES, {})
        parent = self.pages[course["key"]]
        for module in course["modules"]:
            piece = {**course, "standfirst": "", "cover": None, **module}
            lessons = [
                block
                for lesson in module["lessons"]
                for block in [{"type": "heading", "text": lesson["title"]}, *lesson["blocks"]]
            ]
            page = self._child(
                ModulePage,
                parent=parent,
                slug=module["slug"],
                twin=self.pages.get(piece["twin_of"] or ""),
                fields={
                    **self.piece_fields(piece, course["language"]),
                    "objectives": stored([("objective", text) for text in module["objectives"]]),
                    "minutes": module["minutes"],
                    "body": body_of(lessons, self.images),
                    "check_questions": stored([("question", module["check"])]),
                },
            )
            self.give_topics(page, module["topics"])
            self.pages[module["key"]] = page


def dates_of(piece: dict, *, now: datetime) -> dict[str, Any]:
    """When a piece was published and reviewed, and is due again, counted from today."""
    published_at = moment(now=now, days=-piece["days_ago_published"])
    reviewed_at = published_at.date() - timedelta(days=1)
    return {
        "first_published_at": published_at,
        "last_published_at": published_at,
        "reviewed_at": reviewed_at,
        "next_review_at": reviewed_at + NEXT_REVIEW_AFTER,
    }


def listed(words: list[str], language: str) -> str:
    """Words as a list in a sentence."""
    return ("、" if language == "zh-hans" else ", ").join(words)


def picture_texts() -> dict[str, str]:
    """Every picture of the demo clinic with its English text alternative."""
    texts = {
        entry["portrait"]: entry["portrait_alt"]["en"]
        for entry in demo_file("clinic.json")["clinicians"]
    }
    pieces = [piece for folder in FOLDERS for piece in demo_pieces(folder)]
    for piece in reversed(pieces):  # the English ones come last and win
        texts.update(dict(_pictures_in(piece)))
    return texts


def _pictures_in(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("image"), str):
            yield value["image"], value.get("alt", "")
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _pictures_in(inner)


def load_demo_content(*, now: datetime) -> dict[str, Page]:
    """Load what is missing of the demo content; returns its pages by key."""
    load_demo_licences()
    content = DemoContent(now=now)
    content.load()
    return content.pages


def renew_demo_content(*, now: datetime) -> None:
    """Count the dates of the demo pieces from today again; words and topics stay as they are."""
    groups = [(ArticlePage, "articles"), (ComicPage, "comics"), (CoursePage, "courses")]
    pieces = [(model, piece) for model, folder in groups for piece in demo_pieces(folder)]
    for course in demo_pieces("courses"):
        pieces += [(ModulePage, {**course, **module}) for module in course["modules"]]
    for model, piece in pieces:
        pages = model.objects.filter(
            slug=piece["slug"], locale__language_code=piece["language"], author__user__is_demo=True
        )
        dates = dates_of(piece, now=now)
        pages.update(**dates)
        renew_reviews(
            list(pages.values_list("pk", flat=True)),
            reviewed_at=dates["reviewed_at"],
            due_at=dates["next_review_at"],
        )


def load_demo_branches() -> None:
    """Make the clinic's branches that are missing."""
    for entry in demo_file("clinic.json")["branches"]:
        Branch.objects.get_or_create(
            slug=entry["slug"],
            defaults={
                "name": entry["name"]["en"],
                "name_zh": entry["name"]["zh-hans"],
                "address": entry["address"]["en"],
                "address_zh": entry["address"]["zh-hans"],
                "hours": entry["hours_text"]["en"],
                "hours_zh": entry["hours_text"]["zh-hans"],
                "telephone": entry["telephone"],
                "practice_licence": entry["licence_no"],
                "filing_number": entry["filing_no"],
                "complaint_contact": entry["complaints"]["en"],
                "complaint_contact_zh": entry["complaints"]["zh-hans"],
            },
        )


#: Demo logins for work: username, role, first name, last name. `None` is the administrator.
DEMO_STAFF = [
    ("shen-yu", Role.CLINICIAN, "Shen", "Yu"),
    ("lin-qiao", Role.CLINICIAN, "Lin", "Qiao"),
    ("arjun-mehta", Role.REVIEWER, "Arjun", "Mehta"),
    ("editor", Role.EDITOR, "Ruth", "Adler"),
    ("he-xiaoman", Role.CONSULTANT, "He", "Xiaoman"),
    ("marketing", Role.MARKETING, "Jonas", "Feld"),
    ("admin", None, "Ada", "Keeper"),
]


def load_demo_staff(*, encoded_password: str) -> None:
    """Make one login a role; they work only in development and on private hosts."""
    for username, role, first_name, last_name in DEMO_STAFF:
        user, made = User.objects.get_or_create(
            username=username,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "email": f"{username}@heronlane.example.com",
                "password": encoded_password,
                "is_demo": True,
                "is_superuser": role is None,
                "is_staff": role is None,
            },
        )
        if made and role is not None:
            user.groups.add(Group.objects.get(name=role.value))


def remove_demo_content() -> int:
    """Delete the demo's pages, pictures, topics without other pages, branches and logins."""
    removed = 0
    slugs = {piece["slug"] for folder in FOLDERS for piece in demo_pieces(folder)}
    for model in (ArticlePage, ComicPage, CoursePage):
        pages = model.objects.filter(slug__in=slugs, author__user__is_demo=True)
        removed += _delete_pages(pages)
    removed += _delete_pages(ClinicianPage.objects.filter(user__is_demo=True))
    people = {entry["slug"] for entry in demo_file("clinic.json")["clinicians"]}
    removed += _delete_pages(ClinicianPage.objects.filter(user=None, slug__in=people))
    for image in ClinicImage.objects.filter(title__startswith="Demo: "):
        image.delete()
        removed += 1
    topics = [entry["slug"] for entry in demo_file("clinic.json")["topics"]]
    for topic in Topic.objects.filter(slug__in=topics, page_items=None, merged_from=None):
        topic.delete()
        removed += 1
    removed += Branch.objects.filter(
        slug__in=[entry["slug"] for entry in demo_file("clinic.json")["branches"]]
    ).delete()[0]
    return removed + User.objects.filter(is_demo=True).delete()[0]


def _delete_pages(pages: Iterable[Page]) -> int:
    count = 0
    for page in list(pages):
        Page.objects.get(pk=page.pk).delete()
        count += 1
    return count


def forget_welcome() -> None:
    """Take the demo clinic's words off the front pages."""
    for language in LANGUAGES:
        home = ensure_home(language)
        clinic = demo_file("clinic.json")
        if home.welcome == clinic["tagline"][language]:
            home.welcome = ""
        if home.introduction == clinic["introduction"][language]:
            home.introduction = ""
        home.save()


__all__ = [
    "DEMO_STAFF",
    "ensure_locale",
    "forget_welcome",
    "key_of",
    "load_demo_branches",
    "load_demo_content",
    "load_demo_staff",
    "remove_demo_content",
    "renew_demo_content",
]
