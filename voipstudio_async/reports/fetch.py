"""`call_report`: fetches all users and their call records, and sums them up page by page; rows are never held."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import aclosing, suppress
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Literal, get_args, overload

import attrs

from .. import AsyncVoipStudio, VoipStudio
from ..entities import Cdr, Me, User
from ..entities.arguments import count as checked_count
from ..entities.arguments import is_duration, number, plain, told
from ..entities.zones import aware, first_moment, known, next_day
from ..errors import APIError, ConfigurationError, DeadlineExceeded, VoipStudioError
from ..pagination.page import MAX_PAGE_SIZE, Page, PageReport
from ..pagination.pagers import AsyncPages
from ..wire.filters import Filter, field
from .report import CallReport
from .stats import CallStats, TeamStats, name_of
from .teams import Teams, teams_of
from .values import Count, Failure, Fetch, GroupedBy, Source

Wanted = Literal["auto", "account", "users"]
GroupBy = Literal["month", "week"] | Teams
_PERIODS = ("month", "week")
ProgressHook = Callable[["Progress"], None]

ACCOUNT = "call records of the account"
_LIST_OF_USERS = 0
"""Stands for the list itself, where otherwise the id of a user stands."""
_LOOK_AHEAD = 4
_NOT_OFFERED = (403, 404, 405)
"""Statuses of ``GET /cdrs`` that send us to each user's own records: not allowed, or not there."""


@attrs.frozen(kw_only=True)
class Progress:
    """How far a report has come."""

    source: Source
    done: int
    """Users that are done with; for the source ``account``, rows that were read."""
    total: int | None
    """How many users, or rows, there are; None while that is not known."""
    rows: int
    """Call records that were read so far."""
    requests: int
    failed: int
    """What could not be fetched so far."""


@attrs.frozen(kw_only=True)
class Plan:
    """The arguments of a report, checked."""

    start: datetime | None
    end: datetime | None
    tz: tzinfo
    source: Wanted
    count: Count
    group_by: GroupBy | None
    concurrency: int
    progress: ProgressHook | None
    deadline: float | None

    @property
    def teams(self) -> Teams | None:
        """The teams that were asked for; None where months or weeks are, or nothing."""
        return None if isinstance(self.group_by, str) else self.group_by

    @property
    def grouped_by(self) -> GroupedBy | None:
        """What the groups are."""
        match self.group_by:
            case None | "month" | "week" as period:
                return period
            case _:
                return "team"

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The range, as the API is asked for it: without a bound that nothing lies beyond."""
        bounds: list[Filter] = []
        if self.start is not None and not (self.start.year == 1 and _is_unwritable(self.start)):
            bounds.append(field("calldate") >= self.start)
        if self.end is not None and not (self.end.year == date.max.year and _is_unwritable(self.end)):
            bounds.append(field("calldate") < self.end)
        return tuple(bounds)

    def holds(self, cdr: Cdr) -> bool:
        """Whether a record is in the range: the API is asked for that, but may not heed every filter."""
        if cdr.calldate is None:
            return True
        return not ((self.start and cdr.calldate < self.start) or (self.end and cdr.calldate >= self.end))


@overload
def call_report(
    client: AsyncVoipStudio,
    *,
    start: date | None = None,
    end: date | None = None,
    tz: tzinfo = UTC,
    source: Wanted = "auto",
    count: Count = "calls",
    group_by: GroupBy | None = None,
    concurrency: int = 8,
    progress: ProgressHook | None = None,
    deadline: float | None = None,
) -> Coroutine[Any, Any, CallReport]: ...
@overload
def call_report(
    client: VoipStudio,
    *,
    start: date | None = None,
    end: date | None = None,
    tz: tzinfo = UTC,
    source: Wanted = "auto",
    count: Count = "calls",
    group_by: GroupBy | None = None,
    concurrency: int = 8,
    progress: ProgressHook | None = None,
    deadline: float | None = None,
) -> CallReport: ...
def call_report(
    client: AsyncVoipStudio | VoipStudio,
    *,
    start: date | None = None,
    end: date | None = None,
    tz: tzinfo = UTC,
    source: Wanted = "auto",
    count: Count = "calls",
    group_by: GroupBy | None = None,
    concurrency: int = 8,
    progress: ProgressHook | None = None,
    deadline: float | None = None,
) -> Coroutine[Any, Any, CallReport] | CallReport:
    """Report on the calls of the account. To be awaited with an `AsyncVoipStudio`; a `VoipStudio` waits.

    What cannot be fetched does not lose the rest: see ``fetch.failures`` of the report.

    :param start: the first day, or (a date-time) the first moment; a date-time without a zone is in `tz`
    :param end: the last day, or (a date-time) the moment before which a call has to begin
    :param tz: the zone whose days and hours are meant
    :param source: ``"account"`` reads the call records of the whole account, ``"users"`` each user's own; ``"auto"``
        tries the first and takes the second where the first is not allowed (403) or not there (404, 405)
    :param count: ``"calls"`` counts a call once, however many legs it has (it rang at a group, or waited in a queue);
        ``"legs"`` counts each call record. The figures of users are of their own legs in either case
    :param group_by: the `groups` of the report: ``"month"``, ``"week"`` (of ISO 8601), or the team of each user, as a
        mapping from the user's id, e-mail address or name, or as a function of the `User`. Then `teams` has a report of
        each team; those without one are in ``no team``
    :param concurrency: how many users' records are read at once; pages are fetched ahead in the same measure, at most 4
    :param progress: called after every page, on the loop's thread
    :param deadline: seconds for the whole report; what is not fetched by then is a failure in it
    :raises ConfigurationError: the arguments cannot work
    :raises VoipStudioError: the list of users could not be fetched
    """
    tz = known(tz)
    plan = Plan(
        start=_moment(start, tz),
        end=_moment(end, tz, last=True),
        tz=tz,
        source=source,
        count=count,
        group_by=group_by,
        concurrency=checked_count("concurrency", concurrency, 1),
        progress=progress,
        deadline=number(deadline),
    )
    _check(plan)
    if isinstance(client, VoipStudio):
        return client.run(lambda awaited: _Gathering(awaited, plan).report())
    return _Gathering(client, plan).report()


def _moment(bound: date | None, tz: tzinfo, *, last: bool = False) -> datetime | None:
    if bound is None:
        return None
    bound = plain(bound)
    if isinstance(bound, datetime):
        return aware(bound, tz)
    if isinstance(bound, date):
        return next_day(bound, tz) if last else first_moment(bound, tz)
    raise ConfigurationError(f"start and end are dates or date-times, got {told(bound)}")


def _is_unwritable(moment: datetime) -> bool:
    """Tell whether there is no way to write a moment in whole seconds, or only the clock of its own zone shows it."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return True
    return moment == datetime.max.replace(tzinfo=moment.tzinfo)


def _check(plan: Plan) -> None:
    if plan.start is not None and plan.end is not None and plan.start >= plan.end:
        raise ConfigurationError(f"the report would end ({plan.end}) before it begins ({plan.start})")
    if not isinstance(plan.count, str) or plan.count not in get_args(Count):
        raise ConfigurationError(f"count must be one of {', '.join(get_args(Count))}, got {told(plan.count)}")
    if not isinstance(plan.source, str) or plan.source not in get_args(Wanted):
        raise ConfigurationError(f"source must be one of {', '.join(get_args(Wanted))}, got {told(plan.source)}")
    by = plan.group_by
    if by not in _PERIODS if isinstance(by, str) else not (by is None or callable(by) or isinstance(by, Mapping)):
        raise ConfigurationError(
            f"group_by must be 'month', 'week', a mapping from users to teams or a function of a user, got {told(by)}"
        )
    if plan.deadline is not None and not is_duration(plan.deadline):
        raise ConfigurationError(f"deadline must be a number of seconds above 0, got {told(plan.deadline)}")


class _Gathering:
    """One report while it is fetched."""

    def __init__(self, client: AsyncVoipStudio, plan: Plan) -> None:
        self._client = client
        self._plan = plan
        self._stats = CallStats(plan.tz, count=plan.count)
        self._teams = TeamStats({}, plan.tz, count=plan.count)
        self._me = Me()
        self._users: dict[int, User] = {}
        self._source: Source = "users" if plan.source == "users" else "account"
        self._requests = self._rows = self._duplicates = self._elsewhere = self._outside = 0
        self._total: int | None = None
        self._open: dict[int | None, str] = {_LIST_OF_USERS: "users"}
        self._failures: list[Failure] = []
        self._unproven: dict[int | None, str] = {}

    async def report(self) -> CallReport:
        """Fetch everything, and return the figures of what came."""
        began = time.monotonic()
        timer = asyncio.timeout(self._plan.deadline)
        try:
            async with timer:
                await self._list_users()
                self._form_teams()
                await self._read_records()
                await self._read_owner()
        except TimeoutError as error:
            # The client's own timeouts are TimeoutErrors as well.
            if isinstance(error, VoipStudioError) or not timer.expired():
                raise
            self._give_up(time.monotonic() - began)
        return self._finished(time.monotonic() - began)

    # --- fetching --------------------------------------------------------------------------------------------

    async def _list_users(self) -> None:
        pages = self._client.users.list(page_size=MAX_PAGE_SIZE)
        counted = 0
        async with aclosing(pages.pages()) as walk:
            async for page in walk:
                self._users |= {user.id: user for user in page.items}
                counted = self._count(pages.report, counted)
        self._count(pages.report, counted)
        del self._open[_LIST_OF_USERS]
        if not pages.report.complete:
            self._unproven[_LIST_OF_USERS] = "users"

    def _form_teams(self) -> None:
        if (teams := self._plan.teams) is not None:
            members = teams_of(self._users.values(), teams)
            self._teams = TeamStats(members, self._plan.tz, count=self._plan.count)

    async def _read_owner(self) -> None:
        """Read whose account it is, and its currency: the figures are as good without."""
        with suppress(VoipStudioError):
            self._me = await self._client.me()

    async def _read_records(self) -> None:
        if self._plan.source != "users" and await self._read_account():
            return
        self._source = "users"
        self._total = len(self._users)
        self._open = {user.id: name_of(user) for user in self._users.values()}
        waiting = iter(self._users.values())
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._plan.concurrency, len(self._users))):
                group.create_task(self._work(waiting))

    async def _work(self, waiting: Iterator[User]) -> None:
        for user in waiting:
            pages = self._client.users.cdrs(user.id, *self._plan.filters, page_size=MAX_PAGE_SIZE)
            await self._read(pages, user.id, name_of(user))

    async def _read_account(self) -> bool:
        """Read the records of the whole account; False where it does not offer them, and another way is allowed."""
        ahead = min(self._plan.concurrency, _LOOK_AHEAD)
        pages = self._client.cdrs.list(*self._plan.filters, page_size=MAX_PAGE_SIZE, prefetch=ahead)
        self._open = {None: ACCOUNT}
        await self._read(pages, None, ACCOUNT)
        refused = self._plan.source == "auto" and not pages.report.rows and self._failures
        if not refused or not _not_offered(self._failures[0].error):
            return True
        self._failures.clear()
        return False

    async def _read(self, pages: AsyncPages[Cdr], owner: int | None, what: str) -> None:
        counted = 0
        try:
            async with aclosing(pages.pages()) as walk:
                async for page in walk:
                    counted = self._count(pages.report, counted)
                    self._take(page, owner)
        except VoipStudioError as error:
            self._requests += 1
            self._failures.append(Failure(what=what, user_id=owner, error=error, rows=pages.report.rows))
        else:
            if not pages.report.complete:
                self._unproven[owner] = what
        self._count(pages.report, counted)
        self._duplicates += pages.report.duplicates
        del self._open[owner]
        self._tell()

    # --- counting --------------------------------------------------------------------------------------------

    def _count(self, report: PageReport, before: int) -> int:
        self._requests += report.requests - before
        return report.requests

    def _take(self, page: Page[Cdr], owner: int | None) -> None:
        if self._source == "account":
            self._total = page.total
        for cdr in page.items:
            if not self._plan.holds(cdr):
                self._outside += 1
            elif owner is not None and cdr.user_id != owner and cdr.user_id in self._users:
                self._elsewhere += 1
            else:
                self._stats.add(cdr, owner)
                if self._plan.teams is not None:
                    self._teams.add(cdr, owner)
                self._rows += 1
        self._tell()

    def _tell(self) -> None:
        if self._plan.progress is None:
            return
        done = len(self._users) - len(self._open) if self._source == "users" else self._rows
        self._plan.progress(
            Progress(
                source=self._source,
                done=done,
                total=self._total,
                rows=self._rows,
                requests=self._requests,
                failed=len(self._failures),
            )
        )

    def _give_up(self, elapsed: float) -> None:
        error = DeadlineExceeded(f"the report was not done after {self._plan.deadline:g} s", elapsed=elapsed)
        self._failures += (Failure(what=what, user_id=owner or None, error=error) for owner, what in self._open.items())

    def _finished(self, seconds: float) -> CallReport:
        fetch = Fetch(
            source=self._source,
            requests=self._requests,
            rows=self._rows,
            duplicates=self._duplicates,
            elsewhere=self._elsewhere,
            outside=self._outside,
            seconds=seconds,
            failures=tuple(self._failures),
            incomplete=tuple(self._unproven.values()),
        )
        span = {"start": self._plan.start, "end": self._plan.end}
        report = self._stats.report(self._users.values(), **span)
        teams = {} if self._plan.teams is None else self._teams.reports(self._users.values(), **span)
        named: dict[str, Any] = {name: self._told(team, fetch) for name, team in teams.items()}
        return attrs.evolve(self._told(report, fetch), grouped_by=self._plan.grouped_by, teams=named)

    def _told(self, report: CallReport, fetch: Fetch) -> CallReport:
        """Add what is known of the fetching and of the account."""
        partial = {failure.user_id for failure in self._failures} | self._unproven.keys()
        users = tuple(
            attrs.evolve(user, complete=None not in partial and user.user_id not in partial) for user in report.users
        )
        names = " ".join(part for part in (self._me.first_name, self._me.last_name) if part and part.strip())
        account, currency = names or self._me.email or None, self._me.currency_iso or None
        return attrs.evolve(report, users=users, fetch=fetch, account=account, currency=currency)


def _not_offered(error: VoipStudioError) -> bool:
    return isinstance(error, APIError) and error.status in _NOT_OFFERED
