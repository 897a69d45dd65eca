"""Call records that are made up by Hypothesis, and their figures counted the plain way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from voipstudio_async import Cdr
from voipstudio_async.reports import Figures, is_answered, is_missed

money = st.decimals(0, 10_000, places=4) | st.decimals(0, 1, places=11) | st.none()
moments = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 5)).map(lambda moment: moment.replace(tzinfo=UTC))
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["=1+1", "+44", "-1", "@a", "\tx", "\rx", "'", "'=x", "a,b", 'a"b', "a\nb", ""]
)
records = st.builds(
    Cdr,
    id=st.integers(1, 2**63 - 1),
    user_id=st.sampled_from([1, 2, 3, None]),
    type=st.sampled_from(["O", "I", "M", None, 1, "X"]),
    disposition=st.sampled_from(["CONNECTED", "BUSY", "NO ANSWER", None, 3]),
    calldate=st.none() | moments,
    billsec=st.none() | st.integers(0, 5000),
    duration=st.none() | st.integers(0, 5000),
    charge=money,
    dst=st.sampled_from(["442071838000", "101", None, "12125550100", "no number", "99999999999"]),
    src_name=st.none() | words,
    dst_name=st.none() | words,
    labels=st.none() | st.lists(words, max_size=2).map(tuple) | words,
    is_root=st.none() | st.booleans(),
)


def counted(cdrs: Iterable[Cdr]) -> Figures:
    """Count the figures of some calls, one after another."""
    rows = list(cdrs)
    talks = [cdr.billsec or 0 for cdr in rows if is_answered(cdr)]
    return Figures(
        calls=len(rows),
        answered=len(talks),
        missed=sum(map(is_missed, rows)),
        talk_seconds=sum(talks),
        longest_seconds=max(talks, default=0),
        charge=sum((cdr.charge for cdr in rows if cdr.charge), Decimal(0)),
    )


def counted_calls(legs: Iterable[Cdr]) -> Figures:
    """Count the figures of the calls that some legs make, one after another."""
    groups: dict[int, list[Cdr]] = {}
    for leg in legs:
        assert leg.root_live_id is not None
        groups.setdefault(leg.root_live_id, []).append(leg)
    calls = [counted(group) for group in groups.values()]
    return Figures(
        calls=len(calls),
        answered=sum(call.answered > 0 for call in calls),
        missed=sum(call.missed > 0 and not call.answered for call in calls),
        talk_seconds=sum(call.talk_seconds for call in calls),
        longest_seconds=max((call.talk_seconds for call in calls), default=0),
        charge=sum((call.charge for call in calls), Decimal(0)),
    )


def grouped(cdrs: Iterable[Cdr], key: Callable[[Cdr], Any]) -> dict[Any, Figures]:
    """Count the figures of each group."""
    groups: dict[Any, list[Cdr]] = {}
    for cdr in cdrs:
        groups.setdefault(key(cdr), []).append(cdr)
    return {name: counted(group) for name, group in groups.items()}
