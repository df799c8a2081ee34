"""The pool of connections to PostgreSQL."""

import pytest
from django.db import connection

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def test_a_request_after_a_restart_of_the_database_is_served():
    """All that waited in the pool is dead then; meeting them one by one would take minutes."""
    connection.close()
    pool = connection.pool
    waiting = [pool.getconn() for _ in range(12)]
    pids = [one.info.backend_pid for one in waiting]
    for one in waiting:
        pool.putconn(one)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE pid = ANY(%s) AND pid <> pg_backend_pid()",
            [pids],
        )
        assert cursor.fetchone() == (11,)
    # The one that is alive goes to the end of the queue.
    connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
