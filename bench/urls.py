"""The project's addresses and two bare views beside them; limits are lifted, as one client sends all."""

from django.urls import path

from bench import bare
from config.urls import urlpatterns as project_urls
from tracking import views
from tracking.ingest import limits

limits.LOOPBACK_LIMIT = views.VISITOR_LIMIT = limits.Limit(burst=1e12, per_second=1e12)

urlpatterns = [
    path("bench/empty", bare.empty),
    path("bench/insert", bare.insert),
    *project_urls,
]
