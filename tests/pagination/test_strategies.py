"""A collection that changes while it is walked: what a walk says of itself must be true.

Why a clean pass by offset, newest first, has skipped nothing (new rows come in at the front alone). Let I(t) be the
rows inserted since page 1 was read, and D(j, t) those deleted since then in front of the end of page j. The boundary
behind page j has moved by f(j, t) = I(t) - D(j, t) rows. Between page j and page j + 1, rows are skipped where f(j) is
smaller when page j + 1 is read than when page j is, and repeated where it is larger. Let all pages tell the same total;
then I(t) is the number of all deletions, and f(j, t) counts those behind page j: it is never negative, and for the same
t no smaller for a smaller j. Suppose rows are skipped behind page k. Then f(k) > 0 when page k is read, so f(k - 1) > 0
then as well. Either rows are repeated behind page k - 1, or f(k - 1) > 0 when page k - 1 was read, and so on down to
page 1. But page 1 was read first, where f(1) = 0: so behind it rows are repeated, at the latest. A pass without a
repetition has skipped nothing.
"""

from __future__ import annotations

import json
import operator
import random
from datetime import UTC
from typing import Any

import attrs
import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from voipstudio_async import Cdr, ConfigurationError, PaginationError
from voipstudio_async.pagination.page import Page, PageQuery
from voipstudio_async.pagination.strategies import Checkpoint, KeysetStrategy, OffsetStrategy, Seen, begin
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.exchange import Exchange

CODEC = codec(UTC)


def query(**options: Any) -> PageQuery[Cdr]:
    return PageQuery(Cdr, "/cdrs", CODEC, **options)


@attrs.frozen
class Row:
    id: int | None


class Collection:
    """Rows with growing ids, some of which come and go."""

    def __init__(self, size: int, chance: random.Random) -> None:
        self.ids = list(range(1, size + 1))
        self.chance = chance
        self.ever_deleted: set[int] = set()
        self.top = size

    def insert(self) -> None:
        self.top += 1
        self.ids.append(self.top)

    def delete(self) -> None:
        if self.ids:
            gone = self.ids.pop(self.chance.randrange(len(self.ids)))
            self.ever_deleted.add(gone)

    def answer(self, exchange: Exchange[Page[Cdr]]) -> Page[Cdr]:
        params = dict(exchange.request.query)
        number, limit = int(params["page"]), int(params["limit"])
        rows = sorted(self.ids, reverse=params.get("dir") == "DESC")
        if "filter" in params:
            bound = json.loads(params["filter"])[0]
            beyond = {"gt": operator.gt, "lt": operator.lt}[bound["operator"]]
            rows = [key for key in rows if beyond(key, bound["value"])]
        window = rows[(number - 1) * limit : number * limit]
        return Page([Cdr(id=key) for key in window], number, len(rows))


def drive(
    walk: OffsetStrategy[Cdr] | KeysetStrategy[Cdr], rows: Collection, chance: random.Random, churn: float
) -> list[int]:
    """Walk with pages side by side, which the server reads in any order, with changes in between."""
    given_out: list[int] = []
    window: list[list[Any]] = []
    while not walk.ended:
        while len(window) < 4 and (exchange := walk.ask()) is not None:
            window.append([exchange, None])
        while window[0][1] is None:
            for _ in range(3):
                if chance.random() < churn:
                    chance.choice((rows.insert, rows.delete))()
            entry = chance.choice([entry for entry in window if entry[1] is None])
            page = rows.answer(entry[0])
            entry[1] = page
        taken = walk.take(window.pop(0)[1])
        given_out += [row.id for row in taken.items]
    return given_out


@given(
    size=st.integers(0, 60),
    page_size=st.integers(1, 9),
    churn=st.sampled_from([0.0, 0.05, 0.2, 0.5]),
    seed=st.integers(),
)
@settings(max_examples=examples(400), deadline=None)
def test_an_offset_walk_that_calls_itself_complete_has_missed_nothing(
    size: int, page_size: int, churn: float, seed: int
) -> None:
    chance = random.Random(seed)
    rows = Collection(size, chance)
    start = set(rows.ids)
    walk = OffsetStrategy(query(page_size=page_size))
    try:
        got = drive(walk, rows, chance, churn)
    except PaginationError:
        assert churn > 0
        return
    assert len(got) == len(set(got)) == walk.report.rows
    if walk.report.complete:
        assert start - rows.ever_deleted <= set(got)
    if churn == 0:
        assert walk.report.complete
        assert sorted(got) == rows.ids


@given(
    size=st.integers(0, 60),
    page_size=st.integers(1, 9),
    churn=st.sampled_from([0.0, 0.2, 0.5]),
    order=st.sampled_from(["id", "-id"]),
    seed=st.integers(),
)
@settings(max_examples=examples(300), deadline=None)
def test_a_keyset_walk_misses_nothing_whatever_changes(
    size: int, page_size: int, churn: float, order: str, seed: int
) -> None:
    chance = random.Random(seed)
    rows = Collection(size, chance)
    start = set(rows.ids)
    walk = KeysetStrategy(query(page_size=page_size, order_by=order, strategy="keyset"))
    got = drive(walk, rows, chance, min(churn, 0.15) if order == "id" else churn)
    assert len(got) == len(set(got))
    assert start - rows.ever_deleted <= set(got)
    assert walk.report.complete


@given(
    size=st.integers(1, 60),
    page_size=st.integers(1, 9),
    stop=st.integers(1, 6),
    strategy=st.sampled_from(["offset", "keyset"]),
)
@settings(max_examples=examples(200), deadline=None)
def test_a_walk_goes_on_from_its_checkpoint(size: int, page_size: int, stop: int, strategy: Any) -> None:
    rows = Collection(size, random.Random(1))
    asked = query(page_size=page_size, strategy=strategy)
    walk = begin(asked)
    got: list[int] = []
    for _ in range(stop):
        if not walk.ended and (exchange := walk.ask()) is not None:
            got += [row.id for row in walk.take(rows.answer(exchange)).items]
    text = walk.checkpoint().dump()
    assert len(text) < 400
    if walk.ended:
        return
    again = begin(asked, Checkpoint.load(text, asked))
    got += drive(again, rows, random.Random(2), 0)  # type: ignore[arg-type]
    assert got == sorted(rows.ids, reverse=True)
    assert again.report.rows == size
    assert again.report.complete


def test_a_checkpoint_of_another_listing_is_refused() -> None:
    text = begin(query()).checkpoint().dump()
    with pytest.raises(ConfigurationError, match="another listing"):
        Checkpoint.load(text, query(page_size=7))
    for garbage in ("", "[]", "{}", '{"v": 2}', "x"):
        with pytest.raises(ConfigurationError):
            Checkpoint.load(garbage, query())


def test_a_checkpoint_needs_the_order_of_ids() -> None:
    with pytest.raises(ConfigurationError, match="order_by"):
        begin(query(order_by="calldate")).checkpoint()
    with pytest.raises(ConfigurationError, match="keyset"):
        query(order_by="calldate", strategy="keyset")


def test_rows_that_were_skipped_are_found_by_a_second_look() -> None:
    rows = Collection(10, random.Random(0))
    walk = OffsetStrategy(query(page_size=5))
    got = [row.id for row in walk.take(rows.answer(walk.ask())).items]  # type: ignore[arg-type]
    rows.ids.remove(10)
    while not walk.ended:
        got += [row.id for row in walk.take(rows.answer(walk.ask())).items]  # type: ignore[arg-type]
    assert sorted(got) == list(range(1, 11))
    assert walk.report.complete
    assert (walk.report.total_first, walk.report.total_last) == (10, 9)


def test_a_server_that_does_not_filter_by_id_is_found_out() -> None:
    rows = Collection(10, random.Random(0))
    walk = KeysetStrategy(query(page_size=5, strategy="keyset"))
    first = rows.answer(walk.ask())  # type: ignore[arg-type]
    walk.take(first)
    walk.ask()
    with pytest.raises(PaginationError, match="offset"):
        walk.take(first)


@given(st.lists(st.lists(st.integers(-(2**70), 2**70) | st.none(), max_size=6), max_size=8), st.booleans())
def test_seen_is_exact(pages: list[list[int | None]], descending: bool) -> None:
    seen = Seen(descending)
    known: set[int] = set()
    for page in pages:
        rows: list[Any] = [Row(key) for key in page]
        expected = []
        for key in page:
            if key is None or key not in known:
                expected.append(key)
            if key is not None:
                known.add(key)
        assert [row.id for row in seen.new(rows)] == expected


def test_a_resumed_walk_remembers_that_something_was_noticed() -> None:
    rows = Collection(40, random.Random(0))
    asked = query(page_size=10, order_by="id")
    walk = begin(asked)
    walk.take(rows.answer(walk.ask()))  # type: ignore[arg-type]
    rows.ids.remove(1)
    rows.ids.remove(2)
    walk.take(rows.answer(walk.ask()))  # type: ignore[arg-type]
    rows.insert()
    rows.insert()
    walk.take(rows.answer(walk.ask()))  # type: ignore[arg-type]
    again = begin(asked, Checkpoint.load(walk.checkpoint().dump(), asked))
    while not again.ended:
        again.take(rows.answer(again.ask()))  # type: ignore[arg-type]
    assert not again.report.complete


def test_a_keyset_walk_does_not_trust_a_total_that_is_too_small() -> None:
    walk = KeysetStrategy(query(page_size=3, strategy="keyset"))
    walk.ask()
    walk.take(Page([Cdr(id=key) for key in (9, 8, 7)], 1, 2))
    assert not walk.ended
    walk.ask()
    walk.take(Page([], 2, 0))
    assert (walk.ended, walk.report.rows, walk.report.complete) == (True, 3, False)


# --- servers that do not keep to what the proof rests on -----------------------------------------------------


@attrs.define
class Careless:
    """A server that leaves out some of what it is asked for, over rows with growing ids that come and go."""

    chance: random.Random
    flaws: set[str]
    ids: list[int]
    given: int = 0
    ever_deleted: set[int] = attrs.field(factory=set)

    def insert(self) -> None:
        self.ids.append(max(self.ids, default=0) + 1)

    def delete(self) -> None:
        if self.ids:
            gone = self.ids.pop(self.chance.randrange(len(self.ids)))
            self.ever_deleted.add(gone)

    def answer(self, exchange: Exchange[Page[Cdr]]) -> Page[Cdr]:
        params = dict(exchange.request.query)
        rows, told = self._rows(params)
        number, limit = int(params["page"]), int(params["limit"])
        number = 1 if "page" in self.flaws else number
        limit = min(limit, 3) if "limit" in self.flaws else limit
        window = rows[(number - 1) * limit : number * limit]
        self.given += 1
        if "short" in self.flaws and self.given % 2 == 0:
            window = window[:-1]
        if "double" in self.flaws:
            window = [*window, *window[-1:]]
        items: list[Any] = [Row(None) if "nameless" in self.flaws else Cdr(id=key) for key in window]
        return Page(items, int(params["page"]), self._total(told))

    def _rows(self, params: dict[str, str]) -> tuple[list[int], int]:
        rows = list(self.ids) if "sort" in self.flaws else sorted(self.ids, reverse=params.get("dir") == "DESC")
        if "dir" in self.flaws:
            rows = sorted(rows)
        if "filter" in params and "filter" not in self.flaws:
            bound = json.loads(params["filter"])[0]
            beyond = {"gt": operator.gt, "lt": operator.lt}[bound["operator"]]
            rows = [key for key in rows if beyond(key, bound["value"])]
        return rows, len(rows)

    def _total(self, count: int) -> int | None:
        if "untold" in self.flaws:
            return None if self.given % 2 else count
        return count + 2 if "more" in self.flaws else max(0, count - 1) if "less" in self.flaws else count


FLAWS = ("sort", "dir", "page", "limit", "short", "double", "nameless", "filter", "untold", "more")
carelessness = st.sets(st.sampled_from(FLAWS), max_size=2)


@given(
    flaws=carelessness,
    size=st.integers(0, 40),
    page_size=st.integers(1, 9),
    churn=st.sampled_from([0.0, 0.1, 0.4]),
    strategy=st.sampled_from(["offset", "keyset"]),
    order=st.sampled_from(["-id", "id"]),
    seed=st.integers(),
)
@settings(max_examples=examples(500), deadline=None)
def test_no_careless_server_makes_a_walk_complete_that_lost_a_row(
    flaws: set[str], size: int, page_size: int, churn: float, strategy: Any, order: str, seed: int
) -> None:
    chance = random.Random(seed)
    ids = list(range(1, size + 1))
    chance.shuffle(ids)
    server = Careless(chance, flaws, ids)
    start = set(ids)
    walk = begin(query(page_size=page_size, strategy=strategy, order_by=order))
    try:
        # Upwards, an insertion and a deletion can hide each other from the total.
        got = drive(walk, server, chance, churn if order == "-id" else 0)  # type: ignore[arg-type]
    except PaginationError:
        assert flaws or churn
        return
    if walk.report.complete:
        stayed = start - server.ever_deleted
        assert len(got) >= len(stayed) if "nameless" in flaws else stayed <= set(got)


@pytest.mark.parametrize("order", ["-id", "id"])
def test_a_walk_whose_ids_do_not_come_in_order_is_not_complete(order: str) -> None:
    rows = [Cdr(id=key) for key in (3, 1, 4, 2)]
    walk = OffsetStrategy(query(page_size=2, order_by=order))
    for number in (1, 2):
        walk.ask()
        walk.take(Page(rows[number * 2 - 2 : number * 2], number, 4))

    assert (walk.ended, walk.report.rows, walk.report.requests, walk.report.complete) == (True, 4, 2, False)


def test_a_row_lost_by_a_server_that_does_not_sort_is_not_called_complete() -> None:
    walk = OffsetStrategy(query(page_size=2))
    walk.ask()
    walk.take(Page([Cdr(id=1), Cdr(id=2)], 1, 4))
    # Row 1 is deleted, row 5 comes in at the end: row 3 moves to the first page.
    walk.ask()
    walk.take(Page([Cdr(id=4), Cdr(id=5)], 2, 4))

    assert walk.ended
    assert not walk.report.complete


def test_one_page_is_complete_in_any_order() -> None:
    walk = OffsetStrategy(query(page_size=5))
    walk.ask()
    walk.take(Page([Cdr(id=key) for key in (1, 3, 2)], 1, 3))

    assert walk.report.complete


def test_a_total_that_is_lower_than_what_came_does_not_end_a_walk() -> None:
    walk = OffsetStrategy(query(page_size=3))
    for number, keys in enumerate([(9, 8, 7), (6, 5, 4), (3,), ()], 1):
        assert not walk.ended
        walk.ask()
        walk.take(Page([Cdr(id=key) for key in keys], number, 2))

    assert (walk.ended, walk.report.rows, walk.report.complete) == (True, 7, False)


@pytest.mark.parametrize(
    ("order", "values"),
    [
        ("-duration", (1, 2, 5, 3)),
        ("-duration", (5, 5, 4, 9)),
        ("-duration", (5, 6, 4, 3)),
        ("duration", (1, 4, 3, 5)),
        ("duration", (1, 5, 7, 6)),
        ("duration", (3, 2, 5, 7)),
    ],
)
def test_a_walk_in_another_order_is_not_complete_where_the_values_are_not_in_it(
    order: str, values: tuple[int, ...]
) -> None:
    walk = OffsetStrategy(query(page_size=2, order_by=order))
    rows = [Cdr(id=number, duration=value) for number, value in enumerate(values, 1)]
    for number in (1, 2):
        walk.ask()
        walk.take(Page(rows[number * 2 - 2 : number * 2], number, 4))

    assert walk.ended
    assert not walk.report.complete


def test_ties_and_nulls_are_in_order() -> None:
    for order, values in (
        ("-duration", (5, 5, 5, 1)),
        ("-duration", (5, None, 7, 1)),
        ("duration", (1, 5, 5, 5)),
        (None, (5, 7, 1, 3)),
    ):
        walk = OffsetStrategy(query(page_size=2, order_by=order))
        rows = [Cdr(id=number, duration=value) for number, value in enumerate(values, 1)]
        for number in (1, 2):
            walk.ask()
            walk.take(Page(rows[number * 2 - 2 : number * 2], number, 4))
        assert walk.report.complete


def test_rows_without_an_id_prove_nothing_over_two_pages() -> None:
    for total in (4, None, 9):
        server = Careless(random.Random(1), {"nameless"}, [1, 2, 3, 4])
        walk: Any = OffsetStrategy(query(page_size=2))
        given_out = 0
        while not walk.ended and walk.report.requests < 9:
            page = server.answer(walk.ask())
            given_out += len(walk.take(attrs.evolve(page, total=total)).items)
        assert (walk.ended, walk.report.complete, given_out) == (True, False, 4)


def test_a_server_that_repeats_rows_without_an_id_is_found_out() -> None:
    server = Careless(random.Random(1), {"nameless", "page"}, [1, 2, 3, 4])
    walk: Any = OffsetStrategy(query(page_size=2))
    pages = (attrs.evolve(server.answer(walk.ask()), total=None) for _ in range(9))
    with pytest.raises(PaginationError, match="ignore 'page'"):
        list(map(walk.take, pages))


def test_a_keyset_walk_row_by_row_does_not_trust_a_server_that_sorts_the_other_way() -> None:
    server = Careless(random.Random(1), {"dir"}, [1, 2, 3])
    walk = KeysetStrategy(query(page_size=1, strategy="keyset"))

    got = drive(walk, server, server.chance, 0)  # type: ignore[arg-type]

    assert (got, walk.report.complete) == ([1], False)


class Forgetful(Collection):
    """A server that counts a row, and never gives it."""

    def answer(self, exchange: Exchange[Page[Cdr]]) -> Page[Cdr]:
        page = super().answer(exchange)
        return attrs.evolve(page, items=[row for row in page.items if row.id != 5])


@pytest.mark.parametrize("order", ["id", "-id"])
def test_a_keyset_walk_is_not_complete_where_a_row_is_counted_and_never_given(order: str) -> None:
    server = Forgetful(9, random.Random(1))
    walk = KeysetStrategy(query(page_size=3, order_by=order, strategy="keyset"))

    got = drive(walk, server, server.chance, 0)

    assert (len(got), walk.report.complete) == (8, False)


def test_a_walk_in_no_order_goes_on_from_its_checkpoint_and_loses_nothing() -> None:
    server = Careless(random.Random(1), {"dir"}, list(range(1, 10)))
    asked = query(page_size=3)
    walk = begin(asked)
    got = [row.id for row in walk.take(server.answer(walk.ask())).items]  # type: ignore[arg-type]
    got += [row.id for row in walk.take(server.answer(walk.ask())).items]  # type: ignore[arg-type]
    again = begin(asked, Checkpoint.load(walk.checkpoint().dump(), asked))
    got += drive(again, server, server.chance, 0)  # type: ignore[arg-type]

    assert got == list(range(1, 10))
    assert not again.report.complete
