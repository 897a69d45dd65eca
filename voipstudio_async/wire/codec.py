"""The one converter between JSON and Python: bodies, filters and answers pass through here and nowhere else.

What it guarantees (a `Codec` is one converter, for one time zone and one strictness):

* A value that converts without loss is converted (see `voipstudio_async.entities.scalars`).
* One that does not fit leaves its field at None, is kept under its name in ``extra``, and is logged once per field.
  With ``strict=True`` it is a `DecodeError` instead, which names the path.
* What the SDK does not know is kept in ``extra``. ``to_dict()`` gives back what was sent.
* An envelope is ``{"data": [...], "total": n}`` or ``{"data": {...}, "links": {}}``; the vendor's documentation and the
  live API disagree on which one some paths answer, so either form is read for either kind.

Reading is done in `plain`, below the fast way in `structs` and `readers`; writing in `bodies`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, cast

from ..entities import scalars
from ..entities.arguments import plain_list, told
from ..entities.base import Entity
from ..entities.scalars import is_object
from ..errors import ConfigurationError
from .apart import parted
from .bodies import BodyWriter
from .filters import Filter
from .parsing import encode
from .plain import PlainDecoder, Rows
from .readers import PageReader

E = TypeVar("E", bound=Entity)


def codec(tz: tzinfo, strict: bool = False) -> Codec:
    """Return the codec for a time zone and a strictness; they are shared, since building hooks costs time."""
    try:
        return _shared_codec(tz, strict)
    except TypeError:
        # The zones of dateutil, and some that are written by hand, have no hash.
        return Codec(tz, strict)


@lru_cache(maxsize=32)
def _shared_codec(tz: tzinfo, strict: bool) -> Codec:
    return Codec(tz, strict)


class Codec:
    """Reads answers and writes requests, for one time zone and one strictness."""

    def __init__(self, tz: tzinfo, strict: bool) -> None:
        self.tz = tz
        self.strict = strict
        # Not imported with the package, but with the first client.
        import cattrs  # noqa: PLC0415

        self.converter = cattrs.Converter(detailed_validation=False)
        self.plain = PlainDecoder(self.converter, tz, strict)
        self._bodies = BodyWriter(self.converter, tz)
        self._readers: dict[type, PageReader[Any]] = {}

    # --- answers ---------------------------------------------------------------------------------------------

    def rows(self, cls: type[E], body: bytes) -> Rows[E]:
        """Read the answer of a listing. A single object, as the documentation shows for four paths, is one row.

        :raises PaginationError: more rows came than the API's largest page has
        :raises DecodeError: it cannot be read, or holds more values than an answer does
        """
        return self.reader(cls).read(body)

    def steps(self, cls: type[E], body: bytes) -> Generator[None, None, Rows[E]]:
        """Read the answer of a listing as `rows` does, and stop now and then if that takes long."""
        return self.reader(cls).steps(body)

    def reader(self, cls: type[E]) -> PageReader[E]:
        """Return what reads all answers of one class."""
        reader = self._readers.get(cls)
        if reader is None:
            reader = self._readers[cls] = PageReader(cls, self.plain)
        return reader

    def flat(self, cls: type[E], body: bytes) -> E:
        """Read an answer that has no envelope, like that of a login; should it have one some day, that is read, too."""
        parsed = self.plain.parse(body).value
        if is_object(parsed) and is_object(parsed.get("data")):
            return self.plain.row(cls, parsed["data"], "data")
        return self.plain.row(cls, parsed, "")

    def total(self, body: bytes) -> int | None:
        """Read the total of a collection from the answer of a listing."""
        page = parted(body)
        if page is not None:
            return self.plain.told(bytes(page.total))
        around = self.plain.envelope(body)
        return 1 if isinstance(around["data"], dict) else self.plain.total(around)

    # --- requests --------------------------------------------------------------------------------------------

    def body(self, draft: Any) -> Any:
        """Write the body of a request as plain values: an attrs class as an object, a list of them as a list.

        `UNSET` is left out, None is null.

        :raises ConfigurationError: a value is not what its field can be
        """
        return self._bodies.write(draft)

    def filter_text(self, filters: tuple[Filter, ...]) -> str:
        """Write filters as the API takes them: a JSON list of property, operator and value."""
        entries = [
            {
                "property": condition.property,
                "operator": condition.operator,
                "value": self._filter_value(condition.value, condition.operator),
            }
            for condition in filters
        ]
        return encode(entries).decode()

    def _filter_value(self, value: Any, operator: str) -> Any:
        moment = self._moment(value, operator)
        if moment is not None:
            return moment
        if isinstance(value, Enum):
            return self._filter_value(value.value, operator)
        if isinstance(value, (list, tuple)):
            return [self._filter_item(item, operator) for item in cast("Sequence[Any]", value)]
        if isinstance(value, (float, Decimal)) and not _is_finite(value):
            raise ConfigurationError(f"a filter cannot compare with {told(value)}")
        if value is None or isinstance(value, (str, int, float, Decimal)):
            return value
        raise ConfigurationError(f"a filter cannot compare with {type(value).__name__}: {told(value)}")

    def _filter_item(self, value: Any, operator: str) -> Any:
        if plain_list(value) is not None:
            raise ConfigurationError(f"a list in a filter holds single values, got {told(value)}")
        return self._filter_value(value, operator)

    def _moment(self, value: Any, operator: str) -> str | None:
        if isinstance(value, datetime):
            return scalars.moment_text(value, self.tz, operator)
        if isinstance(value, date):
            return scalars.day_text(value, operator)
        return None


def _is_finite(value: float | Decimal) -> bool:
    return Decimal(value).is_finite()


__all__ = ("Codec", "Rows", "codec")
