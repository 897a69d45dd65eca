"""JSON texts: to plain values and back, and what is quoted of one that is none."""

from __future__ import annotations

from typing import Any

import attrs
import msgspec

from ..entities.arguments import told
from ..entities.scalars import HugeNumber, bounded, is_list, is_object, shown
from ..errors import ConfigurationError, DecodeError, FieldError
from .bounds import ROOMY, holds_more, too_many_values
from .odd import EXPONENT, REPLACEMENT, readable
from .received import without_named
from .redaction import without_tokens
from .sendable import sendable

_EXCERPT = 120
_MAX_ERRORS = 100
"""Entries of an error's body that are read; what is wrong with a request fits into a few."""
_MAX_MESSAGE = 1000
"""Characters of a message that are kept."""


def _any_number(text: str) -> Any:
    try:
        return bounded(text)
    except ArithmeticError:
        return HugeNumber(text.removesuffix(EXPONENT))


# Numbers keep their digits: money is read from the text of the answer, not from a binary float.
decode = msgspec.json.Decoder(float_hook=bounded).decode
FAULTS = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError)
"""What it raises for what is no JSON, or only odd."""
_look_through = msgspec.json.Decoder(msgspec.Raw).decode
_odd_decoder = msgspec.json.Decoder(float_hook=_any_number)
_encoder = msgspec.json.Encoder(decimal_format="number")


def excerpt(body: bytes) -> str:
    """Quote the beginning of a body, for an error message."""
    text = without_tokens(without_named(" ".join(body[: _EXCERPT * 4].decode("utf-8", "replace").split())))
    return repr(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "...")


@attrs.frozen
class Parsed:
    """What a JSON text says."""

    value: Any
    replaced: bool = False
    """Whether something in it was no character, and is U+FFFD now."""


def parse(body: bytes) -> Any:
    """Decode JSON, or raise `DecodeError` that quotes what came instead."""
    return read(body).value


def read(body: bytes, mark: str = REPLACEMENT) -> Parsed:
    """Decode JSON, also such as is odd but readable; what is no character in it is replaced by `mark`.

    :raises DecodeError: it is no JSON
    """
    if not body:
        raise DecodeError("", "the body is empty, JSON was expected")
    try:
        if len(body) > ROOMY:
            # What is broken at its end is found before anything is made of it.
            _look_through(body)
        return Parsed(decode(body))
    except RecursionError:
        raise DecodeError("", f"the JSON is nested too deep: {excerpt(body)}") from None
    except FAULTS as error:
        found = _read_odd(body, mark)
        if found is None:
            raise DecodeError("", f"the body is not JSON ({error}): {excerpt(body)}") from None
        return found


def _read_odd(body: bytes, mark: str) -> Parsed | None:
    text, replaced = readable(body, mark)
    try:
        if len(text) > ROOMY:
            _look_through(text)
        return Parsed(_odd_decoder.decode(text), replaced)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def check_values(body: bytes) -> None:
    """Refuse JSON that is read as one thing, and holds more than that can."""
    if holds_more(body) and (_is_json(body) or _is_json(readable(body)[0])):
        raise too_many_values("data", body)


def _is_json(text: bytes) -> bool:
    try:
        _look_through(text)
    except FAULTS:
        return False
    return True


def envelope(body: bytes) -> dict[str, Any]:
    """Decode the object around the data of an answer."""
    return enclosed(parse(body), body)


def enclosed(parsed: Any, body: bytes) -> dict[str, Any]:
    """Check that what was decoded is the object around some data."""
    if not is_object(parsed):
        raise DecodeError("", f"expected an object with 'data', got {shown(parsed)}: {excerpt(body)}")
    if "data" not in parsed:
        raise DecodeError("data", f"is missing: {excerpt(body)}")
    return parsed


def encode(value: Any) -> bytes:
    """Encode plain values as JSON, or refuse what would not arrive as it is."""
    try:
        return _encoder.encode(sendable(value))
    except ConfigurationError:
        raise
    except (TypeError, ValueError, RecursionError, UnicodeEncodeError) as error:
        raise ConfigurationError(f"this cannot be sent as JSON: {error}") from None


def error_parts(body: bytes) -> tuple[str | None, list[FieldError]]:
    """Read ``{"message": ..., "errors": [...]}`` as far as it goes. An error's body may be anything, or nothing."""
    try:
        parsed = parse(body)
    except DecodeError:
        return (f"the body is not JSON: {excerpt(body)}" if body.strip() else None), []
    if not is_object(parsed):
        return f"the body is not the API's error: {excerpt(body)}", []
    message = parsed.get("message")
    entries = parsed.get("errors")
    errors = _field_errors(entries) if is_list(entries) else []
    return (shortened(message) if isinstance(message, str) and message else None), errors


def _field_errors(entries: list[Any]) -> list[FieldError]:
    errors = [_field_error(entry) for entry in entries[:_MAX_ERRORS]]
    if len(entries) > _MAX_ERRORS:
        errors.append(FieldError(None, f"and {len(entries) - _MAX_ERRORS} more errors"))
    return errors


def _field_error(entry: Any) -> FieldError:
    if not is_object(entry):
        return FieldError(None, shortened(entry))
    parts = {key: shortened(entry[key]) for key in ("field", "message", "code") if entry.get(key) is not None}
    return FieldError(parts.get("field"), parts.get("message", "no message"), parts.get("code"))


def shortened(value: Any) -> str:
    """Return a received value as a text of bounded length."""
    text = value if isinstance(value, str) else told(value)
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]}... ({len(text)} characters)"
