"""A listing as a table in memory: Arrow, pandas or Polars, with the schema of an export, for no rows too."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import tzinfo
from decimal import Decimal
from functools import partial
from math import inf
from operator import methodcaller
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, get_args, overload

from ..columns.batches import Batches, batches_of, plain_columns, zone_of
from ..columns.money import SCALE, Money, Rounding, misfit, quantized
from ..columns.table import Column, Kind, Secrets, Table
from ..entities.arguments import is_one_of, told
from ..entities.base import Entity
from ..entities.zones import known
from ..errors import ConfigurationError
from ..extras import needed
from ..pagination.pagers import AsyncPages, Pages
from .faces import AnyPages, P, drive, entity_of

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]  # pandas-stubs are a matter of who uses pandas
    import polars as pl

Dtypes = Literal["numpy", "arrow"]
"""The types of the columns of a pandas frame."""
Make = Callable[[Sequence[Entity]], Any]


@overload
def to_arrow(
    pages: AsyncPages[Any],
    *,
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> Coroutine[Any, Any, Any]: ...
@overload
def to_arrow(
    pages: Pages[Any],
    *,
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> Any: ...
def to_arrow(
    pages: AnyPages,
    *,
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> Any:
    """Fetch a listing into a `pyarrow.Table`: to be awaited with `AsyncPages`; `Pages` wait.

    The result is typed as `Any`: pyarrow has no types that a checker could read.

    Money is ``decimal128(38, 12)``, date-times are microseconds with the zone `tz` (the client's
    without it). With ``money="round"``, money with more digits is rounded to 12 behind the point.
    Passwords and tokens are ``***``; ``secrets="reveal"`` gives them in the clear.

    :param columns: the fields that are columns, in this order; all without it
    :raises ConfigurationError: pyarrow is missing (extra ``arrow``), or `tz` has no name
    :raises DecodeError: a value does not fit its column without loss; it names the row, the field and the value
    """
    needed("pyarrow", "arrow")
    made = batches_of(entity_of(pages), pages.tz, extras, tz, money, secrets, columns)
    return drive(pages, _arrow_frame(made, lambda whole: whole))


@overload
def to_pandas(
    pages: AsyncPages[Any],
    *,
    dtypes: Dtypes = "numpy",
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> Coroutine[Any, Any, pd.DataFrame]: ...
@overload
def to_pandas(
    pages: Pages[Any],
    *,
    dtypes: Dtypes = "numpy",
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> pd.DataFrame: ...
def to_pandas(
    pages: AnyPages,
    *,
    dtypes: Dtypes = "numpy",
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> Any:
    """Fetch a listing into a `pandas.DataFrame`: to be awaited with `AsyncPages`; `Pages` wait.

    Numbers and booleans are nullable (``Int64``, ``boolean``), money stays `decimal.Decimal`, date-times have the
    zone `tz` (the client's without it). Passwords and tokens are ``***``; ``secrets="reveal"`` gives them in the clear.

    With ``dtypes="arrow"`` every column is a `pandas.ArrowDtype`, with the types of `to_arrow`. Choose it where
    money is to be added up, and where a frame goes to Dask, which takes a column of decimals for text otherwise.

    :param columns: the fields that are columns, in this order; all without it
    :param dtypes: which types the columns have; ``"arrow"`` needs pyarrow
    :param money: ``"round"`` rounds money with more than 12 digits behind the point; ``dtypes="arrow"`` has room for
        no more
    :raises ConfigurationError: pandas is missing (extra ``pandas``), or pyarrow (extra ``arrow``) for
        ``dtypes="arrow"``, or `tz` has no name then
    :raises DecodeError: a value does not fit its column without loss; it names the row, the field and the value
    """
    pandas = needed("pandas", "pandas")
    entity = entity_of(pages)
    tz = pages.tz if tz is None else known(tz)
    table = Table(entity, extras, tz, secrets, columns)
    rounding = Rounding(money)
    if not is_one_of(dtypes, get_args(Dtypes)):
        raise ConfigurationError(f"dtypes is 'numpy' or 'arrow', got {told(dtypes)}")
    if dtypes == "arrow":
        made = batches_of(entity, pages.tz, extras, tz, money, secrets, columns)
        return drive(pages, _arrow_frame(made, methodcaller("to_pandas", types_mapper=pandas.ArrowDtype)))
    types = {
        Kind.INTEGER: "Int64",
        Kind.BOOLEAN: "boolean",
        Kind.FLOAT: "Float64",
        Kind.MONEY: "object",
        Kind.DAY: "object",
        Kind.TEXTS: "object",
        Kind.MOMENT: pandas.DatetimeTZDtype("us", tz),
    }

    def frame(items: Sequence[Entity]) -> Any:
        found = {}
        for column, plain in zip(table.columns, plain_columns(table, items), strict=True):
            values = rounding.column(column.kind, plain)
            take = partial(pandas.Series, dtype=types.get(column.kind, "string"))
            try:
                found[column.name] = take(list(values))
            except (OverflowError, ValueError, TypeError):
                raise misfit(table, column.kind, column.name, items, values, take) from None
        return pandas.DataFrame(found)

    join = partial(pandas.concat, ignore_index=True)
    return drive(pages, _Frame(frame, lambda frames: join(frames or [frame([])]), conceals=secrets == "mask"))


@overload
def to_polars(
    pages: AsyncPages[Any],
    *,
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> Coroutine[Any, Any, pl.DataFrame]: ...
@overload
def to_polars(
    pages: Pages[Any],
    *,
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> pl.DataFrame: ...
def to_polars(
    pages: AnyPages,
    *,
    extras: bool = False,
    tz: tzinfo | None = None,
    money: Money = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
) -> Any:
    """Fetch a listing into a `polars.DataFrame`: to be awaited with `AsyncPages`; `Pages` wait.

    Money is ``Decimal(38, 12)``, date-times are microseconds with the zone `tz` (the client's
    without it). With ``money="round"``, money with more digits is rounded to 12 behind the point.
    Passwords and tokens are ``***``; ``secrets="reveal"`` gives them in the clear.

    :param columns: the fields that are columns, in this order; all without it
    :raises ConfigurationError: polars is missing (extra ``polars``), or `tz` has no name
    :raises DecodeError: a value does not fit its column without loss; it names the row, the field and the value
    """
    polars = needed("polars", "polars")
    entity = entity_of(pages)
    tz = pages.tz if tz is None else known(tz)
    table = Table(entity, extras, tz, secrets, columns)
    types = {
        Kind.INTEGER: polars.Int64,
        Kind.BOOLEAN: polars.Boolean,
        Kind.FLOAT: polars.Float64,
        Kind.MONEY: polars.Decimal(38, SCALE),
        Kind.DAY: polars.Date,
        Kind.MOMENT: polars.Datetime("us", zone_of(tz)),
        Kind.TEXTS: polars.List(polars.String),
    }

    rounding = Rounding(money)

    def frame(items: Sequence[Entity]) -> Any:
        found: list[Any] = []
        for column, plain in zip(table.columns, plain_columns(table, items), strict=True):
            values = rounding.column(column.kind, plain)

            def take(values: Sequence[Any], column: Column = column) -> Any:
                if column.kind is Kind.MONEY:
                    check_money(values)
                return polars.Series(column.name, values, types.get(column.kind, polars.String), strict=True)

            try:
                found.append(take(values))
            except (OverflowError, ValueError, TypeError, polars.exceptions.PolarsError):
                raise misfit(table, column.kind, column.name, items, values, take) from None
        return polars.DataFrame(found)

    return drive(pages, _Frame(frame, lambda frames: polars.concat(frames or [frame([])]), conceals=secrets == "mask"))


def check_money(values: Sequence[Decimal | None]) -> None:
    """Refuse decimals with more digits than a money column has: Polars would cut them."""
    for value in values:
        if value is None or not value:
            continue
        # Compared with what is left of it: the usual context would round a long number before it could be looked at.
        if not value.is_finite() or value.adjusted() >= 38 - SCALE or quantized(value) != value:
            raise ValueError(f"{value} has more than {38 - SCALE} digits before the point or {SCALE} behind it")


class _Frame:
    """A table that grows page by page: entities are let go as soon as their page is in."""

    wanted = inf

    def __init__(
        self, make: Make, join: Callable[[list[Any]], Any], made: Batches | None = None, *, conceals: bool
    ) -> None:
        self._make = make
        self.made = made
        self.conceals = conceals
        self._join = join
        self._parts: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing behind: there is nothing to close."""

    def begin(self, pages: P) -> P | None:
        return pages

    def take(self, items: Sequence[Entity]) -> None:
        self._parts.append(self._make(items))

    def done(self) -> Any:
        return self._join(self._parts)


def _arrow_frame(made: Batches, finish: Callable[[Any], Any]) -> _Frame:
    """Return what makes an Arrow table, and `finish` of it."""
    arrow = needed("pyarrow", "arrow")
    join = partial(arrow.Table.from_batches, schema=made.schema)
    return _Frame(made.of, lambda batches: finish(join(batches)), made, conceals=made.conceals)
