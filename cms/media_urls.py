"""Addresses of pictures; every other media address does not exist."""

from django.urls import re_path

from cms import media

urlpatterns = [
    re_path(r"^(?P<folder>images|original_images)/(?P<name>[^/]+)$", media.picture, name="picture"),
]
