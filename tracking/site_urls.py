"""Addresses of the site where somebody changes their own interests."""

from django.urls import path

from tracking.site_views import change_interest

urlpatterns = [path("me/interests/<slug:slug>/", change_interest, name="change_interest")]
