"""Call records, as many as wanted: a stream of lines that are formatted, not built.

A million of them must be made in well under a minute, so everything that can be known before is: each party is a piece
of JSON, each outcome too, and durations come from a table of quantiles. Calls follow the hours and days of an office; a
few people have most of them.

A record is one leg of a call. Most calls have one. Those that ring at a group, or wait in a queue, leave a record for
each user that they rang at: the first is the root, and the others name it.
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
_LIVE = 4_000_000_000
_QUANTILES = 4096
_GAPS = 0.1
"""The share of ids that are missing, as after deletions."""
_RARE = 0.03
_MAX_SECONDS = 4 * 3600
_SHARED = 0.12
"""The share of incoming calls that ring at several users."""
_MOST_LEGS = 4

_LINE = (
    '{"id":%d,"call_id":%d,"live_id":%d,"parent_live_id":%s,"root_live_id":%d,"user_id":%d,"sip_endpoint_id":%d,'
    '"server_id":%d,"is_root":%s,%s,"calldate":"%s","duration":%d,"billsec":%d,%s,%s,%s,%s,"rate":%r,"charge":%r,"info":%s,'
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

    def tail(self, context: str = "LOCAL_USER") -> str:
        """Return what else says how it ended, as JSON."""
        way = "out" if self.type == "O" else "in"
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
_AT_OTHERS = {
    "RG-12": (Outcome(1, "M", "NO ANSWER", "Answered elsewhere"),),
    "Queue": (
        Outcome(6, "M", "NO ANSWER", "No answer"),
        Outcome(2, "M", "BUSY", "User busy"),
        Outcome(1, "M", "FAILED", "User not registered"),
    ),
}
"""How it ends at those who do not take a call. A group rings at all of its users at once, a queue at one by one."""


def call_lines(users: Sequence[Employee], count: int, dice: Random, start: datetime, days: int) -> Iterator[Line]:
    """Make call records in the order of their dates and ids."""
    if not users:
        return
    office = _Office(users, dice)
    id, call_id, skip = 50_000_000 + dice.randrange(10**6), 700_000_000, 0
    for left, calldate in zip(range(count, 0, -1), _moments(count, dice.random, start, days), strict=True):
        if skip:  # the records of a call have one moment
            skip -= 1
            continue
        legs = office.call(left)
        root = 0
        for leg in legs:
            id += 1 + (dice.random() < _GAPS)
            call_id += 1 + int(dice.random() * 9)
            root = root or _LIVE + call_id
            yield id, users[leg[0]].id, office.record(id, call_id, root, calldate, leg)
        skip = len(legs) - 1


Ending = tuple[Outcome, str, str]
"""An outcome, and what it is in JSON: the head, and the tail."""
Leg = tuple[int, Party, Ending, int, int]
"""Whose it is (a place among the users), the other end, how it ends, and the seconds that it rings and is talked."""


def _ending(outcome: Outcome, context: str = "LOCAL_USER") -> Ending:
    return outcome, outcome.head, outcome.tail(context)


class _Office:
    """Who calls whom, and how it ends."""

    def __init__(self, users: Sequence[Employee], dice: Random) -> None:
        self._random = dice.random
        self._users = [(user.id, _inside(user)) for user in users]
        self._others = [_outside(dice) for _ in range(_OUTSIDERS)]
        self._endings = [each for each in map(_ending, _OUTCOMES) for _ in range(each[0].share)]
        self._at_others = {
            context: [_ending(each, context) for each in outcomes for _ in range(each.share)]
            for context, outcomes in _AT_OTHERS.items()
        }
        self._talks = _talk_times()
        # The busiest has twice the calls of the second, and three times those of the third.
        self._busy = list(accumulate(1 / (rank + 1) for rank in range(len(users))))
        self._order = list(range(len(users)))
        dice.shuffle(self._order)

    def call(self, most: int) -> list[Leg]:
        """Invent a call of at most so many legs."""
        random = self._random
        place = self._who()
        them = self._others[int(random() * _OUTSIDERS)]
        ending = self._endings[int(random() * len(self._endings))]
        talk = self._talks[int(random() * _QUANTILES)] if ending[0].talked else 0
        leg = place, them, ending, 2 + int(random() * 30), talk
        if ending[0].type == "O" or random() >= _SHARED:
            return [leg]
        return self._shared(leg, min(2 + int(random() * (_MOST_LEGS - 1)), most, len(self._users)))

    def record(self, id: int, call_id: int, root: int, calldate: str, leg: Leg) -> str:
        """Write one call record."""
        place, them, (outcome, head, tail), ring, talk = leg
        user, us = self._users[place]
        src, dst, rate = (us, them, them.rate) if outcome.type == "O" else (them, us, 0)
        live_id, rare = _LIVE + call_id, self._random()
        parent, is_root = ("null", "true") if live_id == root else (root, "false")
        return _LINE % (
            *(id, call_id, live_id, parent, root, user, user + 1000, 1 + place % 3, is_root),
            *(head, calldate, ring + talk, talk, tail, src.clid, src.as_src, dst.as_dst),
            *(rate / 10_000, (rate * talk + 30) // 60 / 10_000),
            '"transferred"' if rare < _RARE else "null",
            '["vip"]' if rare > 1 - _RARE else "[]",
            rare > 1 - _RARE,
            "true" if rare > 1 / 2 else "false",
        )

    def _who(self) -> int:
        """Choose the user of the next call."""
        busy = self._busy
        return self._order[bisect(busy, self._random() * busy[-1], 0, len(busy) - 1)]

    def _shared(self, leg: Leg, size: int) -> list[Leg]:
        """Let a call ring at `size` users: at all of a group at once, at those of a queue until somebody takes it."""
        random = self._random
        place, them, (outcome, _, _), ring, talk = leg
        context = "RG-12" if random() < 2 / 3 else "Queue"
        at_others = self._at_others[context]
        legs = [
            (
                (place + number) % len(self._users),
                them,
                at_others[int(random() * len(at_others))],
                ring if context == "RG-12" else 15,
                0,
            )
            for number in range(1, size)
        ]
        legs.insert(
            int(random() * size) if context == "RG-12" else size - 1,
            (place, them, _ending(outcome, context), ring, talk),
        )
        return legs


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
