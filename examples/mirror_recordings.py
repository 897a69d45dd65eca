"""Mirror the recordings of the last days into a folder, four at a time; run it every night.

    $ export VOIPSTUDIO_API_TOKEN=...
    $ python examples/mirror_recordings.py --folder recordings --days 3

A file appears when it is complete, and is checked against the size that its record tells. What is there already, in its
size, is not fetched again: a night that went wrong is made up for by the next one.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voipstudio_async import AsyncVoipStudio, Recording, VoipStudioError, field

AT_ONCE = 4


def place(folder: Path, recording: Recording) -> Path:
    """Say where a recording goes: a folder for each month, and names that sort by time."""
    if recording.timestamp is None:
        return folder / f"{recording.id}.mp3"
    return folder / f"{recording.timestamp:%Y-%m}" / f"{recording.timestamp:%Y-%m-%d_%H%M%S}_{recording.id}.mp3"


def is_there(path: Path, recording: Recording) -> bool:
    """Whether a recording was mirrored before, whole."""
    return path.exists() and recording.size in (None, path.stat().st_size)


async def fetch(studio: AsyncVoipStudio, folder: Path, recording: Recording) -> str:
    """Mirror one recording; return what became of it: kept, new or failed."""
    path = place(folder, recording)
    if is_there(path, recording):
        return "kept"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        await studio.recordings.download(recording.id, path, size=recording.size)
    except VoipStudioError as error:
        print(f"recording {recording.id}: {error}")
        return "failed"
    return "new"


async def main(folder: Path, days: int) -> int:
    """Mirror, and return how many recordings failed."""
    results: Counter[str] = Counter()
    since = datetime.now(UTC) - timedelta(days=days)
    async with AsyncVoipStudio() as studio:
        # First the list as a whole: new recordings shift the pages under a walk that takes hours.
        wanted = await studio.recordings.list(field("timestamp") >= since, page_size=1000).collect()
        queue = iter(wanted)

        async def work() -> None:
            for recording in queue:
                results[await fetch(studio, folder, recording)] += 1

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    print(", ".join(f"{results[what]} {what}" for what in ("new", "kept", "failed")))
    return results["failed"]


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Mirror recordings into a folder.")
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--days", type=int, default=3, help="how far to look back")
    given = options.parse_args()
    raise SystemExit(min(1, asyncio.run(main(given.folder, given.days))))
