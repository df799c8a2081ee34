"""Addresses of the classroom on the site."""

from django.urls import path

from classroom import views

urlpatterns = [
    path("class-places/<int:class_id>/keep/", views.register, name="register_for_class"),
    path("class-places/<int:class_id>/return/", views.leave, name="leave_class"),
]
