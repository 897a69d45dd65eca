"""Rows that a test adds to an account: typed and checked as entities are, and stored as the API would print them."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from .. import entities as e
from ..entities.base import Entity
from ..entities.fields import field_specs
from ..errors import DecodeError
from ..wire.codec import codec
from .access import TokenCheck
from .clock import Clock
from .seed_account import audio_row
from .store import Row, Store
from .tables import is_moment
from .texts import encoded, printed

E = TypeVar("E", bound=Entity)

_LIVE = 8_000_000_000
"""Where the live ids of added calls begin: above those of the invented ones."""


class Adder:
    """Adds rows to the tables of a sandbox."""

    def __init__(self, store: Store, tokens: TokenCheck, clock: Clock, customer: int) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock
        self._customer = customer
        self._names = {table.entity: table.name for table in store.tables.values()}

    def add(self, entity: type[E], owner: e.User | int | None, fields: dict[str, Any]) -> E:
        """Add a row of any declared entity, to a user's own ones if there is an owner."""
        if entity not in self._names:
            raise ValueError(f"the sandbox has no table of {entity.__name__}")
        id = None if owner is None else self._owner(owner)
        specs = field_specs(entity)
        if id is not None and any(spec.name == "user_id" for spec in specs):
            fields = {"user_id": id} | fields
        now = printed(self._clock.now())
        blank: Row = {spec.wire: now if spec.wire == "created_at" and is_moment(spec) else None for spec in specs}
        stored = self._store.insert(self._names[entity], blank | _checked(entity, fields), id)
        return _read(entity, stored)

    def add_user(self, name: str, fields: dict[str, Any]) -> e.User:
        """Add a user; the first one of an account without users is the owner of its token."""
        first, _, last = name.partition(" ")
        number = self._store.count("users") + 1
        is_first = number == 1
        known: dict[str, Any] = {
            "first_name": first or None,
            "last_name": last or None,
            "active": True,
            "customer": self._customer,
            "email": f"added{number}@example.com",
            "ext": str(1000 + number),
            "is_initial": is_first,
            "is_root": is_first,
            "roles": ("ROLE_ADMIN", "ROLE_USER") if is_first else ("ROLE_USER",),
            "dnd": False,
            "nb_sip_locations": 1,
        }
        user = self.add(e.User, None, known | fields)
        self._store.insert(self._names[e.UserAudio], audio_row(user.to_dict()), user.id)
        if is_first:
            self._hand_over(user)
        return user

    def add_call(self, user: e.User | int, talk: int, leg_of: e.Cdr | None, fields: dict[str, Any]) -> e.Cdr:
        """Add the record of a call, or of a further leg of one."""
        kind = fields.get("type", "I" if talk else "M")
        if talk and kind == "M":
            raise ValueError(f"a missed call has no talk, got talk={talk}")
        known: dict[str, Any] = {
            "type": kind,
            "disposition": "CONNECTED" if talk else "NO ANSWER",
            "calldate": leg_of.calldate if leg_of else self._clock.now().replace(microsecond=0),
            "billsec": talk,
            "duration": talk + 5,
            "destination": "out" if kind == "O" else "in",
            "context": "LOCAL_USER",
            "is_root": leg_of is None,
        }
        record = self.add(e.Cdr, user, known | fields)
        live = _LIVE + record.id
        root = leg_of.root_live_id if leg_of else live
        ids = {"call_id": record.id, "live_id": live, "root_live_id": root, "parent_live_id": root if leg_of else None}
        row = record.to_dict() | {name: value for name, value in ids.items() if name not in fields}
        self._store.replace(self._names[e.Cdr], record.id, row)
        return _read(e.Cdr, row)

    def _owner(self, owner: e.User | int) -> int:
        id = owner.id if isinstance(owner, e.User) else owner
        if not self._store.has(self._names[e.User], id):
            raise ValueError(f"the account has no user {id}")
        return id

    def _hand_over(self, user: e.User) -> None:
        (me,) = self._store.rows("me")
        shown = {"id": user.id, "email": user.email, "first_name": user.first_name, "last_name": user.last_name}
        self._store.replace("me", me["id"], me | shown)
        self._tokens.user_id, self._tokens.email = user.id, user.email or ""


def _checked(entity: type[Entity], fields: dict[str, Any]) -> Row:
    """Write fields as the API prints them, or refuse those that the entity has not, or cannot hold."""
    names = {spec.name for spec in field_specs(entity)} - {"id"} | {"extra"}
    for name in fields.keys() - names:
        near = difflib.get_close_matches(name, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"{entity.__name__} has no field {name!r} to give{hint}")
    make = cast("Callable[..., Any]", entity)
    row: Row = make(id=1, **{name: _in_utc(value) for name, value in fields.items()}).to_dict()
    for name, value in row.items():
        _check_json(entity, name, value)
    _read(entity, row)
    return row


def _check_json(entity: type[Entity], name: str, value: Any) -> None:
    try:
        encoded(value)
    except (TypeError, ValueError):
        raise ValueError(f"{entity.__name__}: {name} cannot be {value!r}") from None


def _read(entity: type[E], row: Row) -> E:
    try:
        (read,) = codec(UTC, strict=True).rows(entity, encoded({"data": [row], "total": 1})).items
    except DecodeError as error:
        raise ValueError(f"{entity.__name__}: {error}") from None
    return read


def _in_utc(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
