"""Everything that shows a value or an error: the renderers that secrets are hidden from."""

from __future__ import annotations

import io
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import attrs
import cattrs
import pytest

from voipstudio_async import VoipStudioError

Renderer = Callable[[Any], str]


def printed(*values: Any) -> str:
    out = io.StringIO()
    pytest.importorskip("rich.console").Console(file=out, width=500).print(*values)
    return out.getvalue()


def by_rich(value: Any) -> str:
    return printed(value, pytest.importorskip("rich.pretty").Pretty(value, max_string=60))


def by_logging(value: Any) -> str:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%r %s", (value, value), None)
    return logging.Formatter().format(record)


def by_attrs(value: Any) -> str:
    return repr(attrs.asdict(value)) + repr(attrs.astuple(value)) if attrs.has(value.__class__) else ""


VALUES: dict[str, Renderer] = {
    "repr": repr,
    "str": str,
    "format": lambda value: " ".join((f"{value} {value!r} {[value]}", f"{value}")),
    "rich": by_rich,
    "pprint": pprint.pformat,
    "logging": by_logging,
    "attrs": by_attrs,
    "cattrs": lambda value: repr(cattrs.unstructure(value)),
    "json": lambda value: json.dumps(cattrs.unstructure(value), default=str),
    "vars": lambda value: repr(getattr(value, "__dict__", None)) + repr(getattr(value.__class__, "__dict__", None)),
    # What is there for its error alone is listed, and not there.
    "fields": lambda value: repr([each for name in dir(value) if not callable(each := getattr(value, name, None))]),
}
"""How a value is shown."""


def frames(error: BaseException) -> Iterator[FrameType]:
    """List the frames of an error that are not the tests' own, with those of the errors it is chained to."""
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        left += [each.__cause__, each.__context__]
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if "/tests/" not in frame.f_code.co_filename:
                yield frame


def by_python(error: BaseException) -> str:
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    hide_tests(told)
    return "".join(told.format())


def hide_tests(told: traceback.TracebackException | None) -> None:
    # The tests' own frames hold the secrets as constants and arguments.
    while told is not None:
        for frame in told.stack:
            if "/tests/" in frame.filename:
                frame.locals = None
        hide_tests(told.__cause__)
        told = told.__context__


def by_rich_traceback(error: BaseException) -> str:
    """Print what a traceback of rich holds but the lines of code, whose colours take longer than all the rest."""
    extract = pytest.importorskip("rich.traceback").Traceback.extract
    show = pytest.importorskip("rich.scope").render_scope
    trace = extract(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=60, locals_hide_dunder=False
    )
    told = [f"{stack.exc_type}: {stack.exc_value}" for stack in trace.stacks]
    frames = [each for stack in trace.stacks for each in stack.frames if "/tests/" not in each.filename]
    return printed(*told, *(show(each.locals or {}, title=each.name) for each in frames))


def by_walking(error: BaseException) -> str:
    """Print the local variables as services do that collect errors: texts as they are, the rest by its repr."""
    return "\n".join(json.dumps(list(frame.f_locals.values()), default=repr, skipkeys=True) for frame in frames(error))


def by_pickle(error: BaseException) -> str:
    if not isinstance(error, VoipStudioError):
        return ""
    return pickle.dumps(error, 0).decode("latin-1") + repr(vars(pickle.loads(pickle.dumps(error))))


def by_log(error: BaseException) -> str:
    told = traceback.TracebackException.from_exception(error)
    return f"{''.join(told.format())}{error}{error!r}{error.args!r}{error.__dict__!r}{by_rich(error)}"


ERRORS: dict[str, Callable[[BaseException], str]] = {
    "traceback": by_python,
    "rich traceback": by_rich_traceback,
    "walker": by_walking,
    "pickle": by_pickle,
    "log": by_log,
}
"""How an error is shown."""
