"""Django's PostgreSQL with a pool that gets over a restart of the database at once."""

from django.db.backends.postgresql import base
from psycopg import Connection, Error
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Empties the pool as soon as one of its connections turns out to be dead.

    After a restart all of them are. The pool's own check meets them one by one and waits between
    them, each time twice as long, so a request would give up before it came to a live one.
    `CONN_HEALTH_CHECKS` stays off, as this check takes its place.
    """

    def get_new_connection(self, conn_params: dict) -> Connection:
        connection = super().get_new_connection(conn_params)
        if self.pool:
            try:
                ConnectionPool.check_connection(connection)
            except Error:
                self.pool.drain()
                self.pool.putconn(connection)
                connection = super().get_new_connection(conn_params)
        return connection
