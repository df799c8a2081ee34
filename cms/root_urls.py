"""Addresses that have no language: what machines ask for, and switching between languages."""

from django.urls import path

from cms import crawler_views, language_views, outlet_views

urlpatterns = [
    path("robots.txt", crawler_views.robots, name="robots"),
    path("sitemap.xml", crawler_views.sitemap_index, name="sitemaps"),
    path("sitemap-<slug:section>.xml", crawler_views.sitemap, name="sitemap"),
    path("s/<slug:code>", outlet_views.short_link, name="short_link"),
    path("qr/<int:page_id>.png", outlet_views.page_code, name="page_code"),
    path("language/<slug:code>/", language_views.switch_language, name="switch_language"),
]
