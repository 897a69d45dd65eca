"""Pages that shrink, grow, or reach too deep, against servers with flaws: nothing is lost, nothing comes twice."""

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

from voipstudio_async import APIError, Cdr, PaginationError, ServerError, ValidationError
from voipstudio_async.pagination import sizes
from voipstudio_async.pagination.page import Page, PageQuery
from voipstudio_async.pagination.strategies import Checkpoint, WalkStrategy, begin
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.exchange import Exchange

CODEC = codec(UTC)
FLAWS = ("large", "deep", "cut", "clamp", "sort", "dir", "short", "double", "untold", "more", "filter")


@pytest.fixture(autouse=True, scope="module")
def small_pages() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sizes, "DEFAULT_PAGE_SIZE", 1)
        patch.setattr(sizes, "_FEWEST", 1)
        yield


def query(page_size: int | None, **options: Any) -> PageQuery[Cdr]:
    return PageQuery(Cdr, "/cdrs", CODEC, page_size=page_size, smallest=2, largest=16, **options)


@attrs.define
class Server:
    """A server with flaws, over rows with growing ids that come and go."""

    chance: random.Random
    ids: list[int]
    flaws: set[str] = attrs.field(factory=set)
    answered: int = 0
    asked: list[tuple[int, int]] = attrs.field(factory=list)
    gone: set[int] = attrs.field(factory=set)

    def change(self) -> None:
        if self.chance.random() < 0.5 or not self.ids:
            self.ids.append(max(self.ids, default=0) + len(self.gone) + 1)
        else:
            self.gone.add(self.ids.pop(self.chance.randrange(len(self.ids))))

    def answer(self, exchange: Exchange[Page[Cdr]]) -> Page[Cdr] | APIError:
        params = dict(exchange.request.query)
        page, limit = int(params["page"]), int(params["limit"])
        self.asked.append((page, limit))
        if "large" in self.flaws and limit > 4:
            return ServerError(500, "too much")
        if "strict" in self.flaws and limit > 5:
            return ValidationError(400, "limit must be at most 5")
        if "deep" in self.flaws and page * limit > 16:
            return ValidationError(400, "too deep")
        limit = min(limit, 5) if "clamp" in self.flaws else limit
        start = (page - 1) * limit
        limit = min(limit, 5) if "cut" in self.flaws else limit
        rows = self.rows(params)
        window = rows[start : start + limit]
        self.answered += 1
        if "short" in self.flaws and self.answered % 2 == 0:
            window = window[:-1]
        if "double" in self.flaws:
            window = [*window, *window[-1:]]
        return Page([Cdr(id=key) for key in window], page, self.total(len(rows)))

    def rows(self, params: dict[str, str]) -> list[int]:
        rows = list(self.ids) if "sort" in self.flaws else sorted(self.ids, reverse=params.get("dir") == "DESC")
        rows = sorted(rows) if "dir" in self.flaws else rows
        if "filter" in params and "filter" not in self.flaws:
            bound = json.loads(params["filter"])[0]
            beyond = {"gt": operator.gt, "lt": operator.lt}[bound["operator"]]
            rows = [key for key in rows if beyond(key, bound["value"])]
        return rows

    def total(self, count: int) -> int | None:
        if "untold" in self.flaws:
            return None
        return count + 2 if "more" in self.flaws else count


@attrs.define
class Drive:
    """Drives a walk with pages side by side, which the server reads in any order, with changes in between."""

    walk: WalkStrategy[Cdr]
    server: Server
    churn: float = 0.0
    width: int = 4
    got: list[int] = attrs.field(factory=list)
    window: list[list[Any]] = attrs.field(factory=list)

    def step(self) -> None:
        while len(self.window) < self.width and (exchange := self.walk.ask()) is not None:
            self.window.append([exchange, None])
        while self.window[0][1] is None:
            if self.server.chance.random() < self.churn:
                self.server.change()
            entry = self.server.chance.choice([entry for entry in self.window if entry[1] is None])
            entry[1] = self.server.answer(entry[0])
        answer = self.window.pop(0)[1]
        if isinstance(answer, APIError):
            walk = self.walk.after(answer)
            if walk is None:
                raise answer
            self.walk = walk
        else:
            self.got += [row.id for row in self.walk.take(answer).items]
        if self.walk.under_way < len(self.window) or isinstance(answer, APIError):
            self.window.clear()

    def run(self) -> list[int]:
        while not self.walk.ended:
            self.step()
        return self.got


page_sizes = st.sampled_from([None, None, 3, 8, 12])


@settings(max_examples=examples(120), deadline=None)
@given(
    flaws=st.sets(st.sampled_from(FLAWS), max_size=2),
    size=st.integers(0, 60),
    page_size=page_sizes,
    churn=st.sampled_from([0.0, 0.0, 0.1, 0.4]),
    options=st.fixed_dictionaries({"strategy": st.sampled_from(["offset", "keyset"]), "whole": st.booleans()}),
    seed=st.integers(0, 10**6),
)
def test_no_flaw_makes_a_walk_complete_that_lost_a_row(
    flaws: set[str], size: int, page_size: int | None, churn: float, options: Any, seed: int
) -> None:
    chance = random.Random(seed)
    ids = list(range(1, size + 1))
    chance.shuffle(ids)
    server = Server(chance, ids, flaws)
    drive = Drive(begin(query(page_size, **options)), server, churn)
    try:
        got = drive.run()
    except (PaginationError, APIError):
        assert flaws or churn
        return
    assert len(got) == len(set(got)) == drive.walk.report.rows or "double" in flaws
    if drive.walk.report.complete:
        assert set(range(1, size + 1)) - server.gone <= set(got)


@settings(max_examples=examples(60), deadline=None)
@given(
    flaws=st.sets(st.sampled_from(["large", "deep", "cut", "clamp"]), max_size=2),
    size=st.integers(0, 60),
    page_size=page_sizes,
    whole=st.booleans(),
    order=st.sampled_from(["id", "-id"]),
    seed=st.integers(0, 99),
)
def test_a_server_that_only_limits_its_pages_gives_every_row_once(
    flaws: set[str], size: int, page_size: int | None, whole: bool, order: str, seed: int
) -> None:
    server = Server(random.Random(seed), list(range(1, size + 1)), flaws)
    drive = Drive(begin(query(page_size, whole=whole, order_by=order)), server)

    assert drive.run() == sorted(server.ids, reverse=order == "-id")

    report = drive.walk.report
    assert (report.complete, report.rows, report.duplicates) == (True, size, 0)
    assert report.total_first == report.total_last == size


@settings(max_examples=examples(60), deadline=None)
@given(
    flaws=st.sets(st.sampled_from(["large", "deep", "cut", "clamp"]), max_size=2),
    size=st.integers(1, 60),
    page_size=page_sizes,
    stop=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_a_walk_of_any_size_goes_on_from_its_checkpoint(
    flaws: set[str], size: int, page_size: int | None, stop: int, seed: int
) -> None:
    server = Server(random.Random(seed), list(range(1, size + 1)), flaws)
    asked = query(page_size)
    first = Drive(begin(asked), server)
    for _ in range(stop):
        if not first.walk.ended:
            first.step()
    if first.walk.ended:
        return
    again = Drive(begin(asked, Checkpoint.load(first.walk.checkpoint().dump(), asked)), server)

    assert first.got + again.run() == sorted(server.ids, reverse=True)
    assert (again.walk.report.complete, again.walk.report.rows) == (True, size)


def test_pages_double_and_each_begins_where_the_last_one_ended() -> None:
    server = Server(random.Random(0), list(range(1, 101)))
    Drive(begin(query(None)), server, width=1).run()

    windows = [((page - 1) * limit, page * limit) for page, limit in server.asked]
    assert server.asked[:5] == [(1, 2), (2, 2), (2, 4), (2, 8), (2, 16)]
    assert [start for start, _ in windows[1:]] == [end for _, end in windows[:-1]]


@settings(max_examples=examples(40), deadline=None)
@given(size=st.integers(0, 60), whole=st.booleans(), deep=st.booleans(), strategy=st.sampled_from(["offset", "keyset"]))
def test_a_size_that_is_refused_and_that_nobody_has_chosen_is_given_up(
    size: int, whole: bool, deep: bool, strategy: Any
) -> None:
    server = Server(random.Random(size), list(range(1, size + 1)), {"strict", "deep"} if deep else {"strict"})
    drive = Drive(begin(query(None, whole=whole, strategy=strategy)), server)

    assert drive.run() == sorted(server.ids, reverse=True)
    assert drive.walk.report.complete


def test_a_size_that_was_chosen_and_is_refused_is_an_error() -> None:
    server = Server(random.Random(0), list(range(1, 41)), {"strict"})
    with pytest.raises(ValidationError, match="at most 5"):
        Drive(begin(query(8)), server).run()


def test_a_page_that_fails_is_asked_for_again_in_halves_and_later_ones_are_no_larger() -> None:
    server = Server(random.Random(0), list(range(1, 41)), {"large"})
    drive = Drive(begin(query(16)), server, width=1)
    drive.run()

    assert server.asked[:4] == [(1, 16), (1, 8), (1, 4), (2, 4)]
    assert {limit for _, limit in server.asked[2:]} == {4}
    assert drive.walk.report.smaller_pages == 4


def test_a_walk_that_is_refused_deep_pages_goes_on_by_id_and_says_so() -> None:
    server = Server(random.Random(0), list(range(1, 41)), {"deep"})
    drive = Drive(begin(query(4)), server, width=1)
    drive.run()

    assert server.asked == [(1, 4), (2, 4), (3, 4), (4, 4), (5, 4), *[(1, 4)] * 6]
    assert drive.walk.report.by_key
    assert drive.walk.report.complete


def test_a_deep_page_is_an_error_where_rows_are_in_another_order() -> None:
    server = Server(random.Random(0), list(range(1, 41)), {"deep"})
    with pytest.raises(ValidationError, match="too deep"):
        Drive(begin(query(4, order_by="-duration")), server).run()


def test_the_refusal_is_told_where_the_server_does_not_filter_by_id_either() -> None:
    server = Server(random.Random(0), list(range(1, 41)), {"deep", "filter"})
    with pytest.raises((PaginationError, ValidationError)):
        Drive(begin(query(4)), server).run()


def test_a_checkpoint_of_the_earlier_form_goes_on_where_it_stood() -> None:
    listing = query(None)
    server = Server(random.Random(0), list(range(1, 41)))
    drive = Drive(begin(listing), server)
    drive.step()
    drive.step()
    text = json.loads(drive.walk.checkpoint().dump())
    earlier = {key: value for key, value in text.items() if key not in ("size", "most")}
    for key in ("smaller_pages", "by_key"):
        del earlier["report"][key]

    again = Drive(begin(listing, Checkpoint.load(json.dumps(earlier), listing)), server)

    asked = len(server.asked)
    assert drive.got + again.run() == sorted(server.ids, reverse=True)
    assert again.walk.report.complete
    assert {limit for _, limit in server.asked[asked:]} == {2}
