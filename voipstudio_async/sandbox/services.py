"""What the sandbox does where an operation is more than reading and writing rows: logins, calls, messages, queues."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from ..entities.fields import field_specs
from .desk import Asked, Desk, Endpoint, Handler
from .refusals import Answer, Refusal, invalid, not_valid
from .texts import encoded, printed, text

# --- logins --------------------------------------------------------------------------------------------------


def login(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Log in; with a second factor a code is mailed."""
    given = desk.given(endpoint, asked)
    answer = desk.sessions.log_in(given["email"], given["password"])
    return _welcome(desk, answer)


def confirm(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Log in with a mailed code."""
    given = desk.given(endpoint, asked)
    return _welcome(desk, desk.sessions.confirm(given["nonce"], given["code"]))


def _welcome(desk: Desk, answer: dict[str, Any]) -> Answer:
    if "nonce" in answer:
        return Answer(202, encoded(answer))
    return Answer(200, encoded(answer | {"user_id": desk.owner["id"]}))


def ping(_desk: Desk, _endpoint: Endpoint, _asked: Asked) -> Answer:
    """Say that the token is good."""
    return Answer(200, b'{"data":{"response":"Pong"},"links":{}}')


def logout(desk: Desk, _endpoint: Endpoint, asked: Asked) -> Answer:
    """End the session that asks."""
    desk.sessions.end(asked.token)
    return Answer(204)


def make_token(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Make a named token, whose name must be new."""
    given = desk.given(endpoint, asked)
    if any(row.get("name") == given["name"] for row in desk.store.each("apitokens")):
        raise invalid(not_valid("name", "is already used"))
    row = {
        "token": secrets.token_hex(20),
        **given,
        "created_at": printed(desk.clock.now()),
        "user_id": desk.owner["id"],
    }
    desk.sessions.begin(row["token"], given["expiry"])
    return desk.record(text(desk.store.insert("apitokens", row)).encode(), 201)


def end_token(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """End a named token."""
    answer = desk.delete(endpoint, asked)
    desk.sessions.end(asked.key)
    return answer


# --- calls ---------------------------------------------------------------------------------------------------


def place_call(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Place a call from a user's phone, or from that of the token's owner."""
    given = desk.given(endpoint, asked)
    user = given.get("from")
    return _call(desk, given["to"], desk.owner["id"] if user is None else int(user), given.get("caller_id"))


def web_call(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Connect two outside parties."""
    given = desk.given(endpoint, asked)
    return _call(desk, given["to"], desk.owner["id"], given["from"])


def lead_call(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Call somebody and speak a text."""
    given = desk.given(endpoint, asked)
    known = {row.get("e164") for row in desk.store.each("ddis")}
    if given["caller_id"] not in known:
        raise Refusal(400, "DDI not found")
    return _call(desk, given["to"], desk.owner["id"], given["caller_id"])


def change_call(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Answer a call, transfer it, or show its agent a link."""
    id, doc = desk.demand(endpoint, asked)
    given = desk.given(endpoint, asked)
    if desk.telephony.is_live(id):
        if "state" in given:
            desk.telephony.answer(id)
        if "dst" in given:
            desk.telephony.transfer(id, given["dst"])
    else:
        known = {spec.wire for spec in field_specs(endpoint.table_entity)}
        row = json.loads(doc) | {name: value for name, value in given.items() if name in known}
        desk.store.replace("calls", id, row)
    return desk.record(desk.store.doc("calls", id) or doc)


def hang_up(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """End a call."""
    id, _ = desk.demand(endpoint, asked)
    if desk.telephony.is_live(id):
        desk.telephony.hang_up(id)
        return Answer(204)
    return desk.delete(endpoint, asked)


def _call(desk: Desk, to: str, user_id: int, shown: str | None) -> Answer:
    return Answer(201, encoded({"data": desk.telephony.place(to, user_id, shown), "links": {}}))


# --- messages, queues, numbers, buttons ----------------------------------------------------------------------


def send_sms(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Send a text message."""
    given = desk.given(endpoint, asked)
    row = {
        "created_at": printed(desk.clock.now()),
        "from": given.get("from", "442079460000"),
        "to": given["to"],
        "message": given["message"],
        "result": "OK",
        "type": "O",
        "user_id": desk.owner["id"],
    }
    return desk.record(text(desk.store.insert("sms", row)).encode(), 201)


def change_agents(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Let users join a queue, or leave it."""
    id, doc = desk.demand(endpoint, asked)
    row = json.loads(doc)
    agents: list[int] = list(row.get("users") or ())
    for change in desk.given(endpoint, asked)["users"]:
        user = change["id"]
        if not desk.store.has("users", user):
            raise invalid(not_valid("users", f"there is no user {user}"))
        if change["status"] and user not in agents:
            agents.append(user)
        elif not change["status"] and user in agents:
            agents.remove(user)
    desk.store.replace("queues", id, row | {"users": agents})
    return desk.record(desk.related(endpoint, asked, desk.store.doc("queues", id) or doc))


def assign_numbers(desk: Desk, _endpoint: Endpoint, asked: Asked) -> Answer:
    """Have numbers count calls for a campaign."""
    changes = desk.given_list(_endpoint, asked)
    rows = {row.get("e164"): row for row in desk.store.each("calltracking/ddis")}
    if any(change["e164"] not in rows for change in changes):
        raise Refusal(404)
    for change in changes:
        row = rows[change["e164"]] | {"campaign_id": change["campaign_id"]}
        desk.store.replace("calltracking/ddis", int(row["id"]), row)
    answered = [rows[change["e164"]] | {"campaign_id": change["campaign_id"]} for change in changes]
    return Answer(200, encoded({"data": answered, "total": len(answered)}))


def make_button(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Make the settings of a button: the number is written as ``ddi_e164``, and read as ``ddi``."""
    given = desk.given(endpoint, asked)
    row = {"created_at": printed(desk.clock.now()), **given, "ddi": given.get("ddi_e164")}
    row.pop("ddi_e164", None)
    return desk.record(text(desk.store.insert("callmeback/settings", row)).encode(), 201)


def invoice(desk: Desk, endpoint: Endpoint, asked: Asked) -> Answer:
    """Answer with an invoice: JSON with the document in Base64, although the path ends in ``.pdf``."""
    file = desk.file(endpoint, asked)
    _, doc = desk.demand(endpoint, asked)
    if json.loads(doc).get("result") == "PENDING":
        raise Refusal(400, "Transaction is not completed yet")
    packed = base64.b64encode(file.body).decode("ascii")
    return Answer(200, encoded({"data": {"mime_type": "application/pdf", "base64": packed}}))


OWN: dict[str, Handler] = {
    "POST /login": login,
    "POST /login2fa": confirm,
    "GET /ping": ping,
    "POST /logout": logout,
    "POST /apitokens": make_token,
    "DELETE /apitokens/{token}": end_token,
    "POST /calls": place_call,
    "PATCH /calls/{id}": change_call,
    "DELETE /calls/{id}": hang_up,
    "POST /webcalls": web_call,
    "POST /leadcalls": lead_call,
    "POST /sms": send_sms,
    "PATCH /queues/{id}": change_agents,
    "PATCH /calltracking/ddis": assign_numbers,
    "POST /callmeback/settings": make_button,
    "GET /transactions/{id}.pdf": invoice,
}
"""What serves an operation, by its method and path."""
