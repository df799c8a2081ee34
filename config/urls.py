"""Every address of Wellread, put together from the packages."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from cms.api import api_router
from config.api import answer_unknown_address, api

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("api/v1/", include("tracking.urls")),
    path("api/v1/", api.urls),
    re_path(r"^api/v1/", answer_unknown_address),
    path("api/v2/", api_router.urls),
    path("media/", include("cms.media_urls")),
    path("development/", include("outbox.urls")),
    path("", include("config.health_urls")),
]
urlpatterns += i18n_patterns(
    path("", include("people.urls")),
    path("", include("tracking.site_urls")),
    path("", include("cms.urls")),
    path("", include("classroom.urls")),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
