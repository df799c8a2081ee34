"""Addresses of the classroom that have no language."""

from django.urls import path

from classroom.views import place_links

urlpatterns = [path("m/<slug:code>", place_links.open_place_link, name="place_link")]
