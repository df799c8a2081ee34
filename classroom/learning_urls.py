"""Addresses of courses taken, certificates and follows on the site."""

from django.urls import path

from classroom.views import certificates, following, learning

urlpatterns = [
    path("learning/courses/<int:course_id>/enrol/", learning.enrol_in_course, name="enrol"),
    path("learning/courses/<int:course_id>/leave/", learning.leave, name="leave_course"),
    path(
        "learning/courses/<int:course_id>/certificate/",
        certificates.ask_for_certificate,
        name="ask_for_certificate",
    ),
    path("learning/modules/<int:module_id>/done/", learning.finish_module, name="finish_module"),
    path("learning/modules/<int:module_id>/check/", learning.answer_check, name="answer_check"),
    path("me/learning/", learning.show_my_learning, name="my_learning"),
    path("me/calendar/new/", learning.renew_calendar, name="renew_calendar"),
    path("me/certificates/<str:serial>/", certificates.show_my_certificate, name="my_certificate"),
    path("certificates/<str:serial>/", certificates.verify_certificate, name="verify_certificate"),
    path("follows/<int:clinician_id>/begin/", following.follow, name="follow_clinician"),
    path("follows/<int:clinician_id>/end/", following.unfollow, name="unfollow_clinician"),
]
