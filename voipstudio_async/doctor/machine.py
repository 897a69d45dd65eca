"""What stands on this side: versions, extras, and where the settings come from. No secret."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import time
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from ..surroundings import BASE_URL
from ..version import __version__

LIBRARIES = ("aiohttp", "anyio", "attrs", "cattrs", "msgspec", "yarl", "multidict", "aiolimiter")
EXTRAS = {
    "cli": ("typer", "typer"),
    "keyring": ("keyring", "keyring"),
    "report": ("matplotlib", "matplotlib"),
    "arrow": ("pyarrow", "pyarrow"),
    "pandas": ("pandas", "pandas"),
    "polars": ("polars", "polars"),
    "dlt": ("dlt", "dlt"),
    "dask": ("dask", "dask"),
    "duckdb": ("duckdb", "duckdb"),
    "speed": ("uvloop", "uvloop"),
    "otel": ("opentelemetry", "opentelemetry-api"),
}
"""The module and the distribution that each extra is known by."""
PROXIES = ("https", "http", "all")


def local(*, token_from: str, base_url: str | None, zone: str, proxy: str | None = None) -> dict[str, str]:
    """Describe this machine, for a bug report.

    :param token_from: where the token is taken from, not the token
    :param base_url: the address of the API, None for the vendor's; its host is told, and nothing else that is in it
    :param zone: the zone that date-times are shown in
    :param proxy: the proxy of the options, which goes before those of the environment
    """
    return {
        "voipstudio_async": __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(terse=True),
        **{name: version(name) for name in LIBRARIES},
        "extras": ", ".join(_extras()) or "none",
        "token": token_from,
        "API": host(base_url or BASE_URL),
        "proxies": ", ".join(_proxies(proxy, getproxies())) or "none",
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
    parts = _parts(url)
    return "not a URL" if parts is None else f"{parts.scheme}://{_bracketed(parts.hostname or '')}"


def masked(proxy: str) -> str:
    """Return the address of a proxy, with three asterisks in the place of its user and password."""
    parts = _parts(proxy if "://" in proxy else f"http://{proxy}")
    if parts is None:
        return "not a URL"
    user = "***@" if "@" in parts.netloc else ""
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{parts.scheme}://{user}{_bracketed(parts.hostname or '')}{port}"


def _extras() -> list[str]:
    return [f"{name} ({library} {version(library)})" for name, (module, library) in EXTRAS.items() if is_there(module)]


def _proxies(given: str | None, found: Mapping[str, str]) -> list[str]:
    told = [] if given is None else [f"--proxy={masked(given)}"]
    told += [f"{kind.upper()}_PROXY={masked(found[kind])}" for kind in PROXIES if found.get(kind)]
    excepted = [each for each in found.get("no", "").split(",") if each.strip()]
    # The names of hosts in a company's network are its own affair.
    return [*told, f"NO_PROXY ({len(excepted)})"] if excepted else told


def _parts(url: str) -> SplitResult | None:
    """Split an address; None where it is none, or where a password may have ended up in another part of it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    # A password with a slash, a question mark or a hash in it ends the host too early.
    misplaced = "@" in f"{parts.path}{parts.query}{parts.fragment}"
    return parts if parts.scheme and parts.hostname and not misplaced else None


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name
