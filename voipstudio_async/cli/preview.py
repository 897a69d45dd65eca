"""What ``--dry-run`` shows: the request that would be sent."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from ..entities.secrecy import masked
from .records import to_json
from .terminal import tame

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")]


def show(method: str, path: str, body: Any = None) -> None:
    """Write a request to stdout: method and path, and below them the body, if there is one, without its secrets."""
    sys.stdout.write(tame(f"{method} {path}") + "\n")
    if body is not None:
        sys.stdout.write(to_json(masked(body), indent=2) + "\n")
