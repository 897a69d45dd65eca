"""What an invented account has besides people and calls: numbers, queues, recordings, messages, invoices.

The forms are those that are known of the live API; fields that no page documents are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

from .. import entities as e
from ..entities.base import Entity
from .account import Account
from .store import Row
from .texts import printed

Rows = Iterator[tuple[int | None, Row]]

_BYTES_A_SECOND = 2000
_TEXTS = ("Your code is 4711", "On my way", "Can you call back?", "Termin am Montag um 9", "Merci ✔")
_QUEUES = ("Sales", "Support", "Billing")


def _ids(dice: Random, first: int, count: int) -> Iterator[int]:
    id = first + dice.randrange(1000)
    for _ in range(count):
        id += dice.randrange(1, 9)
        yield id


def _outside(dice: Random) -> str:
    return f"447{dice.randrange(10**9):09d}"


def _inside(account: Account, dice: Random) -> str:
    return dice.choice(account.users).number_shown if account.users else "442079460000"


def _user(account: Account, dice: Random) -> int:
    return dice.choice(account.users).id if account.users else account.owner_id


def _recordings(account: Account, dice: Random) -> Rows:
    for id in _ids(dice, 300_000, min(account.calls // 4, 400)):
        seconds, inbound = dice.randrange(5, 240), dice.random() < 0.5
        here, there = _inside(account, dice), _outside(dice)
        yield (
            None,
            {
                "id": id,
                "timestamp": account.moment(dice),
                "caller": there if inbound else here,
                "called": here if inbound else there,
                "duration": seconds,
                "type": "I" if inbound else "O",
                "size": seconds * _BYTES_A_SECOND,
                "call_id": 4_294_967_296 + dice.randrange(10**6),
                "user_id": _user(account, dice),
            },
        )


def _sms(account: Account, dice: Random) -> Rows:
    for id in _ids(dice, 500_000, 12):
        inbound = dice.random() < 0.5
        here, there = _inside(account, dice), dice.choice([_outside(dice), "BANK"]) if inbound else _outside(dice)
        yield (
            None,
            {
                "id": id,
                "created_at": account.moment(dice),
                "from": there if inbound else here,
                "to": here if inbound else there,
                "message": dice.choice(_TEXTS),
                "result": "OK",
                "type": "I" if inbound else "O",
                "user_id": _user(account, dice),
            },
        )


def _voicemails(account: Account, dice: Random) -> Rows:
    for id in _ids(dice, 600_000, 8):
        yield (
            None,
            {
                "id": id,
                "origtime": account.moment(dice),
                "caller": f"00{_outside(dice)}" if dice.random() < 0.3 else _outside(dice),
                "dialled": _inside(account, dice),
                "duration": dice.randrange(3, 90),
                "folder": dice.choice(["INBOX", "Old"]),
                "is_new": dice.random() < 0.5,
            },
        )


def _faxes(account: Account, dice: Random) -> Rows:
    for number, id in enumerate(_ids(dice, 700_000, 6)):
        inbound = dice.random() < 0.5
        here, there = _inside(account, dice), _outside(dice)
        yield (
            None,
            {
                "id": id,
                "created_at": account.moment(dice),
                "from": there if inbound else here,
                "to": here if inbound else there,
                "pages": dice.randrange(1, 9),
                "status": dice.choice(["SUCCESS", "SUCCESS", "FAILED"]),
                "type": "I" if inbound else "O",
                "filename": f"fax {number + 1}.pdf",
            },
        )


def _transactions(account: Account, dice: Random) -> Rows:
    for id in _ids(dice, 800_000, 9):
        yield (
            None,
            {
                "id": id,
                "created_at": account.moment(dice),
                "amount": dice.randrange(100, 50_000) / 100,
                "currency_iso": "GBP",
                "type": dice.choice(["TOPUP", "SUBSCRIPTION"]),
                "result": dice.choice(["SUCCESS", "SUCCESS", "PENDING"]),
            },
        )


def _conversations(account: Account, dice: Random) -> Rows:
    for id in _ids(dice, 900_000, 10):
        yield (
            None,
            {
                "id": id,
                "created_at": account.moment(dice),
                "channel": dice.choice(["CALL", "SMS", "CHAT"]),
                "src": _outside(dice),
                "dst": _inside(account, dice),
                "duration": dice.randrange(600),
                "type": dice.choice("OI"),
            },
        )


def _queues(account: Account, dice: Random) -> Rows:
    people = [employee.id for employee in account.users]
    for number, id in enumerate(_ids(dice, 20_000, len(_QUEUES))):
        agents = sorted(dice.sample(people, dice.randrange(len(people) + 1)))
        yield (
            None,
            {
                "id": id,
                "name": _QUEUES[number],
                "number": 800 + number,
                "users": agents,
                "ring_strategy": "A",
                "ring_time": 20,
                "skip_busy": dice.random() < 0.5,
            },
        )


def _number(account: Account, dice: Random, id: int, e164: str) -> Row:
    return {
        "id": str(id),
        "e164": e164,
        "name": None,
        "info": "United Kingdom - London",
        "created_at": printed(account.start - timedelta(days=dice.randrange(900))),
        "status": "ACTIVE",
        "channels": 2,
        "rate": 0.0,
        "cli_hide": False,
        "cli_prefix": 44,
        "esc_enabled": False,
        "fax_enabled": False,
        "fax_email": None,
        "has_fax_password": False,
        "sms_enabled": True,
        "sms_email": None,
        "flag": "GB",
        "target_id": _user(account, dice),
        "target_type": "user",
        "tel_verified": True,
        "uri": None,
    }


def _numbers(account: Account, dice: Random) -> Rows:
    known = [employee.number_shown for employee in account.users] or ["442079460000"]
    for id, e164 in zip(_ids(dice, 5_000, len(known)), known, strict=True):
        yield None, _number(account, dice, id, e164)


def _tracked(account: Account, dice: Random) -> Rows:
    for _, row in _numbers(account, account.dice("ddis")):
        yield None, row | {"campaign_id": dice.choice([None, *_campaign_ids(account)])}


def _campaign_ids(account: Account) -> list[int]:
    return list(_ids(account.dice("campaigns"), 100, 3))


def _campaigns(account: Account, dice: Random) -> Rows:
    for number, id in enumerate(_campaign_ids(account)):
        yield None, {"id": id, "name": f"Campaign {number + 1}", "created_at": account.moment(dice)}


def _button(account: Account, dice: Random, id: int) -> Row:
    return {
        "id": id,
        "button_id": dice.randrange(1, 9),
        "created_at": account.moment(dice),
        "name": "Call me back",
        "title": "Shall we call you?",
        "culture": "en",
        "position": "bottom-right",
        "floating_icon": True,
        "allowed_countries": ["GB", "PL"],
        "show_to_allowed_countries_only": False,
        "welcome_screen_msg": None,
        "privacy_policy_url": "https://example.com/privacy",
        "ddi": int(_inside(account, dice)),
        "max_call_rate": 0.15,
    }


def _buttons(account: Account, dice: Random) -> Rows:
    for id in _ids(dice, 400, 2):
        yield None, _button(account, dice, id)


def _schedules(account: Account, dice: Random) -> Rows:
    for id in _ids(dice, 50, 2):
        moment = account.moment(dice)
        yield (
            None,
            {
                "id": id,
                "report_id": dice.randrange(1, 20),
                "name": "Calls of the week",
                "description": None,
                "emails": ["ada.adams@example.com"],
                "format": "PDF",
                "culture": "en",
                "status": "ACTIVE",
                "frequency": {"type": "W", "time_of_day": [8], "day_of_week": [1], "day_of_month": []},
                "timezone": "Europe/London",
                "tz": "Europe/London",
                "start_at": moment,
                "end_at": None,
                "created_at": moment,
                "last_run_at": None,
                "next_run_at": printed(account.end),
            },
        )


def _none(_account: Account, _dice: Random) -> Rows:
    return iter(())


MAKERS: dict[type[Entity], Callable[[Any, Random], Rows]] = {
    e.Recording: _recordings,
    e.Sms: _sms,
    e.Voicemail: _voicemails,
    e.Fax: _faxes,
    e.Transaction: _transactions,
    e.Conversation: _conversations,
    e.Queue: _queues,
    e.Number: _numbers,
    e.TrackedNumber: _tracked,
    e.Campaign: _campaigns,
    e.CallMeBackSettings: _buttons,
    e.CallMeBackWebsite: _buttons,
    e.ReportSchedule: _schedules,
    e.ApiToken: _none,
    e.Login: _none,
    e.Pong: _none,
}
"""What makes the rows of each entity."""
