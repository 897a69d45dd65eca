"""The log of the server: what could not be read as HTTP is named there, and not quoted."""

from __future__ import annotations

import logging

from ..server_logs import without_quotes

logger = logging.getLogger("voipstudio_async.sandbox")
logger.addFilter(without_quotes)
