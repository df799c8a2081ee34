"""The project's addresses and two bare views beside them; limits are lifted, as one client sends all."""

from django.urls import path

from bench import bare
from bench.stock import stock_router, uncached_router
from classroom import api as classroom_api
from config.urls import urlpatterns as project_urls
from tracking.ingest import limits

limits.LOOPBACK_LIMIT = limits.VISITOR_LIMIT = limits.Limit(burst=1e12, per_second=1e12)
classroom_api.AN_ADDRESS_A_MINUTE = classroom_api.IN_ALL_A_MINUTE = 10**12

urlpatterns = [
    path("bench/empty", bare.empty),
    path("bench/insert", bare.insert),
    path("bench/beat", bare.insert_beat),
    path("bench/bytes/<int:size>", bare.bytes_of),
    path("bench/stock/", stock_router.urls),
    path("bench/uncached/", uncached_router.urls),
    *project_urls,
]
