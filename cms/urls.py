"""Addresses of the site that are not pages of the tree."""

from django.urls import path

from cms import feeds, language_views, outlet_views, outside_views, poll_views, views

urlpatterns = [
    path("", language_views.front_page, name="front_page"),
    path("search/", views.search, name="search"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/feed/", feeds.topic_feed, name="topic_feed"),
    path("feed/", feeds.site_feed, name="feed"),
    path("feed/clinicians/<slug:slug>/", feeds.clinician_feed, name="clinician_feed"),
    path("polls/<int:page_id>/<slug:block_id>/", poll_views.vote, name="vote"),
    path(
        "polls/<int:page_id>/<slug:block_id>/confirmed/",
        poll_views.confirmed_vote,
        name="confirmed_vote",
    ),
    path("handout/<int:page_id>/", outlet_views.handout, name="handout"),
    path("review/<str:token>/", outside_views.outside_review, name="outside_review"),
    path("about-tracking/", views.about_tracking, name="about_tracking"),
]
