"""The door between a page type and what its template needs; the contexts are in the presentation modules."""

from functools import singledispatch

from django.http import HttpRequest
from wagtail.models import Page


@singledispatch
def page_context(page: Page, request: HttpRequest) -> dict:
    """What the page's template needs beside the page; each package registers its own types."""
    return {}


class Presented:
    """A page whose template context comes from `page_context`."""

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        return {**super().get_context(request, *args, **kwargs), **page_context(self, request)}
