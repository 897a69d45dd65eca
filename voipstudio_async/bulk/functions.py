"""What a bulk run calls for each input: a bound operation, one with arguments filled in, or a function of the caller's.

An operation, and a `functools.partial` of one, runs on the loop on both faces. Any other function of the blocking
face runs in a thread of its own, at most as many at once as the run has room for.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, NoReturn, TypeGuard, TypeVar

from ..copies import Uncopied
from ..entities.arguments import told
from ..errand import in_thread
from ..errors import ConfigurationError
from ..hints import NotThere
from ..operations import Bound, Caller
from ..operations.outcomes import Outcome
from ..operations.things import UpdateBy
from ..pagination.pagers import AsyncPages, Pages
from ..resources import Catalogue

In = TypeVar("In")
Out = TypeVar("Out")

_HOW = "lambda id: client.users.cdrs(id, ...)"


def check(function: Any) -> None:
    """Raise what is wrong with a function for every input: that is an error of the program, and no outcome."""
    if not callable(function):
        raise ConfigurationError(
            f"bulk takes an operation like client.users.get, or a function of one input like {_HOW}, "
            f"got {told(function)}"
        )
    bound, before, options = _taken_apart(function)
    try:
        signature = inspect.signature(function if bound is None else bound)
    except ValueError:
        return  # of what is written in C nobody knows
    try:
        signature.bind(*before, None, **options)
    except TypeError as error:
        raise _refusal(function if bound is None else bound, error, signature) from None
    if bound is not None and isinstance(bound.operation, UpdateBy) and not options:
        raise ConfigurationError(
            f"bulk gives {bound.__name__} an id and nothing to change; say what: "
            f"lambda id: client....{bound.__name__}(id, ...), or functools.partial with a field"
        )


def _refusal(function: Any, error: TypeError, signature: inspect.Signature) -> TypeError:
    name = getattr(function, "__name__", repr(function))
    return TypeError(
        f"{name}(): {error}; bulk calls it with one input, and it takes {signature}; "
        "a lambda makes of one input whatever it needs"
    )


def _taken_apart(function: Any) -> tuple[Bound | None, tuple[Any, ...], Mapping[str, Any]]:
    """Return the operation below a function, if there is one, and the arguments that are filled in."""
    if _is_partial(function):
        bound, before, options = _taken_apart(function.func)
        return (None, (), {}) if bound is None else (bound, (*before, *function.args), {**options, **function.keywords})
    return (function if isinstance(function, Bound) else None), (), {}


def operation_of(function: Any) -> Bound | None:
    """Return the operation that a function is, or is with arguments filled in; None for any other."""
    return _taken_apart(function)[0]


def awaited(function: Any, core: Caller) -> Callable[[Any], Any]:
    """Return what is awaited on the loop for a function of the blocking face."""
    bound, before, options = _taken_apart(function)
    if bound is not None:
        # An operation of a view runs with the view's options, whichever client's bulk is asked.
        there = bound.on(getattr(bound.resource._caller, "core", core))
        return functools.partial(there, *before, **options) if before or options else there
    check(function)
    if inspect.iscoroutinefunction(function):
        raise ConfigurationError(f"{told(function)} is asynchronous: use AsyncVoipStudio, or client.run(...)")
    return functools.partial(in_thread, functools.partial(_at_once, function))


def _at_once(function: Callable[[Any], Any], item: Any) -> Any:
    result = function(item)
    if _is_listing(result):
        return result.collect()
    if _is_awaited_listing(result) or inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()  # nobody will await it, and it shall not say so
        _refuse(f"{told(function)} returned an awaitable: use the operations of a VoipStudio, or client.run(...)")
    return result


async def result_of(function: Callable[[Any], Any], item: Any) -> Any:
    """Call a function with an input, and wait for what it gives; a listing is collected."""
    result = function(item)
    if _is_awaited_listing(result):
        return await result.collect()
    if not inspect.isawaitable(result):
        _refuse(f"a bulk operation is asynchronous, or lists; {told(function)} returned {type(result).__name__}")
    return await result


def _is_partial(function: object) -> TypeGuard[functools.partial[Any]]:
    return isinstance(function, functools.partial)


def _is_listing(result: object) -> TypeGuard[Pages[Any]]:
    return isinstance(result, Pages)


def _is_awaited_listing(result: object) -> TypeGuard[AsyncPages[Any]]:
    return isinstance(result, AsyncPages)


def _refuse(text: str) -> NoReturn:
    raise ConfigurationError(text)


def is_programs_own(error: Exception | None) -> bool:
    """Tell whether an error is one of the program, which no other input would cure.

    Those are a name or an attribute of a client that is none, arguments that an operation does not take, and a function
    of the wrong face. What a caller's function raises for a reason of its own belongs to its input.
    """
    if isinstance(error, NameError):
        return True
    if isinstance(error, AttributeError) and isinstance(error.obj, Uncopied):
        return True
    if isinstance(error, ConfigurationError):
        return _raised_in(error.__traceback__) == __name__
    return isinstance(error, AttributeError | TypeError) and _raised_in(error.__traceback__) in _WORDS


def not_programs_own(outcome: Outcome[In, Out]) -> Outcome[In, Out]:
    """Return an outcome, or raise the program's own error."""
    if is_programs_own(outcome.error):
        outcome.unwrap()
    return outcome


_WORDS = tuple(each.__module__ for each in (Bound, Catalogue, Pages, NotThere))
"""Where it is said what is wrong with what is done to an operation, a resource, a client or a listing."""


def _raised_in(trace: TracebackType | None) -> str:
    """Return the module that an error comes from."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else str(trace.tb_frame.f_globals.get("__name__"))
