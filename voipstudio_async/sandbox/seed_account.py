"""An invented account: who works there, and what is around them. The same seed gives the same rows.

The forms are the live API's: naive date-times, seconds for live calls, digits as text, words for enumerations, nulls
where a user left something empty, and here and there a field that no page documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

from .. import entities as e
from ..entities.base import Entity
from ..entities.fields import FieldType, Kind, WireForm, field_specs
from . import seed_office
from .account import DAYS, FIRST_NAMES, LAST_NAMES, Account
from .seed_calls import Employee, call_lines
from .store import Line, Row
from .tables import Table
from .texts import printed, text

_GROUPS = ("Sales", "Support", "Billing", "Field", "Partners", "Research", "Reception", "Night")
_COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
_CITIES = ("Lisbon", "London", "Kraków", "Madrid", "Paris", "Berlin")
_MESSAGES = (
    "Can you call the customer back?",
    "On my way",
    "Der Kunde ist in der Leitung",
    "Voilà, c'est fait ✔",
    'She said "tomorrow"',
)


def lines(account: Account, table: Table) -> Iterator[Line]:
    """Return the rows of one table as they are stored. An entity that has no maker here gets rows of a plain kind."""
    if table.entity is e.Cdr:
        return call_lines(account.users, account.calls, account.dice("cdrs"), account.start, DAYS)
    make = _MAKERS.get(table.entity)
    rows = (
        make(account, account.dice(table.name))
        if make
        else _plain_rows(account, table.entity, account.dice(table.name))
    )
    return ((int(row["id"]), owner, text(row)) for owner, row in rows)


def audio_row(user: Row, greeting: str = "default") -> Row:
    """Make what ``/users/{id}/audio`` answers: documented is a user; the rest of it stands for the unknown."""
    documented = {spec.wire: user.get(spec.wire) for spec in field_specs(e.UserAudio)}
    return documented | {"greeting": greeting, "greeting_seconds": None if greeting == "default" else 12}


Rows = Iterator[tuple[int | None, Row]]


def _user(account: Account, employee: Employee, dice: Random) -> Row:
    is_first = employee.number == 0
    return {
        "id": employee.id,
        "active": dice.random() < 0.95,
        "created_at": printed(account.start - timedelta(seconds=dice.randrange(1, 900 * 86400))),
        "customer": account.customer,
        "email": employee.email,
        "first_name": employee.first_name,
        "is_initial": is_first,
        "is_root": is_first or dice.random() < 0.1,
        "last_name": employee.last_name if dice.random() < 0.97 else None,
        "roles": ["ROLE_ADMIN", "ROLE_USER"] if is_first else ["ROLE_USER"],
        "two_factor_auth": int(dice.random() < 0.3),
        "visited_apps": dice.choice([None, ["dashboard"], ["dashboard", "softphone"]]),
        "ext": employee.extension,
        "dnd": dice.random() < 0.1,
        "cli": employee.number_shown if dice.random() < 0.9 else None,
        "nb_sip_locations": dice.choice([0, 1, 1, 1, 2]),
        "timezone": dice.choice(["Europe/London", "Europe/Warsaw", None]),
    }


def _users(account: Account, dice: Random) -> Rows:
    return ((None, _user(account, employee, dice)) for employee in account.users)


def _audio(account: Account, dice: Random) -> Rows:
    for _, user in _users(account, account.dice("users")):
        yield user["id"], audio_row(user, dice.choice(["default", "custom"]))


def _me(account: Account, dice: Random) -> Rows:
    owner = account.owner or Employee(account.owner_id, 0, "Ada", "Adams")
    yield (
        None,
        {
            "id": owner.id,
            "balance": dice.randrange(1, 50_000) / 100,
            "cc": "GB",
            "cli": owner.number_shown,
            "currency_iso": "GBP",
            "is_root": True,
            "language": "en",
            "email": owner.email,
            "first_name": owner.first_name,
            "last_name": owner.last_name,
            "customer_id": account.customer,
            "sip_domain": "sip.example.com",
            "sip_password": f"{dice.getrandbits(64):016x}",
            "plan": "unlimited",
        },
    )


def _groups(_account: Account, dice: Random) -> Rows:
    id = dice.randrange(90_000, 95_000)
    for name in _GROUPS[: 4 + dice.randrange(4)]:
        id += dice.randrange(1, 40)
        yield None, {"id": id, "color": dice.choice([*_COLORS, None]), "name": name}


def _queue_groups(account: Account, dice: Random) -> Rows:
    return ((None, {"id": row["id"], "name": f"{row['name']} queue"}) for _, row in _groups(account, dice))


def _policies(account: Account, dice: Random) -> Rows:
    return ((None, row | {"name": f"{row['name']} may call abroad"}) for _, row in _groups(account, dice))


def _contact(account: Account, employee: Employee, id: int, dice: Random) -> Row:
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    colleague = dice.choice(account.users).id if dice.random() < 0.2 else None
    return {
        "id": id,
        "created_at": account.moment(dice),
        "first_name": first,
        "last_name": last,
        "global": dice.random() < 0.2,
        "group_name": dice.choice([None, "Customers", "Suppliers"]),
        "internal": colleague is not None,
        "rel_user_id": colleague,
        "user_id": employee.id,
        "email": f"{first}.{last}@example.org".lower() if dice.random() < 0.7 else None,
        "tel": f"4420{dice.randrange(10**8):08d}",
        "mobile": f"447{dice.randrange(10**9):09d}" if dice.random() < 0.5 else None,
        "notes": dice.choice([None, "prefers mornings", "50% off, see contract_7"]),
        "labels": dice.choice([[], ["vip"], ["vip", "lead"]]),
        "city": dice.choice(_CITIES),
    }


def _contacts(account: Account, dice: Random) -> Rows:
    id = 40_000
    for employee in account.users:
        for _ in range(dice.randrange(7)):
            id += dice.randrange(1, 4)
            yield employee.id, _contact(account, employee, id, dice)


def _chat_messages(account: Account, dice: Random) -> Rows:
    id = 90_000
    for employee in account.users:
        for _ in range(dice.randrange(9)):
            id += dice.randrange(1, 4)
            yield (
                employee.id,
                {
                    "id": id,
                    "created_at": account.moment(dice),
                    "user_id": employee.id,
                    "rel_user_id": dice.choice(account.users).id,
                    "message": dice.choice(_MESSAGES),
                    "read": dice.random() < 0.8,
                },
            )


def _live_calls(account: Account, dice: Random) -> Rows:
    id = 4_294_967_296 + dice.randrange(10**6)
    end = int(account.end.timestamp())
    for employee in account.users:
        if employee.number == 0 or dice.random() < 0.15:
            id += dice.randrange(1, 500)
            yield employee.id, _live_call(employee, id, end - dice.randrange(1, 900), dice)


def _live_call(employee: Employee, id: int, start: int, dice: Random) -> Row:
    state = dice.choice(["RINGING", "CONNECTED", "CONNECTED", "ON_HOLD"])
    destination = f"447{dice.randrange(10**9):09d}"
    return {
        "id": id,
        "state": state,
        "start_time": start,
        "connected_at": None if state == "RINGING" else start + dice.randrange(2, 30),
        "src": employee.number_shown,
        "src_id": str(employee.id),
        "src_name": employee.name,
        "src_ua": "Softphone (Linux)",
        "src_codec": None if state == "RINGING" else "OPUS",
        "dst": destination,
        "dst_id": "0",
        "dst_name": "United Kingdom - Mobile",
        "dst_rate": 0.0235,
        "dst_connection": 0.0,
        "min_charge": 0.0,
        "clid": f'"{employee.name}" <+{employee.number_shown}>',
        "destination": "out",
        "context": "LOCAL_USER",
        "duration": dice.randrange(900),
        "monitor_state": "OFF",
        "parent_id": None,
        "queue_state": None,
        "server": "eu-1",
    }


_MAKERS: dict[type[Entity], Callable[[Account, Random], Rows]] = {
    e.User: _users,
    e.UserAudio: _audio,
    e.Me: _me,
    e.UserGroup: _groups,
    e.UserGroupPolicy: _policies,
    e.QueueGroup: _queue_groups,
    e.Contact: _contacts,
    e.ChatMessage: _chat_messages,
    e.Call: _live_calls,
    **seed_office.MAKERS,
}


def _plain_rows(account: Account, entity: type[Entity], dice: Random, count: int = 5) -> Rows:
    forms = {spec.wire: spec.form for spec in field_specs(entity)}
    for id in range(1, count + 1):
        written = str(id) if forms.get("id") is WireForm.DIGITS else id
        yield None, _plain_record(account, entity, dice) | {"id": written}


def _plain_record(account: Account, cls: type, dice: Random, depth: int = 0) -> Row:
    return {spec.wire: _plain_value(account, spec.type, spec.wire, dice, depth) for spec in field_specs(cls)}


def _plain_value(account: Account, of: FieldType, wire: str, dice: Random, depth: int) -> Any:
    if of.form is WireForm.EPOCH:
        return int((account.start + timedelta(seconds=dice.randrange(10**6))).timestamp())
    if of.form is WireForm.DIGITS:
        return str(dice.randrange(10**6))
    if of.known:
        return dice.choice(of.known)
    if of.items is not None and depth < _DEEPEST:
        return [_plain_value(account, of.items, wire, dice, depth + 1) for _ in range(2)]
    if of.nested is not None and depth < _DEEPEST:
        return _plain_record(account, of.nested, dice, depth + 1)
    if Kind.MOMENT in of.kinds or Kind.DAY in of.kinds:
        return account.moment(dice)[: None if Kind.MOMENT in of.kinds else 10]
    return next((make(wire, dice) for kind, make in _PLAIN if kind in of.kinds), None)


_DEEPEST = 2
"""Levels of lists and objects in an invented value: a class may hold others of its own."""
_PLAIN: tuple[tuple[Kind, Callable[[str, Random], Any]], ...] = (
    (Kind.TEXT, lambda wire, dice: f"{wire} {dice.randrange(1000)}"),
    (Kind.MONEY, lambda _, dice: dice.randrange(10**5) / 100),
    (Kind.FLOAT, lambda _, dice: dice.randrange(10**5) / 1000),
    (Kind.BOOLEAN, lambda _, dice: dice.random() < 0.5),
    (Kind.INTEGER, lambda _, dice: dice.randrange(1000)),
    (Kind.LIST, lambda _, __: []),
    (Kind.MAPPING, lambda _, __: {}),
)
