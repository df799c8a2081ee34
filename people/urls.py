"""Addresses of the package."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
