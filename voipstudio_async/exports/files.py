"""`export`: any listing as a file, written beside its target, renamed when complete, gone on with when interrupted."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import nullcontext, suppress
from datetime import tzinfo
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self, get_args, overload

import attrs

from .. import texts
from ..columns.batches import Batches
from ..columns.money import FileMoney, Rounding
from ..columns.table import Secrets, Table
from ..entities.arguments import count, is_one_of, is_text, told
from ..entities.base import Entity
from ..entities.zones import known, zone_name
from ..errors import ConfigurationError, PaginationError
from ..files import naming
from ..pagination.page import PageReport
from ..pagination.pagers import AsyncPages, Pages
from .arrow import ArrowRows
from .faces import AnyPages, P, drive, entity_of, listing_of
from .partial import PartialFile
from .text import TextRows

Format = Literal["csv", "ndjson", "parquet", "arrow"]
Encoding = Literal["utf-8", "utf-8-sig"]
RowsHook = Callable[[int], None]

_ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}


@attrs.frozen(kw_only=True)
class Exported:
    """A file that is complete."""

    path: Path
    format: Format
    rows: int
    """Rows in the file."""
    resumed: int
    """Those among them that an earlier, interrupted export had written."""
    rounded: int = 0
    """Values of money that were rounded, with ``money="round"``."""
    report: PageReport
    """What the walk has seen; ``report.complete`` tells whether the file is known to hold everything."""


@overload
def export(
    pages: AsyncPages[Any],
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    extras: bool = False,
    resume: bool = False,
    batch_size: int = 10_000,
    tz: tzinfo | None = None,
    require_complete: bool = False,
    progress: RowsHook | None = None,
    encoding: Encoding = "utf-8",
    money: FileMoney = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
    limit: int | None = None,
) -> Coroutine[Any, Any, Exported]: ...
@overload
def export(
    pages: Pages[Any],
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    extras: bool = False,
    resume: bool = False,
    batch_size: int = 10_000,
    tz: tzinfo | None = None,
    require_complete: bool = False,
    progress: RowsHook | None = None,
    encoding: Encoding = "utf-8",
    money: FileMoney = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
    limit: int | None = None,
) -> Exported: ...
def export(
    pages: AnyPages,
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    extras: bool = False,
    resume: bool = False,
    batch_size: int = 10_000,
    tz: tzinfo | None = None,
    require_complete: bool = False,
    progress: RowsHook | None = None,
    encoding: Encoding = "utf-8",
    money: FileMoney = "exact",
    secrets: Secrets = "mask",
    columns: Sequence[str] | None = None,
    limit: int | None = None,
) -> Coroutine[Any, Any, Exported] | Exported:
    """Write a listing to a file. To be awaited with `AsyncPages`; `Pages` wait.

    The file appears when it is complete. Until then its rows are in a folder ``<path>.partial`` beside it; what is
    there already when an export is interrupted is kept, whatever the reason, and an export with `resume` goes on from
    there.

    :param pages: a listing; without a ``page_size`` it is asked for in the largest pages
    :param format: ``"csv"``, ``"ndjson"``, ``"parquet"`` or ``"arrow"``; told by the ending of `path` otherwise
    :param extras: add a column ``extra`` with what the SDK does not know, as JSON
    :param resume: go on with an interrupted export of the same listing, if there is one; otherwise it is thrown away
    :param batch_size: rows between checkpoints, and about as many are held at once
    :param tz: the zone that date-times are written in, the client's without it; each keeps its moment
    :param require_complete: raise instead of ending when it is not proven that all rows came
    :param progress: called after every page with the number of rows so far
    :param encoding: ``"utf-8-sig"`` is for Excel: CSV with the mark by which it knows UTF-8
    :param money: ``"round"`` rounds money with more digits than a column of Parquet or Arrow has (12 behind the point),
        such as ``0.30000000000000004``; ``rounded`` of the result counts it. ``"number"`` is for NDJSON, where money is
        a text with every digit otherwise. Numbers can be summed at once, and readers may round them
    :param secrets: ``"reveal"`` writes passwords and tokens in the clear, where ``***`` stands otherwise
    :param columns: the fields that are written, by their names and in this order; all without it
    :param limit: at most so many rows, the first ones; `require_complete` is met when there are so many
    :raises ConfigurationError: the arguments cannot work, a library is missing, or there is nothing to resume that fits
    :raises PaginationError: with `require_complete`; the rows are kept for a `resume`
    :raises DecodeError: a value does not fit a column of Parquet or Arrow without loss; it names row, field and value
    :raises OSError: the file cannot be written
    """
    form = _told_by(Path(path)) if format is None or is_text(format, "") else format
    if not is_one_of(form, get_args(Format)):
        raise ConfigurationError(f"format must be one of {', '.join(get_args(Format))}, got {told(form)}")
    batch_size = count("batch_size", batch_size, 1)
    if limit is not None:
        limit = count("limit", limit, 1, unit="rows")
    if not is_one_of(encoding, get_args(Encoding)) or (encoding != "utf-8" and form != "csv"):
        raise ConfigurationError(f"encoding is 'utf-8', or for CSV 'utf-8-sig', got {told(encoding)} for {form}")
    _check_money(money, form)
    rounding = Rounding("round" if money == "round" else "exact")
    how = _How(
        form,
        extras,
        resume,
        batch_size,
        tz,
        require_complete,
        progress,
        encoding,
        money,
        rounding,
        secrets,
        columns,
        limit,
    )
    return drive(pages, _Export(pages, path, how))


def _check_money(money: FileMoney, form: Format) -> None:
    if not is_one_of(money, get_args(FileMoney)):
        raise ConfigurationError(f"money must be one of {', '.join(get_args(FileMoney))}, got {told(money)}")
    if money == "number" and form != "ndjson":
        raise ConfigurationError(f"money='number' is for NDJSON, and this is {form}, where money needs no other form")


def _told_by(path: Path) -> Format:
    try:
        return _ENDINGS[path.suffix.lower()]
    except KeyError:
        endings = ", ".join(_ENDINGS)
        raise ConfigurationError(f"which format? {path.name!r} ends in none of {endings}: give format=") from None


def _differences(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """Say in which points two exports differ, as far as both are told."""
    for name, value in now.items():
        earlier = before.get(name, value)
        if name == "columns":
            odd = ", ".join(sorted(set(earlier) ^ set(value)))
            if before.get("rows") == now["rows"] and earlier != value:
                yield f"columns: {odd} in one of the two only" if odd else "columns: in another order"
        elif earlier != value:
            yield f"{name}: {_shown(earlier)} then, {_shown(value)} now"


def _shown(value: Any) -> str:
    return "none" if value in (None, "[]") else str(value)


class _Rows(Protocol):
    """The rows of a partial file, in some format."""

    @property
    def made(self) -> Batches | None:
        """What makes record batches of pages; None where entities are written."""
        ...

    def begin(self) -> None: ...
    def restore(self, mark: dict[str, Any], rows: int) -> None: ...
    def write(self, items: Sequence[Entity]) -> None: ...
    def mark(self) -> dict[str, Any]: ...
    def finish(self, rows: int) -> str: ...
    def close(self) -> None: ...


@attrs.frozen
class _How:
    """How a listing is written."""

    form: Format
    extras: bool
    resume: bool
    batch_size: int
    tz: tzinfo | None
    require_complete: bool
    progress: RowsHook | None
    encoding: Encoding
    money: FileMoney
    rounding: Rounding
    secrets: Secrets
    columns: Sequence[str] | None
    limit: int | None


class _Export:
    """One export under way."""

    def __init__(self, pages: AnyPages, path: str | os.PathLike[str], how: _How) -> None:
        entity = entity_of(pages)
        tz = pages.tz if how.tz is None else known(how.tz)
        table = Table(entity, how.extras, tz, how.secrets, how.columns)
        self._how = how
        self._partial = PartialFile(path)
        self._sink = self._rows_of(table, tz)
        self._kind = {
            "format": how.form,
            "rows": table.entity.__name__,
            "columns": [column.name for column in table.columns],
            "tz": zone_name(tz),
            "encoding": how.encoding,
            "money": how.money,
            "secrets": how.secrets,
            "limit": how.limit,
        }
        self._listing = listing_of(pages)
        self._pages: AnyPages = pages
        self._rows = self._marked = self._resumed = 0
        self._settled = True
        """Whether every page that the walk gave out is written: only then its checkpoint may be kept."""
        self._kept = True
        """Whether the partial file is worth something to a later `resume`."""
        self._report: PageReport | None = None

    def _rows_of(self, table: Table, tz: tzinfo) -> _Rows:
        if self._how.form in ("csv", "ndjson"):
            money: texts.Money = "number" if self._how.money == "number" else "text"
            return TextRows(self._partial, table, self._how.form, self._how.encoding, money)
        return ArrowRows(self._partial, Batches(table, tz, self._how.rounding), self._how.form)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # On a full disk, this fails as well: what is told is the error that came first, and the last mark stays.
        quiet = suppress(OSError) if error is not None else nullcontext()
        try:
            with quiet:
                if error is not None and self._settled and self._rows > self._marked:
                    self._mark()
        finally:
            with quiet:
                self._sink.close()
            with quiet:
                if error is not None and not self._kept:
                    self._partial.discard()
            self._partial.release()

    def begin(self, pages: P) -> P | None:
        self._partial.acquire()
        found = self._partial.load() if self._how.resume else None
        if found is not None and not self._is_published(found):
            return self._go_on(pages, found)
        self._kept = False
        with naming(self._partial.target):
            self._partial.begin()
            self._sink.begin()
        return pages

    def _is_published(self, found: dict[str, Any]) -> bool:
        # The last interruption came after the file was in its place, and before the rest was tidied up.
        return found["finished"] and "size" in found["mark"] and not self._partial.path("rows").exists()

    def _go_on(self, pages: P, found: dict[str, Any]) -> P | None:
        self._compare(found["kind"] | found.get("listing", {}))
        try:
            rest = pages.resumed(found["checkpoint"])
        except ConfigurationError as error:
            raise ConfigurationError(f"{self._partial.folder}: {error}: {self._partial.cure}") from error
        self._sink.restore(found["mark"], found["rows"])
        self._pages = rest
        self._rows = self._marked = self._resumed = found["rows"]
        self._how.rounding.rounded = found["rounded"]
        if not found["finished"] and self.wanted != 0:
            return rest
        self._report = PageReport(**found["report"])
        return None

    def _compare(self, before: dict[str, Any]) -> None:
        """Refuse to go on with an export of something else, and say where the two differ."""
        now = self._kind | self._listing
        told = "; ".join(_differences(before, now))
        if told:
            raise ConfigurationError(
                f"{self._partial.folder} holds an export of another kind ({told}): {self._partial.cure}"
            )

    @property
    def wanted(self) -> float:
        return inf if self._how.limit is None else max(0, self._how.limit - self._rows)

    @property
    def made(self) -> Batches | None:
        return self._sink.made

    @property
    def conceals(self) -> bool:
        return self._how.secrets == "mask"

    def take(self, items: Sequence[Entity]) -> None:
        if self._how.limit is not None:
            items = items[: self._how.limit - self._rows]
        with naming(self._partial.target):
            self._settled = False
            self._sink.write(items)
            self._rows += len(items)
            self._settled = True
            if self._rows - self._marked >= self._how.batch_size:
                self._mark()
        if self._how.progress is not None:
            self._how.progress(self._rows)

    def _mark(self, finished: bool = False) -> None:
        try:
            checkpoint = self._pages.checkpoint()
        except ConfigurationError:
            # A listing in another order than by id cannot be gone on with; it can still be exported in one go.
            checkpoint = None
        mark = self._sink.mark()
        self._marked = self._rows
        if checkpoint is not None:
            report = attrs.asdict(self._pages.report if self._report is None else self._report)
            where = {"checkpoint": checkpoint, "mark": mark, "rows": self._rows, "finished": finished, "report": report}
            where["rounded"] = self._how.rounding.rounded
            self._partial.save({"kind": self._kind, "listing": self._listing, **where})
            self._kept = True

    def done(self) -> Exported:
        report = self._pages.report if self._report is None else self._report
        if self._how.require_complete and not (report.complete or self.wanted == 0):
            raise PaginationError(f"the export is not complete: {report}", report)
        with naming(self._partial.target):
            self._mark(finished=True)
            self._partial.publish(self._sink.finish(self._rows))
        return Exported(
            path=self._partial.target,
            format=self._how.form,
            rows=self._rows,
            resumed=self._resumed,
            rounded=self._how.rounding.rounded,
            report=report,
        )
