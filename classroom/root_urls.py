"""Addresses of the classroom that have no language."""

from django.urls import path

from classroom.views import place_links, room

urlpatterns = [
    path("m/<slug:code>", place_links.open_place_link, name="place_link"),
    path("media/slides/<str:name>", room.slide_file, name="room_slide"),
    path("media/room-pictures/<str:name>", room.picture_file, name="room_picture"),
    path("media/room-voices/<str:name>", room.voice_file, name="room_voice"),
]
