"""Call records, as many as wanted: a stream of lines that are formatted, not built.

A million of them must be made in well under a minute, so everything that can be known before is: each party is a piece
of JSON, each outcome too, and durations come from a table of quantiles. Calls follow the hours and days of an office; a
few people have most of them.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

import attrs

from .store import Line
from .texts import text

_HOURS = (1, 1, 1, 1, 1, 2, 6, 18, 60, 92, 100, 96, 70, 74, 92, 94, 86, 60, 30, 16, 10, 6, 3, 2)
_DAYS = (1.0, 1.05, 1.1, 1.05, 0.9, 0.2, 0.12)
_PLACES = (
    ("United Kingdom - Mobile", "447", 9, 235),
    ("United Kingdom - Landline", "4420", 8, 100),
    ("Poland - Mobile", "486", 8, 310),
    ("Germany - Landline", "4930", 7, 120),
    ("Spain - Mobile", "346", 8, 275),
    ("USA", "1212", 7, 65),
)
"""Label, prefix, digits after it, and the price of a minute in ten-thousandths."""
_PHONES = ("Softphone (Windows)", "Softphone (Linux)", "Desk phone T46", "Mobile app (Android)")
_OUTSIDERS = 997
_QUANTILES = 4096
_GAPS = 0.1
"""The share of ids that are missing, as after deletions."""
_RARE = 0.03
_MAX_SECONDS = 4 * 3600

_LINE = (
    '{"id":%d,"call_id":%d,"live_id":%d,"parent_live_id":null,"root_live_id":%d,"user_id":%d,"sip_endpoint_id":%d,'
    '"server_id":%d,"is_root":true,%s,"calldate":"%s","duration":%d,"billsec":%d,%s,%s,%s,%s,"rate":%r,"charge":%r,"info":%s,'
    '"labels":%s,"metadata":null,"nb_notes":%d,"recorded":%s}'
)


@attrs.frozen
class Employee:
    """A user, as far as others need to know."""

    id: int
    number: int
    """Counted from 0 within the account."""
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        """An address that nobody else has."""
        return f"user{self.number + 1}@example.com"

    @property
    def extension(self) -> str:
        """The internal number."""
        return str(1001 + self.number)

    @property
    def number_shown(self) -> str:
        """The public number, without ``+``."""
        return f"442071{838000 + self.number:06d}"


@attrs.frozen
class Party:
    """One end of a call, as JSON: when it calls, and when it is called."""

    as_src: str
    as_dst: str
    clid: str
    rate: int = 0


@attrs.frozen
class Outcome:
    """How a call can end."""

    share: int
    type: str
    disposition: str
    cause: str
    talked: bool = False

    @property
    def head(self) -> str:
        """The type, as JSON."""
        return f'"type":"{self.type}"'

    @property
    def tail(self) -> str:
        """What else says how it ended, as JSON."""
        way, context = ("out", "LOCAL_USER") if self.type == "O" else ("in", "RG-12")
        return (
            f'"disposition":"{self.disposition}","destination":"{way}","context":"{context}","t_cause":"{self.cause}"'
        )


_OUTCOMES = (
    Outcome(44, "O", "CONNECTED", "Normal Clearing", talked=True),
    Outcome(8, "O", "NO ANSWER", "No answer"),
    Outcome(5, "O", "BUSY", "User busy"),
    Outcome(3, "O", "FAILED", "Unallocated number"),
    Outcome(28, "I", "CONNECTED", "Normal Clearing", talked=True),
    Outcome(10, "M", "NO ANSWER", "No answer"),
    Outcome(2, "M", "BUSY", "User busy"),
)


def call_lines(users: Sequence[Employee], count: int, dice: Random, start: datetime, days: int) -> Iterator[Line]:
    """Make call records in the order of their dates and ids."""
    if not users:
        return
    office = _Office(users, dice)
    id, call_id = 50_000_000 + dice.randrange(10**6), 700_000_000
    for calldate in _moments(count, dice.random, start, days):
        id += 1 + (dice.random() < _GAPS)
        call_id += 1 + int(dice.random() * 9)
        place = office.who()
        yield id, users[place].id, office.record(id, call_id, calldate, place)


class _Office:
    """Who calls whom, and how it ends."""

    def __init__(self, users: Sequence[Employee], dice: Random) -> None:
        self._random = dice.random
        self._users = [(user.id, _inside(user)) for user in users]
        self._others = [_outside(dice) for _ in range(_OUTSIDERS)]
        self._endings = [(each, each.head, each.tail) for each in _OUTCOMES for _ in range(each.share)]
        self._talks = _talk_times()
        # The busiest has twice the calls of the second, and three times those of the third.
        self._busy = list(accumulate(1 / (rank + 1) for rank in range(len(users))))
        self._order = list(range(len(users)))
        dice.shuffle(self._order)

    def who(self) -> int:
        """Choose the user of the next call."""
        busy = self._busy
        return self._order[bisect(busy, self._random() * busy[-1], 0, len(busy) - 1)]

    def record(self, id: int, call_id: int, calldate: str, place: int) -> str:
        """Write one call record."""
        random = self._random
        user, us = self._users[place]
        them = self._others[int(random() * _OUTSIDERS)]
        outcome, head, tail = self._endings[int(random() * len(self._endings))]
        talk = self._talks[int(random() * _QUANTILES)] if outcome.talked else 0
        src, dst, rate = (us, them, them.rate) if outcome.type == "O" else (them, us, 0)
        live_id, ring, rare = 4_000_000_000 + call_id, 2 + int(random() * 30), random()
        return _LINE % (
            *(id, call_id, live_id, live_id, user, user + 1000, 1 + place % 3),
            *(head, calldate, ring + talk, talk, tail, src.clid, src.as_src, dst.as_dst),
            *(rate / 10_000, (rate * talk + 30) // 60 / 10_000),
            '"transferred"' if rare < _RARE else "null",
            '["vip"]' if rare > 1 - _RARE else "[]",
            rare > 1 - _RARE,
            "true" if rare > 1 / 2 else "false",
        )


def _moments(count: int, random: Callable[[], float], start: datetime, days: int) -> Iterator[str]:
    """Spread moments over the hours of an office, in order: each hour has its share of the whole."""
    hours = [start + timedelta(hours=hour) for hour in range(days * 24)]
    shares = list(accumulate(_HOURS[hour.hour] * _DAYS[hour.weekday()] for hour in hours))
    texts = [f":{second // 60:02d}:{second % 60:02d}" for second in range(3600)]
    hour, low, high, prefix = 0, 0.0, shares[0], f"{hours[0]:%Y-%m-%d %H}"
    for number in range(count):
        at = (number + random()) / count * shares[-1]
        while at >= high and hour < len(hours) - 1:
            hour += 1
            low, high, prefix = high, shares[hour], f"{hours[hour]:%Y-%m-%d %H}"
        yield prefix + texts[min(3599, int((at - low) / (high - low) * 3600))]


def _talk_times() -> list[int]:
    """Return quantiles of the time that people talk: most for a minute or two, some for an hour."""
    normal = statistics.NormalDist(math.log(95), 1.1)
    exact = (math.exp(normal.inv_cdf((number + 0.5) / _QUANTILES)) for number in range(_QUANTILES))
    return [min(_MAX_SECONDS, max(1, round(seconds))) for seconds in exact]


def _inside(user: Employee) -> Party:
    phone = _PHONES[user.number % len(_PHONES)]
    return _party(user.number_shown, user.id, user.name, user.name, phone, "OPUS", 0)


def _outside(dice: Random) -> Party:
    label, prefix, digits, rate = dice.choice(_PLACES)
    number = f"{prefix}{dice.randrange(10**digits):0{digits}d}"
    return _party(number, 0, None, label, None, "G722", rate)


def _party(
    number: str, id: int, src_name: str | None, dst_name: str, phone: str | None, codec: str, rate: int
) -> Party:
    def end(side: str, name: str | None) -> str:
        fields = {"": number, "_id": str(id), "_name": name, "_ua": phone, "_codec": codec}
        return text({side + key: value for key, value in fields.items()})[1:-1]

    clid = text({"clid": f'"{src_name}" <+{number}>' if src_name else f"<+{number}>"})[1:-1]
    return Party(end("src", src_name), end("dst", dst_name), clid, rate)
