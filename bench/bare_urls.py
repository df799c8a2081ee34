"""The bare views alone."""

from django.urls import path

from bench import bare

urlpatterns = [path("bench/empty", bare.empty), path("bench/insert", bare.insert)]
