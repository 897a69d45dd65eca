"""Where the API is, and the names of the environment variables that a client reads."""

from __future__ import annotations

BASE_URL = "https://l7api.com/v1.2/voipstudio"
"""The vendor's own."""
TOKEN_VARIABLE = "VOIPSTUDIO_API_TOKEN"  # noqa: S105 - the name of the variable, not a token
URL_VARIABLE = "VOIPSTUDIO_API_URL"
