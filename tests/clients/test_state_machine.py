"""The whole client as a state machine: whatever is done, in any order, under any faults, the account is as it must be.

Hypothesis draws sequences of operations and faults, and shortens one that fails to the steps that matter. What must be
there is a dict; it is compared with the rows of the sandbox after every step, and with what the client reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from effort import examples
from faces import every, leave, settle, step
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from voipstudio_async import (
    UNSET,
    APIError,
    AsyncVoipStudio,
    NotFoundError,
    RetryPolicy,
    ServerError,
    TransportError,
    VoipStudio,
    field,
)
from voipstudio_async.sandbox import Sandbox

T = TypeVar("T")

ATTEMPTS = 4
EXAMPLES = 25
PATIENT = RetryPolicy(attempts=ATTEMPTS, base=0.001, cap=0.001, budget=10_000)
STATUSES = ("429", "500", "502", "503")
CUTS = ("drop", "malformed_headers", "truncated_body")
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 5

names = st.sampled_from(["Sales", "Support", "Zoë & Søn", "a,b", '"quoted"', "50 %", "+", "Ünïcode ☎"])
colours = st.sampled_from([None, "#ff8800", "#000000"])
which = st.integers(min_value=0, max_value=9)
several = st.lists(which, max_size=6)
pages = st.fixed_dictionaries(
    {
        "page_size": st.sampled_from([1, 2, 3, 50]),
        "strategy": st.sampled_from(["offset", "keyset"]),
        "prefetch": st.sampled_from([0, 1, 3]),
    }
)


class Account(RuleBasedStateMachine):
    """One account, one client, and what must be true of both."""

    face: type[Any]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.sandbox = Sandbox(users=1, calls=0, seed=7)
        self.sandbox.__enter__()
        self.groups: dict[int, tuple[str | None, str | None]] = self.stored()
        self.gone: list[int] = [999_999_999]
        self.calls: dict[int, datetime] = {}
        self.planned: list[str] = []
        self.client = self.run(self.made())

    async def made(self) -> Any:
        return self.face(self.sandbox.token, base_url=self.sandbox.url, retry=PATIENT)

    def teardown(self) -> None:
        async def close() -> None:
            await settle(self.client.close())

        self.run(close())
        self.runner.close()
        self.sandbox.__exit__(None, None, None)

    # --- how a step asks -------------------------------------------------------------------------------------

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def ask(self, begin: Any) -> Any:
        """Return the result of a call, or the error that it raised."""

        async def answer() -> Any:
            try:
                return await settle(begin())
            except (APIError, TransportError) as error:
                return error

        return self.run(answer())

    def rows(self, begin: Any) -> tuple[Any, list[Any]]:
        """Walk a listing to its end."""

        async def walk() -> tuple[Any, list[Any]]:
            listing = begin()
            return listing, await every(listing)

        return self.run(walk())

    def stored(self) -> dict[int, tuple[str | None, str | None]]:
        return {row["id"]: (row["name"], row["color"]) for row in self.sandbox.store.rows("usergroups")}

    def met(self) -> list[str]:
        """Take the faults that an operation met: all that were planned, for no request goes on without an answer."""
        met, self.planned = self.planned, []
        self.sandbox.faults.clear()
        return met

    def one(self, index: int) -> int:
        """Choose a group, or one that is gone."""
        known = [*self.groups, *self.gone[-2:]]
        return known[index % len(known)]

    # --- what goes wrong -------------------------------------------------------------------------------------

    @precondition(lambda self: not self.planned)
    @rule(faults=st.lists(st.sampled_from([*STATUSES, *CUTS]), min_size=1, max_size=ATTEMPTS - 1))
    def faults_are_planned(self, faults: list[str]) -> None:
        """Plan what the next requests meet: so much that the last attempt of one still comes through."""
        for fault in faults:
            self.planned.append(fault)
            if fault in STATUSES:
                self.sandbox.faults.next(int(fault), retry_after=0)
            else:
                getattr(self.sandbox.faults, fault)()

    @rule(index=which, name=names, drop=st.booleans())
    def nothing_happens_in_an_outage(self, index: int, name: str, drop: bool) -> None:
        self.met()
        self.sandbox.faults.outage(3600, drop=drop)
        groups, id = self.client.user_groups, self.one(index)
        expected = TransportError if drop else ServerError
        assert isinstance(self.ask(lambda: groups.create(name=name)), expected)
        assert isinstance(self.ask(lambda: groups.update(id, name=name)), expected)
        assert isinstance(self.ask(lambda: groups.delete(id)), expected)
        assert isinstance(self.ask(lambda: groups.list().collect()), expected)
        assert [type(each.error) for each in self.ask(lambda: groups.get_many([id, id]))] == [
            type(self.ask(lambda: groups.get(id)))
        ] * 2
        self.sandbox.faults.clear()

    # --- what is done ----------------------------------------------------------------------------------------

    @rule(name=names, colour=st.one_of(colours, st.just(UNSET)))
    def create(self, name: str, colour: Any) -> None:
        answer = self.ask(lambda: self.client.user_groups.create(name=name, color=colour))
        row = (name, None if colour is UNSET else colour)
        self.created(answer, row, self.met()[:1])

    @rule(name=names)
    def create_and_hear_nothing(self, name: str) -> None:
        self.met()
        self.sandbox.faults.drop_after_commit()
        self.created(self.ask(lambda: self.client.user_groups.create(name=name)), (name, None), ["drop_after_commit"])

    def created(self, answer: Any, row: tuple[str | None, str | None], met: list[str]) -> None:
        """Something is created once or not at all: it is never tried again once it may have been done."""
        if not met:
            assert (answer.name, answer.color) == row
            self.groups[answer.id] = row
            return
        assert isinstance(answer, APIError if met[0] in STATUSES else TransportError), answer
        assert answer.attempts == 1
        new = {id: stored for id, stored in self.stored().items() if id not in self.groups}
        assert list(new.values()) == ([row] if met[0] in ("truncated_body", "drop_after_commit") else [])
        self.groups |= new

    @rule(index=which, name=st.one_of(names, st.just(UNSET)), colour=st.one_of(colours, st.just(UNSET)))
    def update(self, index: int, name: Any, colour: Any) -> None:
        id = self.one(index)
        if name is colour is UNSET:
            name = "Sales"
        answer = self.ask(lambda: self.client.user_groups.update(id, name=name, color=colour))
        self.met()
        if id not in self.groups:
            assert isinstance(answer, NotFoundError)
            return
        before = self.groups[id]
        self.groups[id] = (before[0] if name is UNSET else name, before[1] if colour is UNSET else colour)
        assert (answer.id, answer.name, answer.color) == (id, *self.groups[id])

    @rule(index=which, silent=st.booleans())
    def delete(self, index: int, silent: bool) -> None:
        id = self.one(index)
        if silent:
            self.met()
            self.sandbox.faults.drop_after_commit()
        answer = self.ask(lambda: self.client.user_groups.delete(id))
        met = self.met()
        if id in self.groups:
            assert answer is None
            self.forget(id)
        elif not met and not silent:
            assert isinstance(answer, NotFoundError)
        else:
            # An answer got lost: that it is gone now may be the doing of this call.
            assert answer is None or isinstance(answer, NotFoundError)

    @rule(indexes=several)
    def delete_many(self, indexes: list[int]) -> None:
        ids = list(dict.fromkeys(self.one(index) for index in indexes))
        result = self.ask(lambda: self.client.user_groups.delete_many(ids, concurrency=3))
        met = self.met()
        assert [outcome.input for outcome in result] == ids
        for outcome in result:
            if outcome.input in self.groups:
                assert outcome.ok
                self.forget(outcome.input)
            else:
                assert isinstance(outcome.error, NotFoundError) or (outcome.ok and met)

    def forget(self, id: int) -> None:
        del self.groups[id]
        self.gone.append(id)

    # --- what is read ----------------------------------------------------------------------------------------

    @rule(index=which)
    def get(self, index: int) -> None:
        id = self.one(index)
        answer = self.ask(lambda: self.client.user_groups.get(id))
        self.met()
        if id in self.groups:
            assert (answer.id, answer.name, answer.color) == (id, *self.groups[id])
        else:
            assert isinstance(answer, NotFoundError)

    @rule(indexes=several)
    def get_many(self, indexes: list[int]) -> None:
        ids = [self.one(index) for index in indexes]
        result = self.ask(lambda: self.client.user_groups.get_many(ids, concurrency=3))
        self.met()
        assert [outcome.input for outcome in result] == ids
        for outcome in result:
            if outcome.input in self.groups:
                group = outcome.unwrap()
                assert (group.id, group.name, group.color) == (outcome.input, *self.groups[outcome.input])
            else:
                assert isinstance(outcome.error, NotFoundError)

    @rule(options=pages, name=st.none() | names)
    def list_all(self, options: dict[str, Any], name: str | None) -> None:
        filters = () if name is None else (field("name") == name,)
        listing, rows = self.rows(lambda: self.client.user_groups.list(*filters, **options))
        self.met()
        expected = {id: row for id, row in self.groups.items() if name in (None, row[0])}
        assert [row.id for row in rows] == sorted(expected, reverse=True)
        assert {row.id: (row.name, row.color) for row in rows} == expected
        assert listing.report.complete

    @rule(options=pages)
    def count_and_first(self, options: dict[str, Any]) -> None:
        assert self.ask(lambda: self.client.user_groups.list(**options).count()) == len(self.groups)
        first = self.ask(lambda: self.client.user_groups.list(**options).first())
        self.met()
        assert (None if first is None else first.id) == max(self.groups, default=None)

    @rule(size=st.integers(1, 3), stop=st.integers(0, 3), strategy=st.sampled_from(["offset", "keyset"]))
    def list_in_two_goes(self, size: int, stop: int, strategy: str) -> None:
        """Go on from a checkpoint: both halves together are the whole, and nothing comes twice."""

        async def walk() -> list[int]:
            begun = self.client.user_groups.list(page_size=size, strategy=strategy)
            given: list[Any] = []
            walked = begun.pages()
            for _ in range(min(stop, -(-len(self.groups) // size))):
                given += (await step(walked)).items
            await leave(walked)
            resumed = self.client.user_groups.list(page_size=size, strategy=strategy, resume=begun.checkpoint())
            return [row.id for row in [*given, *await every(resumed)]]

        ids = self.run(walk())
        self.met()
        assert ids == sorted(self.groups, reverse=True)

    @rule(size=st.integers(1, 3), prefetch=st.sampled_from([0, 1]))
    def list_while_rows_come_and_go(self, size: int, prefetch: int) -> None:
        faults = self.sandbox.faults
        begun = len(faults.changes)
        faults.insert_during_walk(1, every=2, collection="usergroups")
        faults.delete_during_walk(1, every=2, collection="usergroups")
        options = {"page_size": size, "strategy": "keyset", "prefetch": prefetch}
        listing, rows = self.rows(lambda: self.client.user_groups.list(**options))
        self.met()
        given = [row.id for row in rows]
        for change in faults.changes[begun:]:
            if change.kind == "insert":
                self.groups[change.row["id"]] = (change.row["name"], change.row["color"])
            else:
                self.forget(change.row["id"])
        came = {change.row["id"] for change in faults.changes[begun:]}
        assert given == sorted(set(given), reverse=True)
        assert set(self.groups) - came <= set(given) <= set(self.groups) | came
        assert listing.report.complete

    # --- a range of time -------------------------------------------------------------------------------------

    @rule(minutes=st.integers(-60, DAYS * 24 * 60 + 60))
    def a_call_is_made(self, minutes: int) -> None:
        moment = SINCE + timedelta(minutes=minutes)
        self.calls[self.sandbox.add_call(self.sandbox.user_id, talk=5, calldate=moment).id] = moment

    @rule(days=st.integers(1, DAYS), hours=st.sampled_from([5, 24, 72]), options=pages)
    def walk_a_range_of_time(self, days: int, hours: int, options: dict[str, Any]) -> None:
        end = SINCE + timedelta(days=days)
        chosen = {"page_size": options["page_size"], "strategy": options["strategy"], "concurrency": 2}
        _, rows = self.rows(lambda: self.client.cdrs.walk(SINCE, end, slice=timedelta(hours=hours), **chosen))
        self.met()
        expected = {id for id, moment in self.calls.items() if SINCE <= moment < end}
        assert len(rows) == len(expected)
        assert {row.id for row in rows} == expected

    # --- what is always true ---------------------------------------------------------------------------------

    @invariant()
    def the_account_is_as_it_must_be(self) -> None:
        assert self.stored() == self.groups


# It takes seconds; where it fails, Hypothesis takes minutes to find the shortest sequence that does.
@pytest.mark.timeout(900)
@pytest.mark.parametrize("face", [AsyncVoipStudio, VoipStudio], ids=["async", "blocking"])
def test_the_account_is_as_it_must_be_after_any_sequence_of_operations_and_faults(face: type[Any]) -> None:
    machine = type(f"{face.__name__}Account", (Account,), {"face": face})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(EXAMPLES), stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
