"""The addresses of Wagtail's v2 with our fields: lists, single pages, find; it never writes content."""

from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from wagtail.api.rich_text import APIRichText
from wagtail.api.v2.filters import SearchFilter
from wagtail.api.v2.utils import BadRequestError, page_models_from_string
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet
from wagtail.models import Page

from cms.access import Doors, doors_of
from cms.read_api.batch import Batch
from cms.read_api.frame import Frame, PlacedSite, current_frame, known_condition
from cms.read_api.plans import Plan, known_fields, plan_for
from cms.read_api.searched import WordsFilter
from cms.usage import documents_on_open_pages, shown_on_website
from outbox.problems import problem

#: What a list shows of each page where nothing else is asked for, as in stock v2.
LISTED = frozenset(
    {"id", "title", "type", "detail_url", "html_url", "slug", "first_published_at", "locale"}
)
NUL = "\0"


class ProblemsMixin:
    """Errors as problem details, in place of Wagtail's own form."""

    renderer_classes = [JSONRenderer]
    authentication_classes = [SessionAuthentication]

    def handle_exception(self, error: Exception) -> HttpResponse:
        if isinstance(error, Http404):
            return problem(404, detail="There is nothing at this address, or not for you.")
        if isinstance(error, BadRequestError):
            return problem(400, detail=str(error))
        if isinstance(error, APIException):
            answer = problem(error.status_code, detail=str(error.detail))
            if error.status_code == 405:
                answer["Allow"] = "GET, HEAD, OPTIONS"
            return answer
        return super().handle_exception(error)  # type: ignore[misc]


class PagesViewSet(ProblemsMixin, PagesAPIViewSet):
    """Pages: shapes and parameters of stock v2, every field of ours, a fixed number of queries."""

    detail_only_fields: list[str] = []
    filter_backends = [
        WordsFilter if backend is SearchFilter else backend
        for backend in PagesAPIViewSet.filter_backends
    ]
    rendered: HttpResponse | None

    @cached_property
    def frame(self) -> Frame:
        return current_frame(getattr(self.request._request, "content_version", None))

    @cached_property
    def placed_site(self) -> PlacedSite | None:
        """The site asked about: `site=` names one, else the host of the request does."""
        named = self.request.GET.get("site")
        if not named:
            return self.frame.site_of(self.request._request)
        host, _, port = named.partition(":")
        found = [
            site
            for site in self.frame.sites
            if site.hostname == host and (not port or str(site.port) == port)
        ]
        if len(found) != 1:
            raise BadRequestError("site: name one site as HOST or HOST:PORT")
        return found[0]

    @cached_property
    def doors(self) -> Doors:
        """What is closed to the one who reads, signed in by session or not at all."""
        if self.request.user.is_anonymous:
            return self.frame.doors
        return doors_of(self.request)

    @property
    def known(self) -> Q:
        """The condition of every page this reader may know of."""
        return known_condition(self.frame, self.placed_site, self.doors)

    def get_base_queryset(self):
        """Every page this reader may know of."""
        return Page.objects.filter(self.known)

    def get_queryset(self):
        """The pages of the type asked for; of one type with all columns of that type."""
        models = self._models()
        if len(models) == 1:
            return models[0].objects.filter(self.known)
        return self.get_base_queryset().type(*models) if models else self.get_base_queryset()

    def _models(self) -> tuple[type[Page], ...]:
        try:
            named = self.request.GET.get("type")
            return page_models_from_string(named) if named else ()
        except (LookupError, ValueError) as error:
            raise BadRequestError("type doesn't exist") from error

    @classmethod
    def get_available_fields(cls, model, db_fields_only: bool = False) -> list[str]:
        """The fields of the API that are columns filter and order; others are only shown."""
        names = list(known_fields(model))
        if not db_fields_only:
            return names
        columns = {field.name for field in model._meta.get_fields()}
        return [name for name in names if name in columns]

    def listing_view(self, request: HttpRequest) -> HttpResponse:
        if any(NUL in value for value in request.GET.values()):
            raise BadRequestError("null characters are not allowed")
        queryset = self.get_queryset()
        self.check_query_parameters(queryset)
        plan = plan_for(queryset.model, request.GET.get("fields"), default=LISTED)
        found = self.filter_queryset(queryset)
        if queryset.model is Page and hasattr(found, "select_related"):
            found = found.select_related("content_type")
        pages = [self.frame.know_language(page) for page in self.paginate_queryset(found)]
        items = self._shown(plan, pages)
        total = self.paginator.total_count
        return answer({"meta": {"total_count": total}, "items": items}, complete=self.complete)

    def detail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.check_query_parameters(self.get_base_queryset())
        page = self.get_object()
        plan = plan_for(type(page), request.GET.get("fields"), default=None)
        [shown] = self._shown(plan, [page])
        return answer(shown, complete=self.complete, language=page.locale.language_code)

    def get_object(self) -> Page:
        page = self.get_base_queryset().filter(pk=self.kwargs["pk"]).first()
        if page is None:
            raise Http404
        return self.frame.know_language(page.specific)

    def _shown(self, plan: Plan, pages: list[Page]) -> list[dict[str, Any]]:
        batch = Batch(
            frame=self.frame,
            site=self.placed_site,
            doors=self.doors,
            rich_text=rich_text_as(self.resolve_rich_text_format()),
        )
        shown = plan.run(pages, batch)
        self.complete = batch.pictures.complete
        return shown


def rich_text_as(wanted: str):
    """How rich text is shown in one of Wagtail's formats; None for HTML, which is ours."""
    if wanted == APIRichText.FORMAT_HTML:
        return None
    return lambda source, address_of: APIRichText.serialize(source, format=wanted)


def answer(body: Any, *, complete: bool, language: str = "") -> HttpResponse:
    """The body as JSON; one that is not complete may be kept by nobody."""
    response = HttpResponse(msgspec.json.encode(body), content_type="application/json")
    if language:
        response["Content-Language"] = language
    if not complete:
        response["Cache-Control"] = "no-store"
    return response


class ImagesViewSet(ProblemsMixin, ImagesAPIViewSet):
    """Images of visible collections, without patients who have not agreed or no longer agree."""

    def get_queryset(self) -> QuerySet:
        """The images that may be shown on the website today."""
        return shown_on_website(super().get_queryset())


class DocumentsViewSet(ProblemsMixin, DocumentsAPIViewSet):
    """Documents of visible collections that a page offers which anybody may read."""

    def get_queryset(self) -> QuerySet:
        """The documents that are there for everybody."""
        return super().get_queryset().filter(pk__in=documents_on_open_pages())
