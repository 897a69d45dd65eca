"""What the sandbox does for each kind of operation: from what was asked to an `Answer`. No HTTP in here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from ..entities.base import field_specs
from ..operations import (
    Create,
    Delete,
    DeleteConfirmed,
    Get,
    Listing,
    ListingOf,
    Operation,
    Resource,
    Show,
    Update,
    operations,
)
from .bodies import checked, read_object
from .queries import LISTING_PARAMETERS, wanted
from .refusals import Answer, Refusal, invalid, wrong
from .seed_account import audio_row
from .store import EVERYTHING, MAX_ID, Query, Row, Store
from .tables import Table, body_of, entity_of, is_moment, main_entity
from .texts import printed, text

_NO_PARAMETERS: frozenset[str] = frozenset()


@attrs.frozen
class Asked:
    """What a request asks for."""

    id: int
    """The id in its path; 0 where there is none."""
    query: Mapping[str, str]
    body: bytes
    content_type: str


@attrs.frozen
class Served:
    """What was answered by a listing: the faults change its rows between pages."""

    table: Table
    query: Query
    owner: int | None


@attrs.frozen
class Endpoint:
    """One operation of one resource, at its path."""

    resource: type[Resource[Any]]
    operation: Operation[Any, Any]

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.operation.method

    @property
    def template(self) -> str:
        """The path below the base, with its placeholder."""
        return self.operation.template(self.resource)


def endpoints(resources: Mapping[str, type[Resource[Any]]]) -> list[Endpoint]:
    """List all operations of the catalogue."""
    return [
        Endpoint(resource, operation) for resource in resources.values() for operation in operations(resource).values()
    ]


class Desk:
    """Answers requests from the store."""

    def __init__(self, store: Store, documented: bool) -> None:
        self.store = store
        self._tables = {table.entity: table for table in store.tables.values()}
        self._documented = documented

    def answer(self, endpoint: Endpoint, asked: Asked) -> tuple[Answer, Served | None]:
        """Do what was asked, or raise `Refusal`."""
        kind = next(base for base in type(endpoint.operation).__mro__ if base in _KINDS)
        allowed = LISTING_PARAMETERS if kind in (Listing, ListingOf) else _NO_PARAMETERS
        unknown = [wrong(name, "unknown parameter") for name in asked.query if name not in allowed]
        if unknown:
            raise invalid(*unknown)
        if asked.id > MAX_ID:
            raise Refusal(404)
        answer = _KINDS[kind](self, endpoint, asked)
        return answer if isinstance(answer, tuple) else (answer, None)

    def check_open(self) -> None:
        """Refuse with 401 when the account was deleted, and its tokens with it."""
        if not self.store.count("me"):
            raise Refusal(401, "Unauthorized")

    # --- reading ---------------------------------------------------------------------------------------------

    def list_all(self, endpoint: Endpoint, asked: Asked) -> tuple[Answer, Served]:
        return self._page(endpoint, asked, None)

    def list_owned(self, endpoint: Endpoint, asked: Asked) -> tuple[Answer, Served]:
        self._demand(endpoint, asked.id)
        return self._page(endpoint, asked, asked.id)

    def get(self, endpoint: Endpoint, asked: Asked) -> Answer:
        if not endpoint.operation.suffix:
            return self._record(self._demand(endpoint, asked.id))
        return self._record(self._first(self._table(endpoint), EVERYTHING.owned(asked.id)))

    def show(self, endpoint: Endpoint, _asked: Asked) -> Answer:
        doc = self._first(self._table(endpoint), EVERYTHING)
        if self._documented:
            return Answer(200, text({"data": [_as_documented(json.loads(doc))], "total": 1}).encode())
        return self._record(doc)

    # --- writing ---------------------------------------------------------------------------------------------

    def create(self, endpoint: Endpoint, asked: Asked) -> Answer:
        table = self._table(endpoint)
        row = self.store.insert(table.name, _blank(table) | _given(endpoint, asked))
        return self._record(text(row).encode(), 201)

    def update(self, endpoint: Endpoint, asked: Asked) -> Answer:
        table = self._table(endpoint)
        self._demand(endpoint, asked.id)
        row = (self.store.row(table.name, asked.id) or {}) | _given(endpoint, asked)
        self.store.replace(table.name, asked.id, row)
        return self._record(text(row).encode())

    def delete(self, endpoint: Endpoint, asked: Asked) -> Answer:
        self._demand(endpoint, asked.id)
        if endpoint.operation.suffix:
            self._reset(endpoint, asked.id)
        else:
            self.store.delete(self._main(endpoint).name, asked.id)
            self.store.delete_owned(self._belongings(endpoint), asked.id)
        return Answer(204)

    def delete_account(self, _endpoint: Endpoint, asked: Asked) -> Answer:
        if not any(me.get("customer_id") == asked.id for me in self.store.rows("me")):
            raise Refusal(403, "Access denied")
        self.store.clear()
        return Answer(204)

    # --- within ----------------------------------------------------------------------------------------------

    def _page(self, endpoint: Endpoint, asked: Asked, owner: int | None) -> tuple[Answer, Served]:
        table = self._table(endpoint)
        page = wanted(table, asked.query)
        query = page.query if owner is None else page.query.owned(owner)
        docs, total = self.store.page(table.name, query, page.page, page.limit)
        served = Served(table, query, owner)
        if self._documented and owner is not None and docs:
            return self._record(docs[0]), served
        return Answer(200, b'{"data":[%b],"total":%d}' % (b",".join(docs), total)), served

    def _record(self, doc: bytes, status: int = 200) -> Answer:
        return Answer(status, b'{"data":%b,"links":{}}' % doc)

    def _first(self, table: Table, query: Query) -> bytes:
        docs, _ = self.store.page(table.name, query, 1, 1)
        if not docs:
            raise Refusal(404)
        return docs[0]

    def _reset(self, endpoint: Endpoint, id: int) -> None:
        user = self.store.row(self._main(endpoint).name, id)
        self.store.replace(endpoint.operation.suffix, id, audio_row(user or {}))

    def _demand(self, endpoint: Endpoint, id: int) -> bytes:
        doc = self.store.doc(self._main(endpoint).name, id)
        if doc is None:
            raise Refusal(404)
        return doc

    def _table(self, endpoint: Endpoint) -> Table:
        entity = entity_of(endpoint.operation)
        assert entity is not None, "this kind of operation answers with an entity"
        return self._tables[entity]

    def _main(self, endpoint: Endpoint) -> Table:
        entity = main_entity(endpoint.resource)
        assert entity is not None, "a resource whose operations are on one thing is about an entity"
        return self._tables[entity]

    def _belongings(self, endpoint: Endpoint) -> list[str]:
        of_one = (each for each in operations(endpoint.resource).values() if each.suffix and each.on_one)
        return sorted({self._tables[entity].name for each in of_one if (entity := entity_of(each)) is not None})


def _given(endpoint: Endpoint, asked: Asked) -> Row:
    body = body_of(endpoint.operation)
    assert body is not None, "this kind of operation takes a body"
    return checked(body, read_object(asked.body, asked.content_type))


def _blank(table: Table) -> Row:
    now = printed(datetime.now(UTC))
    return {
        spec.wire: now if spec.wire == "created_at" and is_moment(spec) else None for spec in field_specs(table.entity)
    }


def _as_documented(row: Row) -> Row:
    """Print the owner of the token as the documentation does: ids and flags are texts."""
    documented = ("id", "balance", "cc", "cli", "currency_iso", "is_root", "language")
    return {
        name: value if name == "balance" or not isinstance(value, int) else str(int(value))
        for name, value in row.items()
        if name in documented
    }


Handler = Callable[[Desk, Endpoint, Asked], Answer | tuple[Answer, Served]]

_KINDS: dict[type, Handler] = {
    Listing: Desk.list_all,
    ListingOf: Desk.list_owned,
    Get: Desk.get,
    Show: Desk.show,
    Create: Desk.create,
    Update: Desk.update,
    Delete: Desk.delete,
    DeleteConfirmed: Desk.delete_account,
}
