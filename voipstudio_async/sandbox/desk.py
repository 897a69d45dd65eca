"""The desk of the sandbox: from what was asked to an `Answer`, read from and written to the store. No HTTP in here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from ..entities.base import Entity
from ..entities.fields import field_specs
from ..operations import Answers, Operation, Resource, operations
from .bodies import checked, read_list, read_object
from .queries import LISTING_PARAMETERS, Limits, wanted
from .refusals import Answer, Refusal, invalid, wrong
from .relations import names, with_related
from .seed_account import audio_row
from .sessions import Sessions
from .store import EVERYTHING, MAX_ID, Query, Row, Store
from .tables import Table, is_moment, main_entity
from .telephony import Telephony
from .texts import printed, text


@attrs.frozen
class Asked:
    """What a request asks for."""

    key: str
    """What stands in its path for what it is about: an id, several ids, a token; empty where nothing does."""
    query: Mapping[str, str]
    body: bytes
    content_type: str
    token: str = ""
    """Whose it is."""

    @property
    def ids(self) -> list[int]:
        """The ids in its path."""
        # No id has so many digits; Python refuses to read thousands of them.
        return [int(id) if re.fullmatch(r"[0-9]{1,30}", id) else 10**30 for id in self.key.split(",")]


@attrs.frozen
class Served:
    """What was answered by a listing: the faults change its rows between pages."""

    table: Table
    query: Query
    owner: int | None


@attrs.frozen
class Endpoint:
    """What is done with one method at one path: an operation, or several that differ in their bodies alone."""

    resource: type[Resource[Any]]
    operations: tuple[Operation[Any, Any], ...]

    @property
    def operation(self) -> Operation[Any, Any]:
        """The operation, or the first: what they share is read off it."""
        return self.operations[0]

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.operation.method

    @property
    def table_entity(self) -> type[Entity]:
        """The entity that is answered with."""
        assert self.operation.entity is not None, "looked at as the sandbox starts"
        return self.operation.entity

    @property
    def template(self) -> str:
        """The path below the base, with its placeholder."""
        return self.operation.template(self.resource)

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters of the query that it knows."""
        is_listing = self.method == "GET" and self.operation.answers is Answers.MANY
        listing = LISTING_PARAMETERS if is_listing else frozenset[str]()
        return listing.union(names(each for one in self.operations for each in one.parameters))

    def __str__(self) -> str:
        names = " and ".join(f"{self.resource.__name__}.{each.name}" for each in self.operations)
        return f"{names} ({self.method} {self.template})"


Handler = Callable[["Desk", Endpoint, Asked], Answer | tuple[Answer, Served]]
"""What serves an endpoint."""

_FILE_SIZE = 4096
"""Bytes of a file whose row tells no size."""


class Desk:
    """Answers requests from the store."""

    def __init__(
        self, store: Store, documented: bool, sessions: Sessions, telephony: Telephony, limits: Limits
    ) -> None:
        self.store = store
        self.sessions = sessions
        self.telephony = telephony
        self.clock = telephony.clock
        self._limits = limits
        self._tables = {table.entity: table for table in store.tables.values()}
        self._documented = documented

    def answer(self, handler: Handler, endpoint: Endpoint, asked: Asked) -> tuple[Answer, Served | None]:
        """Do what was asked, or raise `Refusal`."""
        known = endpoint.parameters
        unknown = [wrong(name, "unknown parameter") for name in asked.query if name not in known]
        if unknown:
            raise invalid(*unknown)
        self.telephony.tick()
        answer = handler(self, endpoint, asked)
        return answer if isinstance(answer, tuple) else (answer, None)

    def check_open(self) -> None:
        """Refuse with 401 when the account was deleted, and its tokens with it."""
        if not self.store.count("me"):
            raise Refusal(401, "Unauthorized")

    # --- reading ---------------------------------------------------------------------------------------------

    def list_all(self, endpoint: Endpoint, asked: Asked) -> tuple[Answer, Served]:
        return self._page(endpoint, asked, None)

    def list_owned(self, endpoint: Endpoint, asked: Asked) -> tuple[Answer, Served]:
        owner, _ = self.demand(endpoint, asked)
        return self._page(endpoint, asked, owner)

    def get(self, endpoint: Endpoint, asked: Asked) -> Answer:
        id, doc = self.demand(endpoint, asked)
        if endpoint.operation.suffix:
            doc = self._first(self._table(endpoint), EVERYTHING.owned(id))
        return self.record(self.related(endpoint, asked, doc))

    def file(self, endpoint: Endpoint, asked: Asked) -> Answer:
        id, doc = self.demand(endpoint, asked)
        file = endpoint.operation.file
        assert file is not None, "looked at as the sandbox starts"
        told = json.loads(doc).get("size")
        size = told if isinstance(told, int) else _FILE_SIZE
        content = file.beginnings[0] + b"%d\n" % id
        return Answer(200, (content * (size // len(content) + 1))[:size], {"Content-Type": file.media})

    def show(self, endpoint: Endpoint, _asked: Asked) -> Answer:
        doc = self._first(self._table(endpoint), EVERYTHING)
        if self._documented and endpoint.operation.answers is Answers.ONE_OR_LIST:
            return Answer(200, text({"data": [_as_documented(json.loads(doc))], "total": 1}).encode())
        return self.record(doc)

    # --- writing ---------------------------------------------------------------------------------------------

    def create(self, endpoint: Endpoint, asked: Asked) -> Answer:
        table = self._table(endpoint)
        given = _kept(table, self.given(endpoint, asked))
        row = self.store.insert(table.name, _blank(table, self.clock.now()) | given)
        return self.record(text(row).encode(), endpoint.operation.success[0])

    def update(self, endpoint: Endpoint, asked: Asked) -> Answer:
        id, doc = self.demand(endpoint, asked)
        row = self._changed(self._main(endpoint), id, doc, self.given(endpoint, asked))
        return self.record(self.related(endpoint, asked, row), endpoint.operation.success[0])

    def update_many(self, endpoint: Endpoint, asked: Asked) -> Answer:
        table = self._table(endpoint)
        changes = self.given_list(endpoint, asked)
        docs = {change.get("id"): self.store.doc(table.name, change.get("id") or MAX_ID) for change in changes}
        rows: list[bytes] = []
        for change in changes:
            id, doc = change.get("id"), docs[change.get("id")]
            if id is None or None in docs.values() or doc is None:
                raise Refusal(404)
            rows.append(self._changed(table, id, doc, change))
        return Answer(200, b'{"data":[%b],"total":%d}' % (b",".join(rows), len(rows)))

    def act(self, endpoint: Endpoint, asked: Asked) -> Answer:
        if endpoint.operation.key is not None:
            self.demand(endpoint, asked)
        self.given(endpoint, asked)
        return Answer(endpoint.operation.success[0])

    def delete(self, endpoint: Endpoint, asked: Asked) -> Answer:
        id, _ = self.demand(endpoint, asked)
        if endpoint.operation.suffix:
            self._reset(endpoint, id)
        else:
            self.store.delete(self._main(endpoint).name, id)
            self.store.delete_owned(self._belongings(endpoint), id)
        return Answer(204)

    def delete_many(self, endpoint: Endpoint, asked: Asked) -> Answer:
        name = self._main(endpoint).name
        if any(self.store.doc(name, id) is None for id in asked.ids):
            raise Refusal(404)
        for id in asked.ids:
            self.store.delete(name, id)
        return Answer(204)

    def delete_all(self, endpoint: Endpoint, _asked: Asked) -> Answer:
        self.store.delete_all(self._main(endpoint).name)
        return Answer(endpoint.operation.success[0])

    def delete_account(self, _endpoint: Endpoint, asked: Asked) -> Answer:
        if not any(me.get("customer_id") in asked.ids for me in self.store.rows("me")):
            raise Refusal(403, "Access denied")
        self.store.clear()
        return Answer(204)

    @property
    def owner(self) -> Row:
        """The owner of the token."""
        return dict(json.loads(self._first(self.store.tables["me"], EVERYTHING)))

    def given(self, endpoint: Endpoint, asked: Asked) -> Row:
        """Return the fields of the body, or refuse it."""
        if all(each.body is None for each in endpoint.operations):
            return {}
        given = read_object(asked.body, asked.content_type)
        return checked(_body(endpoint, given), given)

    def given_list(self, endpoint: Endpoint, asked: Asked) -> list[Row]:
        """Return the fields of all bodies of a list, or refuse it."""
        return [checked(_body(endpoint, each), each) for each in read_list(asked.body, asked.content_type)]

    # --- within ----------------------------------------------------------------------------------------------

    def _page(self, endpoint: Endpoint, asked: Asked, owner: int | None) -> tuple[Answer, Served]:
        table = self._table(endpoint)
        page = wanted(table, asked.query, self._limits)
        query = page.query if owner is None else page.query.owned(owner)
        docs, total = self.store.page(table.name, query, page.page, page.limit)
        if endpoint.operation.parameters:
            docs = [self.related(endpoint, asked, doc) for doc in docs]
        served = Served(table, query, owner)
        if self._documented and owner is not None and docs:
            return self.record(docs[0]), served
        return Answer(200, b'{"data":[%b],"total":%d}' % (b",".join(docs), total)), served

    def record(self, doc: bytes, status: int = 200) -> Answer:
        return Answer(status, b'{"data":%b,"links":{}}' % doc)

    def _first(self, table: Table, query: Query) -> bytes:
        docs, _ = self.store.page(table.name, query, 1, 1)
        if not docs:
            raise Refusal(404)
        return docs[0]

    def _reset(self, endpoint: Endpoint, id: int) -> None:
        user = self.store.row(self._main(endpoint).name, id)
        self.store.replace(endpoint.operation.suffix, id, audio_row(user or {}))

    def demand(self, endpoint: Endpoint, asked: Asked) -> tuple[int, bytes]:
        """Return the id and the text of the row that a request is about, or refuse with 404."""
        table, key = self._main(endpoint), endpoint.operation.key
        if key is None or key.name == "id":
            id = asked.ids[0]
        else:
            query = Query((f"{table.column(key.name)} = ?",), (asked.key,))
            id = next(iter(self.store.ids(table.name, query)), MAX_ID)
        doc = self.store.doc(table.name, id)
        if doc is None:
            raise Refusal(404)
        return id, doc

    def _changed(self, table: Table, id: int, doc: bytes, change: Row) -> bytes:
        row = json.loads(doc) | _kept(table, change)
        self.store.replace(table.name, id, row)
        return text(row).encode()

    def related(self, endpoint: Endpoint, asked: Asked, doc: bytes) -> bytes:
        """Put objects in the place of their ids, where the request asks for a relation."""
        return with_related(self.store, self._tables, endpoint.operation.parameters, asked.query, doc)

    def _table(self, endpoint: Endpoint) -> Table:
        entity = endpoint.operation.entity
        assert entity is not None, "looked at as the sandbox starts"
        return self._tables[entity]

    def _main(self, endpoint: Endpoint) -> Table:
        entity = main_entity(endpoint.resource)
        assert entity is not None, "looked at as the sandbox starts"
        return self._tables[entity]

    def _belongings(self, endpoint: Endpoint) -> list[str]:
        of_one = (each for each in operations(endpoint.resource).values() if each.suffix and each.key is not None)
        return sorted({self._tables[each.entity].name for each in of_one if each.entity is not None})


def _body(endpoint: Endpoint, given: Row) -> type:
    """Find the body that is meant, where several operations share a place: the one that has most of these fields."""
    bodies = dict.fromkeys(each.body for each in endpoint.operations if each.body is not None)
    return max(bodies, key=lambda body: len({spec.wire for spec in field_specs(body)} & given.keys()))


def _blank(table: Table, now: datetime) -> Row:
    return {
        spec.wire: printed(now) if spec.wire == "created_at" and is_moment(spec) else None
        for spec in field_specs(table.entity)
    }


def _kept(table: Table, given: Row) -> Row:
    """Write fields as they are read: what is sent as a day is answered as its midnight."""
    days = {name for name, spec in table.fields.items() if is_moment(spec) and _is_day(given.get(name))}
    return {name: f"{value} 00:00:00" if name in days else value for name, value in given.items()}


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) is not None


def _as_documented(row: Row) -> Row:
    """Print the owner of the token as the documentation does: ids and flags are texts."""
    documented = ("id", "balance", "cc", "cli", "currency_iso", "is_root", "language")
    return {
        name: value if name == "balance" or not isinstance(value, int) else str(int(value))
        for name, value in row.items()
        if name in documented
    }
