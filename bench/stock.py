"""Wagtail's own v2 on our pages, as a project without a read API of its own would have it."""

from wagtail.api import APIField
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet

from cms.api_fields import BatchField
from cms.read_api.views import PagesViewSet


class StockPages(PagesAPIViewSet):
    """The columns, relations and topics of our pages by Wagtail's serializers alone."""

    @classmethod
    def get_body_fields(cls, model):
        fields = super().get_body_fields(model)
        columns = {field.name for field in model._meta.get_fields()}
        plain = [field for field in fields if field.name in columns | {"ends_at"}]
        stock = [APIField(f.name) if isinstance(f.serializer, BatchField) else f for f in plain]
        return [*stock, APIField("page_topics")]


stock_router = WagtailAPIRouter("stock")
stock_router.register_endpoint("pages", StockPages)
# Ours, as it is where nothing is kept.
uncached_router = WagtailAPIRouter("uncached")
uncached_router.register_endpoint("pages", PagesViewSet)
