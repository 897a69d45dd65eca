"""Small words: counts with their noun, and what a clock shows."""

from __future__ import annotations

from datetime import datetime


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: ``1 request``, ``2,000 requests``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def clock_text(moment: datetime) -> str:
    """Write what the clock of a moment's zone shows, without the zone, the year always in four digits."""
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")
