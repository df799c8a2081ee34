"""What the API says about every page beside its content: type, addresses, languages, search engines."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from wagtail.models import Page

from cms.read_api.batch import Batch, Wants, ancestor_paths, type_name

Show = Callable[[Page, Batch], Any]
Collect = Callable[[Page, Wants], None]


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def _type(page: Page, batch: Batch) -> str | None:
    model = type(page) if type(page) is not Page else page.content_type.model_class()
    return type_name(model) if model else None


def _detail_url(page: Page, batch: Batch) -> str | None:
    return batch.frame.detail_url(page.pk) if page.pk else None


def _html_url(page: Page, batch: Batch) -> str | None:
    return batch.frame.html_url(page.url_path) if page.url_path else None


def _want_above(page: Page, wants: Wants) -> None:
    if page.path:
        wants.ancestors.update(ancestor_paths(page.path))


def _want_alias(page: Page, wants: Wants) -> None:
    if page.alias_of_id:
        wants.pages.add(page.alias_of_id)


def _want_twins(page: Page, wants: Wants) -> None:
    wants.translations.add(page.translation_key)


def is_indexed(page: Page) -> bool:
    """Tell whether search engines may list a page; imported ones nobody reviewed here are not."""
    return bool(getattr(page, "reviewed_here", True))


def _seo(page: Page, batch: Batch) -> dict[str, Any]:
    described = getattr(page, "standfirst", "") or getattr(page, "introduction", "")
    return {
        "title": page.seo_title or page.title,
        "description": page.search_description or described,
        "canonical_url": _html_url(page, batch),
        "robots": "index, follow" if is_indexed(page) else "noindex",
    }


_seo.keys = ("title", "description", "canonical_url", "robots")  # type: ignore[attr-defined]

# Wagtail's own first, in their order, then ours.
FIELDS: dict[str, tuple[Show, Collect | None]] = {
    "type": (_type, None),
    "detail_url": (_detail_url, None),
    "html_url": (_html_url, None),
    "slug": (lambda page, batch: page.slug, None),
    "show_in_menus": (lambda page, batch: page.show_in_menus, None),
    "seo_title": (lambda page, batch: page.seo_title, None),
    "search_description": (lambda page, batch: page.search_description, None),
    "first_published_at": (lambda page, batch: _moment(page.first_published_at), None),
    "alias_of": (lambda page, batch: batch.stub(page.alias_of_id), _want_alias),
    "parent": (lambda page, batch: batch.parent(page), _want_above),
    "locale": (lambda page, batch: page.locale.language_code, None),
    "last_published_at": (lambda page, batch: _moment(page.last_published_at), None),
    "translation_key": (lambda page, batch: str(page.translation_key), None),
    "translations": (lambda page, batch: batch.translations(page), _want_twins),
    "breadcrumbs": (lambda page, batch: batch.ancestors(page), _want_above),
    "seo": (_seo, None),
}
