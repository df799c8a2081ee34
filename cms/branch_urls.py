"""Addresses of the clinic's branches."""

from django.urls import path

from cms import branch_views

urlpatterns = [
    path("branches/", branch_views.branches, name="branches"),
    path("branches/<slug:slug>/", branch_views.branch, name="branch"),
]
