"""Where the numbers come from: the machine, how busy it was, and the versions."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    *("aiohttp", "anyio", "attrs", "cattrs", "msgspec", "yarl", "httpx", "openapi-python-client", "orjson"),
    *("pydantic", "requests", "uvloop"),
)


def described() -> dict[str, Any]:
    """Describe it all."""
    return {
        "when": datetime.now(UTC).isoformat(" ", "seconds"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": load(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
    }


def load() -> list[float]:
    """Return the load averages of the last 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else []


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
