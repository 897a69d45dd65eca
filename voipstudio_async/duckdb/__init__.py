"""Listings as tables of DuckDB: ``select user_id, sum(charge) from cdrs group by 1``.

::

    with VoipStudio() as client, duckdb.connect() as connection:
        register(connection, client)
        print(connection.sql("select user_id, sum(charge) from cdrs where duration > 60 group by 1"))

A page is fetched when DuckDB asks for it: ``limit 3`` takes one. Columns that a query does not name are not made, and
conditions that the API has a filter for are sent to it; all of them are applied to what comes. Money adds up exactly. A
listing that may not be complete is an error.

It needs the extra ``duckdb``.
"""

from .tables import register, table

__all__ = ("register", "table")
