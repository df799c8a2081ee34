"""Addresses of the site where somebody changes their own interests and suggestions."""

from django.urls import path

from tracking.site_views import change_interest
from tracking.suggestion_views import switch_suggestions

urlpatterns = [
    path("me/interests/<slug:slug>/", change_interest, name="change_interest"),
    path("me/suggestions/", switch_suggestions, name="switch_suggestions"),
]
