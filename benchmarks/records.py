"""What is decoded: users of 12 fields, call records of 32 with a quarter of them null, as the API prints them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

Record = dict[str, Any]

USER: dict[str, Any] = {
    "id": int,
    "active": bool,
    "created_at": datetime,
    "customer": int,
    "email": str,
    "first_name": str,
    "is_initial": bool,
    "is_root": bool,
    "last_name": str,
    "roles": str,
    "two_factor_auth": bool,
    "visited_apps": Any,
}
"""The fields of a user with the types that a careful programmer gives them."""

CDR: dict[str, Any] = {
    "id": int,
    "call_id": int,
    "live_id": int,
    "parent_live_id": int,
    "root_live_id": int,
    "user_id": int,
    "sip_endpoint_id": int,
    "server_id": int,
    "is_root": bool,
    "type": str,
    "calldate": datetime,
    "duration": int,
    "billsec": int,
    "disposition": str,
    "destination": str,
    "context": str,
    "clid": str,
    "src": str,
    "src_name": str,
    "src_ua": str,
    "src_codec": str,
    "dst": str,
    "dst_id": str,
    "dst_name": str,
    "dst_ua": str,
    "dst_codec": str,
    "rate": Decimal,
    "charge": Decimal,
    "t_cause": str,
    "info": str,
    "labels": list[str],
    "nb_notes": int,
}
"""The fields of a call record, the same way."""

FIRST_ID = 10_000_000


def user(number: int) -> Record:
    """Make a user."""
    return {
        "id": FIRST_ID + number,
        "active": number % 7 > 0,
        "created_at": f"2024-0{number % 9 + 1}-17 08:{number % 60:02d}:05",
        "customer": 4711,
        "email": f"user{number}@example.com",
        "first_name": "Ada",
        "is_initial": False,
        "is_root": number % 50 == 0,
        "last_name": f"Lovelace{number % 100}",
        "roles": "ROLE_USER",
        "two_factor_auth": False,
        "visited_apps": None,
    }


def cdr(number: int) -> Record:
    """Make a call record."""
    return {
        "id": FIRST_ID + number,
        "call_id": 700_000_000 + number,
        "live_id": 4_700_000_000 + number,
        "parent_live_id": None,
        "root_live_id": 4_700_000_000 + number,
        "user_id": 7206 + number % 20,
        "sip_endpoint_id": None,
        "server_id": 3,
        "is_root": True,
        "type": "O",
        "calldate": f"2025-03-{number % 28 + 1:02d} {number % 24:02d}:{number % 60:02d}:41",
        "duration": number % 900,
        "billsec": number % 880,
        "disposition": "CONNECTED",
        "destination": "out",
        "context": "LOCAL_USER",
        "clid": f'"Ada Lovelace" <+442071838{number % 1000:03d}>',
        "src": f"442071838{number % 1000:03d}",
        "src_name": "Ada Lovelace",
        "src_ua": None,
        "src_codec": "OPUS",
        "dst": f"447{number % 10**9:09d}",
        "dst_id": str(number % 20),
        "dst_name": None,
        "dst_ua": None,
        "dst_codec": None,
        "rate": 0.0235,
        "charge": round(number % 900 * 0.0235 / 60, 4),
        "t_cause": "Normal Clearing",
        "info": None,
        "labels": [],
        "nb_notes": None,
    }


MAKERS: dict[str, Callable[[int], Record]] = {"user": user, "cdr": cdr}
FIELDS = {"user": USER, "cdr": CDR}
DATES = {"user": "created_at", "cdr": "calldate"}


def rows(kind: str, count: int) -> list[Record]:
    """Make records as they should be."""
    return [MAKERS[kind](number) for number in range(count)]


def with_unknown(records: list[Record], fields: int = 1) -> list[Record]:
    """Let the API have grown: fields that nobody declared, in every record."""
    return [record | {f"grown_{index}": f"value {index}" for index in range(fields)} for record in records]


def with_misfits(records: list[Record], field: str) -> list[Record]:
    """Let one record in a hundred have a value that does not fit its type."""
    return [record | {field: "n/a"} if number % 100 == 50 else record for number, record in enumerate(records)]


def with_zero_dates(records: list[Record], field: str) -> list[Record]:
    """Let one record in ten have the database's zero for a date."""
    zero = {field: "0000-00-00 00:00:00"}
    return [record | zero if number % 10 == 5 else record for number, record in enumerate(records)]


def page(records: list[Record]) -> bytes:
    """Print a page of a listing, as small as JSON can be."""
    envelope = {"data": records, "total": len(records)}
    return json.dumps(envelope, separators=(",", ":")).encode()


def single(record: Record) -> bytes:
    """Print the answer of an operation on one thing."""
    return json.dumps({"data": record, "links": {}}, separators=(",", ":")).encode()
