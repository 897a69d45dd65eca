"""Where a walk stands, as a small text that another process can go on from."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import attrs

from ..errors import ConfigurationError
from .page import PageQuery, PageReport


@attrs.frozen
class Checkpoint:
    """Where a walk stands: enough to go on from there, in another process too."""

    listing: str
    """A fingerprint of what is listed: a checkpoint fits its own listing only."""
    page: int
    """The page to ask for next (by offset)."""
    last: int | None
    """The last id that was given out."""
    report: PageReport
    steady: bool = True
    """Nothing was noticed that may have skipped a row."""
    doubt: bool = False
    """More rows vanished than were given, or may have (by id)."""
    size: int | None = None
    """What `page` is counted in, where that is not the listing's own page size."""
    most: int | None = None
    """The largest page that the server gives."""

    def dump(self) -> str:
        """Return it as a small JSON text."""
        return json.dumps({"v": 1, **attrs.asdict(self)})

    @classmethod
    def load(cls, text: str, query: PageQuery[Any]) -> Checkpoint:
        """Read one, and check that it belongs to `query`."""
        try:
            fields = json.loads(text)
            if fields.pop("v") != 1:
                raise ConfigurationError("this checkpoint was made by another version")
            values: dict[str, Any] = {**fields, "report": PageReport(**fields["report"])}
            point = cls(**values)
            point._check()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ConfigurationError("this is not the text of a checkpoint") from error
        if point.listing != fingerprint(query):
            raise ConfigurationError(f"this checkpoint belongs to another listing than {query.path} with these filters")
        return point

    def _check(self) -> None:
        numbers = (self.report.requests, self.report.rows, self.report.duplicates)
        if not all(is_count(number) for number in (self.page, *numbers)) or self.page < 1:
            raise ValueError("a checkpoint counts from 0, pages from 1")
        if not all(number is None or is_count(number) for number in (self.report.total_first, self.report.total_last)):
            raise ValueError("a total is a number")
        if not (self.last is None or isinstance(self.last, int)):
            raise ValueError("the last id is a number")
        if not all(size is None or (is_count(size) and size > 0) for size in (self.size, self.most)):
            raise ValueError("a page has a row or more")
        if (self.most or self.size or 0) < (self.size or 0):
            raise ValueError("no page is larger than the largest")
        if not (isinstance(self.report.by_key, bool) and (self.last is not None or not self.report.by_key)):
            raise ValueError("a walk by id has an id to go on from")
        if not (self.report.smaller_pages is None or is_count(self.report.smaller_pages)):
            raise ValueError("a page size is a number")


def is_count(value: object) -> bool:
    """Tell whether something that was read is a number of things."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def check_order(query: PageQuery[Any]) -> None:
    """Refuse a checkpoint where ids do not say what came before."""
    if not query.by_id:
        raise ConfigurationError(f"a checkpoint needs order_by='id' or '-id', not {query.order_by!r}")


def fingerprint(query: PageQuery[Any]) -> str:
    """Name a listing: its path, filters, order, page size, strategy, and what else it sends.

    Pages that grow count as those they begin with: a checkpoint of either goes on as the other.
    """
    filters = query.codec.filter_text(query.filters)
    parts = [query.path, filters, query.order_by, query.rows, query.strategy, *query.parameters]
    return sha256(json.dumps(parts).encode()).hexdigest()[:16]
