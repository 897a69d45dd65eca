"""JSON texts: to plain values and back, and what is quoted of one that is none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from ..entities.scalars import is_list, is_object, shown
from ..errors import ConfigurationError, DecodeError, FieldError
from .received import without_named
from .redaction import without_tokens
from .sendable import sendable

_EXCERPT = 120
# Numbers keep their digits: money is read from the text of the answer, not from a binary float.
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def excerpt(body: bytes) -> str:
    """Quote the beginning of a body, for an error message."""
    text = without_tokens(without_named(" ".join(body[: _EXCERPT * 4].decode("utf-8", "replace").split())))
    return repr(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "...")


def parse(body: bytes) -> Any:
    """Decode JSON, or raise `DecodeError` that quotes what came instead."""
    if not body:
        raise DecodeError("", "the body is empty, JSON was expected")
    try:
        return _decoder.decode(body)
    except RecursionError:
        raise DecodeError("", f"the JSON is nested too deep: {excerpt(body)}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, ArithmeticError) as error:
        raise DecodeError("", f"the body is not JSON ({error}): {excerpt(body)}") from None


def envelope(body: bytes) -> dict[str, Any]:
    """Decode the object around the data of an answer."""
    parsed = parse(body)
    if not is_object(parsed):
        raise DecodeError("", f"expected an object with 'data', got {shown(parsed)}: {excerpt(body)}")
    if "data" not in parsed:
        raise DecodeError("data", f"is missing: {excerpt(body)}")
    return parsed


def encode(value: Any) -> bytes:
    """Encode plain values as JSON, or refuse what would not arrive as it is."""
    try:
        return _encoder.encode(sendable(value))
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
    errors = [_field_error(entry) for entry in entries] if is_list(entries) else []
    return (message if isinstance(message, str) and message else None), errors


def _field_error(entry: Any) -> FieldError:
    if not is_object(entry):
        return FieldError(None, str(entry))
    parts = {key: str(value) for key, value in entry.items() if value is not None}
    return FieldError(parts.get("field"), parts.get("message", "no message"), parts.get("code"))
