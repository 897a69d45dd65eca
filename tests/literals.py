"""Every operation, and what it sends, spelled out: nothing here is read from the declarations."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs

from voipstudio_async.entities import ReportFrequency

PAGE = "?page=1&limit=100&sort=id&dir=DESC"

USER = {"id": 7206, "email": "ann@example.com"}
GROUP = {"id": 12, "name": "Sales"}
CALL = {"id": 4_294_967_301, "state": "RINGING"}
TOKEN = {"token": "0123abcd", "name": "laptop", "created_at": "2026-06-01 08:00:00"}
QUEUE = {"id": 7, "name": "Support", "users": [7206]}


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
    "ping": Literal((), "GET", "/ping", 200, one({"response": "Pong"})),
    "logout": Literal((), "POST", "/logout", 204, None),
    "auth.login": Literal(
        (),
        "POST",
        "/login",
        200,
        {"message": "Welcome", "user_token": "t0ken", "user_id": 41},
        {"email": "ann@example.com", "password": "correct-horse"},
        b'{"email":"ann@example.com","password":"correct-horse"}',
    ),
    "auth.confirm": Literal(
        (),
        "POST",
        "/login2fa",
        200,
        {"message": "Welcome", "user_token": "t0ken", "user_id": 41},
        {"nonce": "n0nce", "code": "123456"},
        b'{"code":"123456","nonce":"n0nce"}',
    ),
    "api_tokens.list": Literal((), "GET", "/apitokens" + PAGE, 200, {"data": [TOKEN], "total": 1}),
    "api_tokens.create": Literal(
        (),
        "POST",
        "/apitokens",
        201,
        one(TOKEN),
        {"name": "laptop", "expiry": timedelta(days=7)},
        b'{"name":"laptop","expiry":604800}',
    ),
    "api_tokens.delete": Literal(("0123abcd",), "DELETE", "/apitokens/0123abcd", 204, None),
    "calls.list": Literal((), "GET", "/calls" + PAGE, 200, many(CALL)),
    "calls.get": Literal((4_294_967_301,), "GET", "/calls/4294967301", 200, one(CALL)),
    "calls.place": Literal(
        (),
        "POST",
        "/calls",
        201,
        {"data": CALL},
        {"to": "+44 20 7946 0000", "from_user": 7206, "caller_id": "anonymous"},
        b'{"to":"442079460000","from":"7206","caller_id":"anonymous"}',
    ),
    "calls.answer": Literal((12,), "PATCH", "/calls/12", 200, one(CALL), {}, b'{"state":"CONNECTED"}'),
    "calls.transfer": Literal((12,), "PATCH", "/calls/12", 200, one(CALL), {"to": "101"}, b'{"dst":"101"}'),
    "calls.attach_link": Literal(
        (12,),
        "PATCH",
        "/calls/12",
        200,
        one(CALL),
        {"url": "https://crm.example.com/7", "text": "Ann Lee"},
        b'{"action_url":"https://crm.example.com/7","action_text":"Ann Lee"}',
    ),
    "calls.hang_up": Literal((12,), "DELETE", "/calls/12", 204, None),
    "web_calls.create": Literal(
        (),
        "POST",
        "/webcalls",
        201,
        one(CALL),
        {"from_number": "+44 20 7946 0001", "to": "101"},
        b'{"from":"442079460001","to":"101"}',
    ),
    "lead_calls.create": Literal(
        (),
        "POST",
        "/leadcalls",
        201,
        one({"id": 12}),
        {"to": "00442079460001", "caller_id": "442079460000", "text": "Alarm in hall 2"},
        b'{"to":"442079460001","caller_id":"442079460000","tts":"Alarm in hall 2"}',
    ),
    "recordings.list": Literal((), "GET", "/monitors" + PAGE, 200, many({"id": 5, "size": 4096})),
    "recordings.get": Literal((5,), "GET", "/monitors/5", 200, one({"id": 5, "size": 4096})),
    "recordings.download": Literal((5, os.devnull), "GET", "/monitors/5.mp3", 200, b"ID3\x04audio"),
    "conversations.list": Literal((), "GET", "/conversations" + PAGE, 200, many({"id": 5})),
    "chats.list": Literal((), "GET", "/chats" + PAGE, 200, many({"id": 5})),
    "chats.get": Literal((5,), "GET", "/chats/5", 200, one({"id": 5})),
    "chat_messages.delete_many": Literal(([5, 6],), "DELETE", "/chatmsgs/5,6", 204, None),
    "chat_messages.delete_all": Literal((), "DELETE", "/chatmsgs", 202, None, {"confirm": "chat_messages"}),
    "sms.list": Literal((), "GET", "/sms" + PAGE, 200, many({"id": 5, "from": "BANK"})),
    "sms.get": Literal((5,), "GET", "/sms/5", 200, one({"id": 5, "from": "BANK"})),
    "sms.send": Literal(
        (),
        "POST",
        "/sms",
        201,
        one({"id": 5}),
        {"to": "+44 20 7946 0001", "message": "On my way", "from_number": "442079460000"},
        b'{"to":"442079460001","message":"On my way","from":"442079460000"}',
    ),
    "sms.delete_all": Literal((), "DELETE", "/sms", 202, None, {"confirm": "sms"}),
    "voicemails.list": Literal((), "GET", "/voicemessages" + PAGE, 200, many({"id": 5})),
    "voicemails.get": Literal((5,), "GET", "/voicemessages/5", 200, one({"id": 5})),
    "voicemails.download": Literal((5, os.devnull), "GET", "/voicemessages/5.mp3", 200, b"ID3\x04audio"),
    "faxes.list": Literal((), "GET", "/faxes" + PAGE, 200, many({"id": 5})),
    "faxes.get": Literal((5,), "GET", "/faxes/5", 200, one({"id": 5})),
    "faxes.download": Literal((5, os.devnull), "GET", "/faxes/5.pdf", 200, b"%PDF-1.7 fax"),
    "transactions.list": Literal((), "GET", "/transactions" + PAGE, 200, many({"id": 5, "amount": 12.5})),
    "transactions.get": Literal((5,), "GET", "/transactions/5", 200, one({"id": 5, "amount": 12.5})),
    "transactions.download": Literal(
        (5, os.devnull),
        "GET",
        "/transactions/5.pdf",
        200,
        {"data": {"mime_type": "application/pdf", "base64": "JVBERi0xLjc="}},
    ),
    "contacts.list": Literal((), "GET", "/contacts" + PAGE, 200, many({"id": 5})),
    "contacts.get": Literal((5,), "GET", "/contacts/5", 200, one({"id": 5})),
    "contacts.create": Literal(
        (),
        "POST",
        "/contacts",
        201,
        one({"id": 5}),
        {"first_name": "Ann", "labels": ["vip", "uk"], "global_": True},
        b'{"first_name":"Ann","labels":["vip","uk"],"global":true}',
    ),
    "contacts.update": Literal((5,), "PATCH", "/contacts/5", 200, one({"id": 5}), {"notes": None}, b'{"notes":null}'),
    "contacts.move": Literal(
        ([5, 6],),
        "PATCH",
        "/contacts",
        200,
        one({"id": 5}),
        {"group_name": "Old"},
        b'[{"id":5,"group_name":"Old"},{"id":6,"group_name":"Old"}]',
    ),
    "queues.list": Literal((), "GET", "/queues" + PAGE, 200, many(QUEUE)),
    "queues.get": Literal((7,), "GET", "/queues/7", 200, one(QUEUE)),
    "queues.join": Literal(
        (7, [7206]),
        "PATCH",
        "/queues/7?include=users",
        200,
        one(QUEUE),
        {},
        b'{"users":[{"id":7206,"status":true}]}',
    ),
    "queues.leave": Literal(
        (7, [7206, 7207]),
        "PATCH",
        "/queues/7?include=users",
        200,
        one(QUEUE),
        {},
        b'{"users":[{"id":7206,"status":false},{"id":7207,"status":false}]}',
    ),
    "numbers.list": Literal((), "GET", "/ddis" + PAGE, 200, many({"id": "0044", "e164": "442079460000"})),
    "call_tracking.numbers": Literal((), "GET", "/calltracking/ddis" + PAGE, 200, many({"id": "9"})),
    "call_tracking.campaigns": Literal((), "GET", "/calltracking/campaigns" + PAGE, 200, many({"id": 9})),
    "call_tracking.assign": Literal(
        (["+44 20 7946 0000"],),
        "PATCH",
        "/calltracking/ddis",
        200,
        one({"id": "9"}),
        {"campaign_id": 9},
        b'[{"e164":"442079460000","campaign_id":9}]',
    ),
    "call_me_back.websites": Literal((), "GET", "/callmeback/websites" + PAGE, 200, many({"id": 9})),
    "call_me_back.settings": Literal((), "GET", "/callmeback/settings" + PAGE, 200, many({"id": 9})),
    "call_me_back.create": Literal(
        (),
        "POST",
        "/callmeback/settings",
        201,
        one({"id": 9}),
        {"button_id": 3, "name": "Shop", "max_call_rate": Decimal("0.15"), "allowed_countries": ["GB"]},
        b'{"button_id":3,"name":"Shop","allowed_countries":["GB"],"max_call_rate":0.15}',
    ),
    "call_me_back.delete": Literal((9,), "DELETE", "/callmeback/settings/9", 204, None),
    "report_schedules.list": Literal((), "GET", "/reportschedules" + PAGE, 200, many({"id": 9})),
    "report_schedules.create": Literal(
        (),
        "POST",
        "/reportschedules",
        201,
        one({"id": 9}),
        {
            "report_id": 2,
            "name": "Weekly",
            "emails": ["ann@example.com"],
            "frequency": ReportFrequency(type="W", time_of_day=(8,), day_of_week=(1,)),
            "start_at": date(2026, 6, 1),
        },
        b'{"report_id":2,"name":"Weekly","emails":["ann@example.com"],'
        b'"frequency":{"type":"W","time_of_day":[8],"day_of_week":[1]},"start_at":"2026-06-01"}',
    ),
}
