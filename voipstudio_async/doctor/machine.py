"""What stands on this side: versions, extras, and where the settings come from. No secret."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import time
from urllib.parse import urlsplit

from ..version import __version__

LIBRARIES = ("aiohttp", "anyio", "attrs", "cattrs", "msgspec", "yarl", "multidict", "aiolimiter")
EXTRAS = {
    "cli": "typer",
    "report": "matplotlib",
    "arrow": "pyarrow",
    "pandas": "pandas",
    "polars": "polars",
    "speed": "uvloop",
    "otel": "opentelemetry",
}
"""What each extra is known by."""
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


def local(*, token_from: str, base_url: str, zone: str) -> dict[str, str]:
    """Describe this machine, for a bug report.

    :param token_from: where the token is taken from, not the token
    :param base_url: the address of the API; its host is told, and nothing else that stands in it
    :param zone: the zone that date-times are shown in
    """
    return {
        "voipstudio_async": __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(terse=True),
        **{name: version(name) for name in LIBRARIES},
        "extras": ", ".join(name for name, module in EXTRAS.items() if is_there(module)) or "none",
        "token": token_from,
        "API": host(base_url),
        "proxies": ", ".join(name for name in PROXIES if name in os.environ or name.lower() in os.environ) or "none",
        "zone": f"{zone} (this machine: {time.tzname[0]})",
    }


def version(library: str) -> str:
    """Return the version of a library."""
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "not found"


def is_there(module: str) -> bool:
    """Whether a module can be imported."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def host(url: str) -> str:
    """Return the scheme and the host of an address: what else stands there may be a secret."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}" if parts.scheme and parts.hostname else "not a URL"
    except ValueError:
        return "not a URL"
