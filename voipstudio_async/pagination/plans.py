"""A range of time as a plan: slices that other processes and machines read, each on its own.

A `Slice` is a handful of short texts. So it can be pickled, written as JSON, and handed to any engine; and there is no
secret in it. Who reads it needs an account of the same name, which its own side has the credentials of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, TypeVar

import attrs

from ..entities.arguments import is_whole_text, told
from ..entities.base import Entity
from ..entities.zones import zone_called, zone_text
from ..errors import ConfigurationError
from ..wire.codec import codec
from ..wire.filters import Filter
from .page import MAX_PAGE_SIZE, PageQuery
from .slices import Cuts, one_piece

E = TypeVar("E", bound=Entity)

DEFAULT_ACCOUNT = "default"
"""The account whose token stands in ``VOIPSTUDIO_API_TOKEN``."""


def _is_name(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if not is_whole_text(value) or not value.strip():
        raise ConfigurationError(f"a slice needs a text as {attribute.name}, got {told(value)}")


def _is_moment(part: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    _is_name(part, attribute, value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise ConfigurationError(f"{attribute.name} of a slice is like '2026-03-01 00:00:00', got {told(value)}")


@attrs.frozen
class Slice:
    """A part of a listing, from one moment to another: ``client.cdrs.plan(...)`` makes them.

    It holds short texts alone, and no credentials: it can be pickled, and ``attrs.asdict(part)`` is JSON that
    ``Slice(**fields)`` takes. Reading it twice does no harm.
    """

    listing: str = attrs.field(validator=_is_name)
    """The part of a client that it is read from: ``"cdrs"``."""
    low: str = attrs.field(validator=_is_moment)
    """Its beginning, which belongs to it, on the clock of `zone`, as the API writes moments."""
    high: str = attrs.field(validator=_is_moment)
    """Its end, which belongs to the next one."""
    account: str = attrs.field(default=DEFAULT_ACCOUNT, validator=_is_name)
    """The name of the account that it belongs to: see `Accounts`."""
    zone: str = attrs.field(default="UTC", validator=_is_name)
    """The zone of the API's date-times: ``"Europe/London"``, ``"+02:00"``."""
    filters: str = "[]"
    """What its rows meet besides, as the API takes it: a JSON list."""

    def __attrs_post_init__(self) -> None:
        if self.low >= self.high:
            raise ConfigurationError(f"a slice ends after it begins, got {self.low} to {self.high}")

    def __reduce__(self) -> tuple[Any, ...]:
        # Shorter than the names of its fields, and it is checked when it is made again.
        return type(self), attrs.astuple(self)

    def read(self, accounts: Any = None, *, columns: Any = None) -> Any:
        """Fetch its rows into a `pyarrow.Table`: all of them, or there is an error.

        Without `accounts`, the token is taken from the environment of this process, see `Accounts.from_env`.

        :param accounts: `Accounts` with one of its account's name; they stay open
        :param columns: the fields that are columns, in this order; all without it
        :raises PaginationError: rows came or went while it was read, so nobody knows whether it is all: read it again
        :raises ConfigurationError: there is no account of that name, or pyarrow is missing (extra ``arrow``)
        """
        return _reading().read(self, accounts, columns)

    async def aread(self, accounts: Any = None, *, columns: Any = None) -> Any:
        """Fetch its rows as `read` does, awaited: `accounts` are `AsyncAccounts`."""
        return await _reading().aread(self, accounts, columns)


def _reading() -> Any:
    # What reads a slice stands on the clients, far above: it is looked up where it is wanted, as a fresh process that
    # has unpickled a slice knows nothing but this module.
    return import_module("voipstudio_async.engines.reading")


def planned(query: PageQuery[Any], listing: str, cuts: Cuts, account: str) -> tuple[Slice, ...]:
    """Return the slices of a listing."""
    zone, filters = zone_text(query.codec.tz), query.codec.filter_text(query.filters)
    return tuple(Slice(listing, low, high, account, zone, filters) for _, low, high in cuts.slices())


def asked(part: Slice, entity: type[E], path: str, *, strict: bool) -> tuple[PageQuery[E], Cuts]:
    """Return what a slice asks for."""
    tz = zone_called(part.zone)
    query = PageQuery(entity, path, codec(tz, strict), _filters(part.filters), page_size=MAX_PAGE_SIZE)
    return query, one_piece(part.low, part.high, tz)


def _filters(text: str) -> tuple[Filter, ...]:
    try:
        entries = json.loads(text, parse_float=Decimal)
        return tuple(_filter(entry) for entry in entries)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ConfigurationError(f"filters of a slice are what plan() writes, got {told(text)}") from None


def _filter(entry: Mapping[str, Any]) -> Filter:
    return Filter(entry["property"], entry["operator"], entry["value"])
