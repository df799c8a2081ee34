"""Addresses of the package, all for development alone."""

from django.urls import path

from outbox import views

urlpatterns = [path("would-be-sent/", views.show_would_be_sent, name="would_be_sent")]
