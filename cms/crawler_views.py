"""What machines ask for before they read: robots.txt and the sitemaps; reads only."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from cms.sitemaps import LanguageSitemap
from cms.structured_data import site_address

#: Nothing for search engines: what is personal, what is a tool, what has no end.
CLOSED = ("/admin/", "/api/", "/development/", "/media/original_images/", "/language/")
CLOSED_IN_EACH_LANGUAGE = ("/search/", "/me/", "/sign-in/", "/sign-out/")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """robots.txt: what stays out, and where the sitemap is."""
    prefixes = ["", *(f"/{code}" for code, _ in settings.LANGUAGES[1:])]
    closed = [*CLOSED, *(prefix + path for prefix in prefixes for path in CLOSED_IN_EACH_LANGUAGE)]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {site_address(reverse('sitemaps'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@conditional_page
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Where the sitemap of each language is."""
    return _rendered(sitemap_views.index(request, _sitemaps(), sitemap_url_name="sitemap"))


@require_safe
@conditional_page
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    """The sitemap of one language, leaf by leaf with `?p=`."""
    if section not in dict(settings.LANGUAGES):
        raise Http404
    return _rendered(sitemap_views.sitemap(request, _sitemaps(), section=section))


def _rendered(response: TemplateResponse) -> HttpResponse:
    """The answer as plain content, of which a tag can be computed."""
    return HttpResponse(response.render().content, headers=response.headers)


def _sitemaps() -> dict[str, type[Sitemap] | Sitemap]:
    return {code: LanguageSitemap(code) for code, _ in settings.LANGUAGES}
