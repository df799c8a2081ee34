"""Search fields that index Chinese so that its words are found; see `cms.search_text`."""

from collections.abc import Callable
from typing import Any

from wagtail.models import Page
from wagtail.search import index

from cms.search_text import index_text, suffixes_text


class WordsField(index.SearchField):
    """A searched field, whose Chinese is indexed as characters and pairs."""

    def get_value(self, obj: Any) -> Any:
        return _each_text(super().get_value(obj), index_text)


class TitleWordsField(WordsField):
    """What `WordsField` makes of a title, beside Wagtail's own field of it; nothing for ASCII."""

    def get_value(self, obj: Any) -> str:
        title = getattr(obj, self.field_name)
        return "" if title.isascii() else index_text(title)


class TitleBeginningsField(index.AutocompleteField):
    """The ends of the Chinese runs of a title, so that the admin's search finds any part of it."""

    def get_value(self, obj: Any) -> str:
        title = getattr(obj, self.field_name)
        return "" if title.isascii() else suffixes_text(title)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return value


#: What every page of ours is searched and filtered by.
PAGE_SEARCH_FIELDS = [
    *Page.search_fields,
    TitleWordsField("title", boost=2),
    TitleBeginningsField("title"),
]
