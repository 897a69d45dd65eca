"""Transcripts of walks: what a walk asks for, what is answered, and what it says of itself then, letter by letter.

`tests/golden/walks.txt` holds them. In each, these lines are given and all others are what the walk makes of them:

* ``# ...`` is the title, and ``begin ...`` names the options of the listing, and how many pages are asked for ahead.
* ``< 9 8 7 of 5`` is an answer: the ids of its rows, and its total. ``100..1`` are many rows, ``-`` is none, ``?`` is a
  row without an id.
* ``< !400 too deep`` is an error with its message, and ``< resume`` goes on from the checkpoint, as another
  process does.

``python tests/pagination/transcripts.py`` writes the file anew: read what has changed before you commit it.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import attrs

from voipstudio_async import APIError, Cdr, PaginationError, ServerError, ValidationError
from voipstudio_async.pagination.page import Page, PageQuery
from voipstudio_async.pagination.strategies import Checkpoint, WalkStrategy, begin
from voipstudio_async.wire.codec import codec
from voipstudio_async.wire.exchange import Exchange, Repeat, Reply

GOLDEN = Path(__file__).parent.parent / "golden" / "walks.txt"
CODEC = codec(UTC)


@attrs.frozen
class Nameless:
    """A row that has no id."""

    id: None = None


def sections() -> dict[str, str]:
    """Read the transcripts, by their titles."""
    found = GOLDEN.read_text(encoding="utf-8").strip().split("\n\n")
    return {section.partition("\n")[0].removeprefix("# "): section for section in found}


def transcript(section: str) -> str:
    """Write a transcript anew, from what is given in it."""
    title, options, *lines = section.splitlines()
    values: dict[str, Any] = dict(re.findall(r"(\w+)=(\S+)", options))
    values |= {key: int(value) for key, value in values.items() if value.isdigit()}
    ahead = values.pop("ahead", 1)
    conversation = Conversation(PageQuery(Cdr, "/cdrs", CODEC, **values), ahead)
    answers = [line[2:] for line in lines if line.startswith("< ")]
    return "\n".join([title, options, *conversation.lines(answers)])


class Conversation:
    """A walk and whoever answers it."""

    def __init__(self, query: PageQuery[Cdr], ahead: int) -> None:
        self._query = query
        self._walk: WalkStrategy[Cdr] = begin(query)
        self._ahead = ahead
        self._asked: deque[Exchange[Page[Cdr]]] = deque()

    def lines(self, answers: Sequence[str]) -> Iterator[str]:
        for answer in answers:
            yield from self._questions()
            yield f"< {answer}"
            if not self._asked and answer != "resume":
                yield "it was not asked for"
                return
            try:
                yield from self._answered(answer)
            except (PaginationError, APIError) as error:
                yield f"{type(error).__name__}: {error}"
                return
        yield from self._questions()
        if self._walk.ended:
            yield "complete" if self._walk.report.complete else "not complete"

    def _questions(self) -> Iterator[str]:
        while len(self._asked) < self._ahead and (exchange := self._walk.ask()) is not None:
            self._asked.append(exchange)
            yield f"ask {_question(exchange)}, {self._walk.expected} expected"

    def _answered(self, answer: str) -> Iterator[str]:
        if answer == "resume":
            point = Checkpoint.load(self._walk.checkpoint().dump(), self._query)
            self._walk = begin(self._query, point)
            self._asked.clear()
            return
        exchange = self._asked.popleft()
        if answer.startswith("!"):
            error = _error(answer)
            follower = self._walk.after(error)
            if follower is None:
                raise error
            self._walk = follower
        else:
            yield _taken(self._walk, self._walk.take(_page(exchange, answer)))
        assert bool(self._walk.expected) == bool(self._walk.under_way)
        if not self._walk.under_way:
            self._asked.clear()


def _question(exchange: Exchange[Any]) -> str:
    query = dict(exchange.request.query)
    order = f" {query['sort']} {query['dir']}" if "sort" in query else ""
    bounds = [
        f" {each['property']} {each['operator']} {each['value']}" for each in json.loads(query.get("filter", "[]"))
    ]
    once = " once" if exchange.request.repeat is Repeat.UNSENT else ""
    return f"{query['page']}/{query['limit']}{order}{''.join(bounds)}{once}"


def _taken(walk: WalkStrategy[Cdr], page: Page[Cdr]) -> str:
    report = walk.report
    key = ", by id" if report.by_key else ""
    smaller = f", {report.smaller_pages} at a time" if report.smaller_pages else ""
    return (
        f"page {page.number}: {_spelt([row.id for row in page.items])} | {report.requests} pages, {report.rows} rows,"
        f" {report.duplicates} again, total {report.total_first}..{report.total_last}{smaller}{key} | {_point(walk)}"
    )


def _point(walk: WalkStrategy[Cdr]) -> str:
    point = walk.checkpoint()
    size = f" in {point.size}..{point.most}" if point.size else ""
    marks = [f", {name}" for name in ("steady", "doubt") if getattr(point, name)]
    return f"next {point.page}{size} after {point.last}{''.join(marks)}"


def _spelt(ids: Sequence[int | None]) -> str:
    if len(ids) > 9:
        return f"{ids[0]}..{ids[-1]} ({len(ids)})"
    return " ".join("?" if key is None else str(key) for key in ids) or "-"


def _page(exchange: Exchange[Page[Cdr]], answer: str) -> Page[Cdr]:
    rows, _, total = answer.partition(" of ")
    ids = list(_ids(rows))
    body: dict[str, Any] = {"data": [{"id": key} for key in ids if key is not None]}
    if total:
        body["total"] = int(total)
    page = exchange.read(Reply(200, {}, json.dumps(body).encode()))
    # A call record without an id is refused as it is read; rows of other kinds may have none.
    nameless: Any = [Nameless() for _ in ids]
    return attrs.evolve(page, items=nameless) if None in ids else page


def _ids(rows: str) -> Iterator[int | None]:
    for word in rows.split():
        first, _, last = word.partition("..")
        if last:
            step = 1 if int(first) <= int(last) else -1
            yield from range(int(first), int(last) + step, step)
        elif word != "-":
            yield None if word == "?" else int(word)


def _error(answer: str) -> APIError:
    status, _, message = answer.removeprefix("!").partition(" ")
    kind = ServerError if status.startswith("5") else ValidationError
    return kind(int(status), message or "no")


if __name__ == "__main__":
    GOLDEN.write_text("\n\n".join(map(transcript, sections().values())) + "\n", encoding="utf-8")
