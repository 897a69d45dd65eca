"""Call records for dlt: many accounts into one table of any of its destinations, and after that only what is new.

::

    pipeline = dlt.pipeline("voipstudio", destination="duckdb", dataset_name="voipstudio")
    with Accounts.from_env() as accounts:
        pipeline.run(cdrs(accounts, since=date(2026, 1, 1)))

What was fetched is known for each account by itself, in the state that dlt keeps with the rows: an account that comes
later is fetched from the beginning, and a run that ends early leaves the state as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import attrs

from . import Accounts, ConfigurationError, PaginationError, VoipStudio, VoipStudioError
from .entities.arguments import told
from .entities.zones import aware, first_moment, is_repeated, wall_clock
from .extras import needed
from .texts import to_json

Failed = Callable[[str, VoipStudioError], None]
State = dict[str, str]
"""The moment of the newest row of each account, in UTC."""
Read = Callable[[VoipStudio, str, State], Iterator[Any]]
"""Reads the rows of one account, as record batches."""
_LAG = re.compile(r"(\d{1,6}) ?(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_KEY = ("account", "id")
_HOUR = timedelta(hours=1)
_MONTH = timedelta(days=30)


def cdrs(
    accounts: Accounts,
    *,
    since: date,
    lag: str | timedelta = "2h",
    slice: timedelta = _MONTH,
    failed: Failed | None = None,
) -> Any:
    """Return a resource of dlt: the call records of many accounts, as Arrow tables for the table ``cdrs``.

    The first run fetches all since a day, and each one after it what is newer than the newest row of its account, and
    the time before it in which rows may have come late or changed. Rows are merged by account and id, so that it does
    no harm to fetch one twice. Accounts are read side by side: as many as dlt has ``EXTRACT__WORKERS``.

    The columns are those of `to_arrow`, and ``account``; lists are JSON.

    :param accounts: where the rows come from; they stay open
    :param since: the first day or moment
    :param lag: how late a row may come, as a `timedelta` or a text: ``"90m"``, ``"2h"``, ``"1d"``. The API dates a call
        by its beginning, so take more than the longest call lasts
    :param slice: the length of each piece of the time that is read by itself
    :param failed: hears of an account that cannot be read, which the next run does again; without it the run ends
    :raises ConfigurationError: dlt is missing (extra ``dlt``), or an argument is not what it can be
    """
    return _resource(accounts, "cdrs", _Records(_day(since), _lag(lag), slice), failed)


def source(
    accounts: Accounts,
    *,
    since: date,
    lag: str | timedelta = "2h",
    slice: timedelta = _MONTH,
    failed: Failed | None = None,
) -> Any:
    """Return a source of dlt: the resource `cdrs`, and ``users`` as they are now, which its column ``user_id`` names.

    The arguments are those of `cdrs`. A user who was deleted stays in the table.
    """
    dlt = needed("dlt", "dlt")

    def voipstudio() -> Any:
        records = cdrs(accounts, since=since, lag=lag, slice=slice, failed=failed)
        return records, _resource(accounts, "users", _users, failed)

    return dlt.source(voipstudio, name="voipstudio", max_table_nesting=0)()


@attrs.frozen
class _Records:
    """Reads the call records of one account that are not there yet."""

    since: date
    lag: timedelta
    slice: timedelta

    def __call__(self, client: VoipStudio, account: str, state: State) -> Iterator[Any]:
        newest, tz = state.get(account, ""), client.cdrs.list().tz
        low, high = _told_once(self._low(newest, tz), tz), _told_once(datetime.now(UTC), tz)
        if low >= high:
            return
        pages = client.cdrs.walk(low, high, slice=self.slice)
        with closing(pages.batches(whole=True)) as batches:
            for batch in batches:
                newest = max(newest, _newest(batch))
                yield batch
        if not pages.report.complete:
            raise PaginationError(f"{account}: rows are missing, run it again: {pages.report}", pages.report)
        # Not before: what was read in part is read again.
        if newest:
            state[account] = newest

    def _low(self, newest: str, tz: tzinfo) -> datetime:
        """Return the moment to begin at: that of the newest row that is there, without the overlap."""
        first = aware(self.since, tz) if isinstance(self.since, datetime) else first_moment(self.since, tz)
        return max(first, datetime.fromisoformat(newest) - self.lag) if newest else first


def _users(client: VoipStudio, *_: Any) -> Iterator[Any]:
    return client.users.list().batches(whole=True)


def _resource(accounts: Accounts, name: str, read: Read, failed: Failed | None) -> Any:
    """Make a resource of what is read of each account."""
    dlt = needed("dlt", "dlt")
    if not isinstance(accounts, Accounts):
        raise ConfigurationError(f"{name} are read from Accounts, got {type(accounts).__name__}")

    def names() -> Iterator[str]:
        yield from accounts.names

    def tables(account: str) -> Iterator[Any]:
        state: State = dlt.current.resource_state(name).setdefault("newest", {})
        try:
            for batch in read(accounts.open(account), account, state):
                yield _table(batch, account)
        except VoipStudioError as error:
            if failed is None:
                raise
            failed(account, error)

    every = dlt.resource(names, name="accounts", selected=False)
    return dlt.transformer(
        tables, name=name, data_from=every, primary_key=_KEY, write_disposition="merge", parallelized=True
    )


def _table(batch: Any, account: str) -> Any:
    """Return a batch as a table with a column for the account, of columns that every destination has."""
    pa = needed("pyarrow", "arrow")
    columns, fields = [pa.repeat(account, batch.num_rows)], [pa.field("account", pa.string(), nullable=False)]
    for field, column in zip(batch.schema, batch.columns, strict=True):
        is_list = pa.types.is_list(field.type)
        columns.append(pa.array(map(_json, column.to_pylist()), pa.string()) if is_list else column)
        # A key that might be null is warned of for every page.
        fields.append(pa.field(field.name, columns[-1].type, nullable=field.name not in _KEY))
    return pa.table(columns, schema=pa.schema(fields))


def _newest(batch: Any) -> str:
    """Return the moment of the newest row, as text that compares as moments do."""
    moment: datetime = needed("pyarrow.compute", "arrow").max(batch["calldate"]).as_py()
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _json(value: Any) -> str | None:
    return None if value is None else to_json(value).decode()


def _told_once(moment: datetime, tz: tzinfo) -> datetime:
    """Return the last moment that only one time of the clock means: the hour that comes twice is fetched with the next.

    The API's date-times cannot tell which of the two is meant.
    """
    while is_repeated(wall_clock(moment, tz), tz):
        moment -= _HOUR
    return moment


def _day(since: Any) -> date:
    if not isinstance(since, date):
        raise ConfigurationError(f"since is a date or a date-time, got {told(since)}")
    return since


def _lag(lag: Any) -> timedelta:
    match = _LAG.fullmatch(lag) if isinstance(lag, str) else None
    found = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else lag
    if not isinstance(found, timedelta) or found < timedelta(0):
        raise ConfigurationError(f"lag is a time like '2h' or timedelta(hours=2), got {told(lag)}")
    return found
