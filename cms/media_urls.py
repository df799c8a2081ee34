"""Addresses of pictures, films and captions; every other media address does not exist."""

from django.urls import re_path

from cms import media, played

urlpatterns = [
    re_path(r"^(?P<folder>images|original_images)/(?P<name>[^/]+)$", media.picture, name="picture"),
    re_path(r"^(?P<folder>played|captions)/(?P<name>[^/]+)$", played.played, name="played"),
]
