"""Every operation, and what it sends, spelled out: nothing here is read from the declarations."""

from __future__ import annotations

from typing import Any

import attrs

PAGE = "?page=1&limit=100&sort=id&dir=DESC"

USER = {"id": 7206, "email": "ann@example.com"}
GROUP = {"id": 12, "name": "Sales"}


def one(record: dict[str, Any]) -> dict[str, Any]:
    return {"data": record, "links": {}}


def many(record: dict[str, Any]) -> dict[str, Any]:
    return {"data": [record], "total": 1}


@attrs.frozen
class Literal:
    """A call, and the request that it must be on the wire."""

    args: tuple[Any, ...]
    method: str
    target: str
    """The path below the base URL, with its query."""
    status: int
    answer: Any
    options: dict[str, Any] = attrs.field(factory=dict)
    body: bytes = b""


LITERALS: dict[str, Literal] = {
    "me": Literal((), "GET", "/me", 200, one({"id": "41", "email": "ann@example.com"})),
    "users.list": Literal((), "GET", "/users" + PAGE, 200, many(USER)),
    "users.get": Literal((7206,), "GET", "/users/7206", 200, one(USER)),
    "users.delete": Literal((7206,), "DELETE", "/users/7206", 204, None),
    "users.contacts": Literal((7206,), "GET", "/users/7206/contacts" + PAGE, 200, many({"id": 5})),
    "users.cdrs": Literal((7206,), "GET", "/users/7206/cdrs" + PAGE, 200, many({"id": 5})),
    "users.chat_messages": Literal((7206,), "GET", "/users/7206/chatmsgs" + PAGE, 200, many({"id": 5})),
    "users.calls": Literal((7206,), "GET", "/users/7206/calls" + PAGE, 200, many({"id": 4_294_967_301})),
    "users.audio": Literal((7206,), "GET", "/users/7206/audio", 200, one(USER)),
    "users.reset_audio": Literal((7206,), "DELETE", "/users/7206/audio", 204, None),
    "queue_groups.list": Literal((), "GET", "/queuegroups" + PAGE, 200, many(GROUP)),
    "queue_groups.create": Literal(
        (), "POST", "/queuegroups", 201, one(GROUP), {"name": "Support"}, b'{"name":"Support"}'
    ),
    "queue_groups.get": Literal((3575,), "GET", "/queuegroups/3575", 200, one(GROUP | {"id": 3575})),
    "queue_groups.update": Literal(
        (3575,), "PATCH", "/queuegroups/3575", 200, one(GROUP | {"id": 3575}), {"name": "Help"}, b'{"name":"Help"}'
    ),
    "queue_groups.delete": Literal((3575,), "DELETE", "/queuegroups/3575", 204, None),
    "user_groups.list": Literal((), "GET", "/usergroups" + PAGE, 200, many(GROUP)),
    "user_groups.create": Literal(
        (),
        "POST",
        "/usergroups",
        201,
        one(GROUP),
        {"name": "Sales", "color": "#ff8800"},
        b'{"name":"Sales","color":"#ff8800"}',
    ),
    "user_groups.get": Literal((9662,), "GET", "/usergroups/9662", 200, one(GROUP | {"id": 9662})),
    "user_groups.update": Literal(
        (9662,), "PATCH", "/usergroups/9662", 200, one(GROUP | {"id": 9662}), {"color": None}, b'{"color":null}'
    ),
    "user_groups.delete": Literal((9662,), "DELETE", "/usergroups/9662", 204, None),
    "user_group_policies.list": Literal((), "GET", "/usergrouppolicies" + PAGE, 200, many(GROUP)),
    "user_group_policies.create": Literal(
        (), "POST", "/usergrouppolicies", 201, one(GROUP), {"name": "Night"}, b'{"name":"Night"}'
    ),
    "user_group_policies.get": Literal((4155,), "GET", "/usergrouppolicies/4155", 200, one(GROUP | {"id": 4155})),
    "user_group_policies.update": Literal(
        (4155,),
        "PATCH",
        "/usergrouppolicies/4155",
        200,
        one(GROUP | {"id": 4155}),
        {"name": "Day", "color": "blue"},
        b'{"name":"Day","color":"blue"}',
    ),
    "user_group_policies.delete": Literal((4155,), "DELETE", "/usergrouppolicies/4155", 204, None),
    "customers.delete": Literal((88,), "DELETE", "/customers/88", 204, None, {"confirm": 88}),
    "cdrs.list": Literal((), "GET", "/cdrs" + PAGE, 200, many({"id": 5})),
    "cdrs.get": Literal((5,), "GET", "/cdrs/5", 200, one({"id": 5})),
}
