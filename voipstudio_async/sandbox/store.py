"""The rows of the sandbox, in SQLite.

A listing is answered in two steps: the ids of all its rows in order, which are remembered until something changes, and
the texts of those on the page. So a deep page costs as much as the first, and the total is known without counting.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from .tables import Table
from .texts import text

Row = dict[str, Any]
Line = tuple[int, int | None, str]
"""A row as it is stored: its id, its owner, its JSON text."""

MAX_ID = 2**63 - 1
_REMEMBERED_IDS = 4_000_000
_UNSEEDED = "voipstudio_seeded"


@attrs.frozen
class Query:
    """What a listing asks for, as SQL with its values apart."""

    where: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()
    order: str = "id"
    group: str = ""
    """What rows are alike in, of which only the first is wanted; empty where all are."""

    def owned(self, owner: int) -> Query:
        """Return the same query, about the rows of one owner."""
        return attrs.evolve(self, where=("owner = ?", *self.where), values=(owner, *self.values))


EVERYTHING = Query()


class Store:
    """The tables of a sandbox. It can be read while the server runs, from any thread."""

    def __init__(self, tables: Iterable[Table], database: str | os.PathLike[str] | None = None) -> None:
        self.tables = {table.name: table for table in tables}
        self._lock = threading.RLock()
        self._remembered: dict[tuple[str, Query], array[int]] = {}
        self._db = sqlite3.connect(database or ":memory:", check_same_thread=False, isolation_level=None)

    def prepare(self) -> None:
        """Make the tables, where they are not there yet."""
        # What is invented may be lost in a power cut.
        self._run_all(["PRAGMA synchronous = OFF", *(table.schema() for table in self.tables.values())])

    def close(self) -> None:
        """Close the database. What was written to a file is there."""
        with self._lock:
            self._db.close()

    # --- filling ---------------------------------------------------------------------------------------------

    @property
    def seeded(self) -> bool:
        """Whether the database was filled before: a file that is opened again."""
        return bool(self._one("SELECT 1 FROM sqlite_master WHERE name = ?", _UNSEEDED))

    def seed(self, lines: Mapping[str, Iterable[Line]]) -> None:
        """Fill the tables, all or nothing."""
        with self._lock, self._db:
            self._db.execute("BEGIN")
            for name, rows in lines.items():
                self._db.executemany(f'INSERT INTO "{name}" VALUES (?, ?, ?)', rows)
            self._db.execute(f'CREATE TABLE "{_UNSEEDED}" (at TEXT)')
        self._forget()

    def index(self) -> None:
        """Make the indexes, where they are not there yet: after the filling, which is faster so."""
        self._run_all(statement for table in self.tables.values() for statement in table.indexes())

    # --- reading ---------------------------------------------------------------------------------------------

    def page(self, name: str, query: Query, number: int, size: int) -> tuple[list[bytes], int]:
        """Return the JSON texts of one page (counted from 1), and how many rows the whole listing has."""
        with self._lock:
            ids = self.ids(name, query)
            start = (number - 1) * size
            return self._docs(name, ids[start : start + size]), len(ids)

    def ids(self, name: str, query: Query = EVERYTHING) -> array[int]:
        """Return the ids of all rows of a listing, in its order."""
        with self._lock:
            found = self._remembered.get((name, query))
            if found is None:
                where = f"WHERE {' AND '.join(query.where)}" if query.where else ""
                group = f"GROUP BY {query.group}" if query.group else ""
                id = "MIN(id) AS id" if query.group else "id"
                sql = f'SELECT {id} FROM "{name}" {where} {group} ORDER BY {query.order}'
                found = array("q", (each for (each,) in self._db.execute(sql, query.values)))
                self._remember((name, query), found)
            return found

    def doc(self, name: str, id: int) -> bytes | None:
        """Return the JSON text of one row."""
        docs = self._docs(name, array("q", [id])) if id <= MAX_ID else []
        return docs[0] if docs else None

    def has(self, name: str, id: int) -> bool:
        """Tell whether there is such a row."""
        return self.doc(name, id) is not None

    def row(self, name: str, id: int) -> Row | None:
        """Return one row as the API would print it."""
        doc = self.doc(name, id)
        return None if doc is None else json.loads(doc)

    def rows(self, name: str, owner: int | None = None) -> list[Row]:
        """Return all rows of a table, or those of one owner, in the order of their ids.

        The tables are named after their paths: ``users``, ``cdrs``, ``chatmsgs``, ``usergroups``.
        """
        return list(self.each(name, owner))

    def each(self, name: str, owner: int | None = None) -> Iterator[Row]:
        """Return the rows one after the other, for tables that are large."""
        query = EVERYTHING if owner is None else EVERYTHING.owned(owner)
        number = 1
        while docs := self.page(name, query, number, 1000)[0]:
            yield from map(json.loads, docs)
            number += 1

    def count(self, name: str, owner: int | None = None) -> int:
        """Return the number of rows of a table, or of one owner."""
        return len(self.ids(name, EVERYTHING if owner is None else EVERYTHING.owned(owner)))

    def checksum(self, name: str) -> str:
        """Return the `checksum` of all rows of a table."""
        return checksum(self.each(name))

    def owner(self, name: str, id: int) -> int | None:
        """Return the owner of a row."""
        found = self._one(f'SELECT owner FROM "{name}" WHERE id = ?', id)
        return None if found is None else found[0]

    # --- writing ---------------------------------------------------------------------------------------------

    def insert(self, name: str, row: Row, owner: int | None = None) -> Row:
        """Add a row under a new id, and give it as it is stored."""
        with self._lock, self._db:
            self._db.execute("BEGIN")
            id = self._db.execute(f'INSERT INTO "{name}" (owner, doc) VALUES (?, ?)', (owner, "{}")).lastrowid
            stored = {"id": id} | {key: value for key, value in row.items() if key != "id"}
            self._db.execute(f'UPDATE "{name}" SET doc = ? WHERE id = ?', (text(stored), id))
        self._forget()
        return stored

    def put(self, name: str, id: int, row: Row, owner: int | None = None) -> None:
        """Add a row under an id of its own."""
        with self._lock:
            self._db.execute(f'INSERT INTO "{name}" VALUES (?, ?, ?)', (id, owner, text(row)))
            self._forget()

    def replace(self, name: str, id: int, row: Row) -> None:
        """Write a row anew."""
        with self._lock:
            self._db.execute(f'UPDATE "{name}" SET doc = ? WHERE id = ?', (text(row), id))
            self._forget()

    def delete(self, name: str, id: int) -> bool:
        """Remove a row, and tell whether it was there."""
        with self._lock:
            gone = id <= MAX_ID and self._db.execute(f'DELETE FROM "{name}" WHERE id = ?', (id,)).rowcount > 0
            self._forget()
        return gone

    def delete_all(self, name: str) -> None:
        """Remove all rows of a table."""
        with self._lock:
            self._db.execute(f'DELETE FROM "{name}"')
            self._forget()

    def delete_owned(self, names: Iterable[str], owner: int) -> None:
        """Remove from some tables all that belongs to an owner."""
        with self._lock:
            for name in names:
                self._db.execute(f'DELETE FROM "{name}" WHERE owner = ?', (owner,))
            self._forget()

    def clear(self) -> None:
        """Remove all rows of all tables."""
        with self._lock:
            for name in self.tables:
                self._db.execute(f'DELETE FROM "{name}"')
            self._forget()

    # --- within ----------------------------------------------------------------------------------------------

    def _docs(self, name: str, ids: array[int]) -> list[bytes]:
        # As bytes: what is stored goes out without being decoded and encoded again.
        sql = (
            "SELECT CAST(kept.doc AS BLOB) FROM json_each(?) AS wanted"
            f' CROSS JOIN "{name}" AS kept ON kept.id = wanted.value ORDER BY wanted.key'
        )
        with self._lock:
            return [doc for (doc,) in self._db.execute(sql, (json.dumps(ids.tolist()),))]

    def _one(self, sql: str, *values: Any) -> Any:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def _run_all(self, statements: Iterable[str]) -> None:
        with self._lock:
            for statement in statements:
                self._db.execute(statement)

    def _remember(self, key: tuple[str, Query], ids: array[int]) -> None:
        if sum(map(len, self._remembered.values())) + len(ids) > _REMEMBERED_IDS or len(self._remembered) > 500:
            self._remembered.clear()
        self._remembered[key] = ids

    def _forget(self) -> None:
        with self._lock:
            self._remembered.clear()


def checksum(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return one text for a set of rows in any order: a row that is lost, changed or there twice changes it."""
    total = 0
    for row in rows:
        plain = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        total += int.from_bytes(hashlib.sha256(plain.encode()).digest(), "big")
    return f"{total % 2**256:064x}"
