"""The logs of our servers, the sandbox and `webhooks.serve`.

What could not be read as HTTP is named there, and not quoted, since it may hold credentials.
"""

from __future__ import annotations

import logging


def without_quotes(record: logging.LogRecord) -> bool:
    """Turn aiohttp's traceback of a malformed request, which quotes its bytes, into a line for those who debug."""
    error = record.exc_info[1] if record.exc_info else None
    # What aiohttp raises itself is about what was sent, as against the errors of a handler.
    if isinstance(error, ConnectionError) or type(error).__module__.startswith("aiohttp."):
        record.msg, record.args = "A request could not be read: %s", (type(error).__name__,)
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    return True
