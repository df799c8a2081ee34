"""Addresses of documents, under the names that Wagtail asks for."""

from django.urls import path, re_path
from wagtail.documents.views.serve import authenticate_with_password

from cms.documents import document

urlpatterns = [
    re_path(r"^(\d+)/(.*)$", document, name="wagtaildocs_serve"),
    path(
        "authenticate/<int:restriction_id>/",
        authenticate_with_password,
        name="wagtaildocs_authenticate_with_password",
    ),
]
