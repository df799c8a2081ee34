"""Every address of Wellread, put together from the packages."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from cms.api import api_router
from cms.language_views import show_page
from config.api import answer_unknown_address, api

handler404 = "cms.views.not_found"

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("api/v1/", include("tracking.urls")),
    path("api/v1/", api.urls),
    re_path(r"^api/v1/", answer_unknown_address),
    path("api/v2/", api_router.urls),
    path("media/", include("cms.media_urls")),
    path("documents/", include("cms.document_urls")),
    path("development/", include("outbox.urls")),
    path("", include("cms.root_urls")),
    path("", include("classroom.root_urls")),
    path("", include("config.health_urls")),
]
urlpatterns += i18n_patterns(
    path("", include("people.urls")),
    path("", include("tracking.site_urls")),
    path("", include("cms.urls")),
    path("", include("cms.branch_urls")),
    path("", include("classroom.urls")),
    path("", include("classroom.learning_urls")),
    re_path(wagtail_urls.serve_pattern, show_page),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
