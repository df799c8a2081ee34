"""Addresses of the site that are not pages of the tree."""

from django.urls import path

from cms import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("about-tracking/", views.about_tracking, name="about_tracking"),
]
