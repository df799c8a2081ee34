"""The read API v2: Wagtail's addresses over pages, images and documents, with our fields."""

from wagtail.api.v2.router import WagtailAPIRouter

from cms.read_api.answers import kept_while_version_holds
from cms.read_api.previews import PreviewEndpoint
from cms.read_api.views import DocumentsViewSet, ImagesViewSet, PagesViewSet


class KeepingRouter(WagtailAPIRouter):
    """Wagtail's router, whose answers carry the content version and are kept while it holds."""

    def wrap_view(self, func):
        return kept_while_version_holds(super().wrap_view(func))


api_router = KeepingRouter("wagtailapi")
api_router.register_endpoint("pages", PagesViewSet)
api_router.register_endpoint("images", ImagesViewSet)
api_router.register_endpoint("documents", DocumentsViewSet)
api_router.register_endpoint("page_preview", PreviewEndpoint)
