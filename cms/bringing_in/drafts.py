"""Writes a text that was brought in as a draft of the one who brought it."""

import json
import uuid
from html import escape
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.authors import clinician_page_of
from cms.bringing_in.brought import Brought, Part, Picture
from cms.bringing_in.pictures import PictureRefused, collection_for, image_of
from cms.free_slugs import free_slug
from cms.models import ArticlePage, CoursePage, IndexPage, ModulePage, PiecePage
from people.models import User

#: Opens and closes a note to the author that must not go live.
NOTE_OPENS, NOTE_CLOSES = "⟦", "⟧"
LOG_ACTION = "cms.bring_in"
PLACES_SHOWN = 200


def places_for(user: User) -> list[Page]:
    """Where the user may put a text: shelves of articles, and courses for their next module."""
    allowed = PagePermissionPolicy().instances_user_has_permission_for(user, "add")
    shelves = IndexPage.objects.filter(shelf=IndexPage.Shelf.ARTICLES)
    return [*_allowed(shelves, allowed), *_allowed(CoursePage.objects.all(), allowed)]


def _allowed(pages: QuerySet, allowed: QuerySet) -> list[Page]:
    rows = pages.filter(pk__in=allowed.order_by().values("pk"), alias_of=None)
    return list(
        rows.select_related("locale").order_by("locale__language_code", "path")[:PLACES_SHOWN]
    )


def model_at(place: Page) -> type[PiecePage]:
    """What a text becomes at a place: a module in a course, an article elsewhere."""
    return ModulePage if isinstance(place, CoursePage) else ArticlePage


@transaction.atomic
def create_draft(*, brought: Brought, place: Page, user: User, name: str = "") -> PiecePage:
    """Create the draft and return it; what became of the text goes into the page's history.

    The caller has checked that the user may add pages at `place`. Pictures become images, where
    the user may add any; those that cannot be taken leave a note in the text, which stops the
    piece from going live until it is gone. `brought.left_out` grows by what was found here.
    """
    model = model_at(place)
    title = brought.title or name or _("Untitled draft")
    body = _Body(user=user, title=title, brought=brought)
    blocks = [body.block(part) for part in brought.parts]
    page = model(
        title=title,
        slug=free_slug(place=place, title=title),
        locale=place.locale,
        owner=user,
        live=False,
        standfirst=brought.standfirst,
        author=clinician_page_of(user, place.locale_id),
        body=json.dumps(blocks),
        references=json.dumps(
            [_stored("reference", {"text": one.text, "url": one.url}) for one in brought.references]
        ),
    )
    # Read anew: treebeard keeps the number of children on the object.
    Page.objects.get(pk=place.pk).add_child(instance=page)
    page.save_revision(user=user, log_action=True, clean=False)
    report = {"taken": brought.taken, "changed": brought.changed, "left_out": brought.left_out}
    log(instance=page, action=LOG_ACTION, user=user, data=report)
    return page


class _Body:
    """Turns parts into stored blocks; keeps what it needs to know for pictures."""

    def __init__(self, *, user: User, title: str, brought: Brought) -> None:
        self.user, self.title, self.brought = user, title, brought
        self.collection = collection_for(user)
        self.known: dict[bytes, Any] = {}
        self.images = 0

    def block(self, part: Part) -> dict[str, Any]:
        if part.kind == "picture":
            return self.figure(part.value["picture"], part.value["caption"])
        return _stored(part.kind, part.value)

    def figure(self, picture: Picture, caption: str) -> dict[str, Any]:
        if not picture.content:
            return _note(_where_it_stood(picture), caption)
        if self.collection is None:
            self.brought.left_out.append(_("A picture: you may not add images here."))
            return _note(_("A picture stood here. You may not add images yourself."), caption)
        image = self.known.get(picture.content)
        if image is None:
            try:
                image = image_of(
                    picture,
                    title=f"{self.title} {self.images + 1}",
                    user=self.user,
                    collection=self.collection,
                )
            except PictureRefused as refusal:
                self.brought.left_out.append(_("A picture was not taken: %s") % refusal)
                return _note(
                    _("A picture stood here that could not be taken: %s") % refusal, caption
                )
            self.known[picture.content] = image
            self.images += 1
        value = {"image": image.pk, "alt": picture.alt, "caption": caption, "credit": ""}
        return _stored("figure", value)


def _where_it_stood(picture: Picture) -> str:
    if picture.address.startswith("http"):
        return (
            _("A picture stood here: %s. Save it, upload it as a figure, and delete this line.")
            % picture.address
        )
    return _(
        "A picture stood here that was not in what you pasted. Bring the Word file itself, or "
        "upload the picture as a figure, and delete this line."
    )


def _note(text: str, caption: str) -> dict[str, Any]:
    told = f"{text} {caption}".strip()
    html = f"<p>{NOTE_OPENS}{escape(told, quote=False)}{NOTE_CLOSES}</p>"
    return _stored("paragraph", html)


def _stored(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}
