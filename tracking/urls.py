"""Addresses of the package, under /api/v1/."""

from django.urls import path

from tracking import views

urlpatterns = [path("events", views.events, name="events")]
