"""The door between a page type and what its template needs; the contexts are in the presentation modules."""

from collections.abc import Callable
from functools import singledispatch

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


@singledispatch
def page_context(page: Page, request: HttpRequest) -> dict:
    """What the page's template needs beside the page; each package registers its own types."""
    return {}


#: Packages above add what depends on who reads: a place kept, progress in a course.
reader_context: list[Callable[[Page, HttpRequest], dict]] = []


class Presented:
    """A page whose template context comes from `page_context`.

    An editor previews it on the reference site, or in the clinic's own front end where there is one.
    """

    @property
    def preview_modes(self) -> list[tuple[str, str | Promise]]:
        """The front end first where one is named: there it will be read."""
        from cms.front_end import MODE, has_front_end  # it knows services, which know the models

        own = [(MODE, _("Your front end"))] if has_front_end() else []
        return [*own, ("", _("Reference site"))]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from cms.front_end import MODE, front_end_frame, has_front_end

        if mode_name == MODE and has_front_end():
            return front_end_frame(request, self)
        return super().serve_preview(request, "")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        context = {**super().get_context(request, *args, **kwargs), **page_context(self, request)}
        for add in reader_context:
            context |= add(self, request)
        return context
