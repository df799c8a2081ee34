"""Addresses of the classroom on the site."""

from django.urls import path

from classroom.views import (
    ask,
    check_in,
    join,
    my_questions,
    places,
    questionnaire,
    rehearsal,
    replay,
    room,
    room_stage,
)

urlpatterns = [
    path("class-places/<int:class_id>/keep/", places.register, name="register_for_class"),
    path("class-places/<int:class_id>/return/", places.leave, name="leave_class"),
    path(
        "class-places/<int:class_id>/keep-all/", places.register_for_all, name="register_for_series"
    ),
    path("class-places/<int:class_id>/return-all/", places.leave_all, name="leave_series"),
    path("class-places/<int:class_id>/enter/", places.enter, name="enter_class"),
    path("check-in/", check_in.show_check_in, name="check_in"),
    path("ask/", ask.ask, name="ask_question"),
    path(
        "me/questions/<int:question_id>/delete/",
        my_questions.delete_question,
        name="delete_question",
    ),
    path("rooms/<int:class_id>/", room.show_room, name="room"),
    path("rooms/<int:class_id>/replay/", replay.show_replay, name="replay"),
    path("rooms/<int:class_id>/replay/words.txt", replay.show_words, name="replay_words"),
    path("rooms/<int:class_id>/rehearsal/", rehearsal.show_rehearsal, name="rehearsal"),
    path("rooms/<int:class_id>/name/", room.choose_name, name="room_name"),
    path("rooms/<int:class_id>/stage/", room_stage.go_to_stage, name="room_stage"),
    path("join/", join.join, name="join_class"),
    path("join/question/", join.ask_beforehand, name="ask_beforehand"),
    path("join/return/", join.give_back, name="give_back"),
    path("after-class/", questionnaire.answer, name="class_questionnaire"),
    path("after-class/take-back/", questionnaire.take_back, name="take_back_reply"),
    path("me/replies/<uuid:reply_id>/delete/", questionnaire.delete_reply, name="delete_reply"),
    path("calendars/<str:token>/classes.ics", join.calendar_feed, name="calendar_feed"),
]
