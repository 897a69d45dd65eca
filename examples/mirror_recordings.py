"""Mirror the recordings of the last days into a folder, four at a time; run it every night.

    $ export VOIPSTUDIO_API_TOKEN=...
    $ python examples/mirror_recordings.py --folder recordings --days 3

A file appears when it is complete, and is checked against the size that its record tells. What is there already, in its
size, is not fetched again: a night that went wrong is made up for by the next one.
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voipstudio_async import AsyncVoipStudio, Recording, field


def name(recording: Recording) -> str:
    """Name a file so that names sort by time."""
    if recording.timestamp is None:
        return f"{recording.id}.mp3"
    return f"{recording.timestamp:%Y-%m-%d_%H%M%S}_{recording.id}.mp3"


async def main(folder: Path, days: int) -> int:
    """Mirror, and return how many recordings failed."""
    since = datetime.now(UTC) - timedelta(days=days)
    async with AsyncVoipStudio() as client:
        # By id, the oldest first: recordings that are made meanwhile come at the end, and shift no page.
        wanted = client.recordings.list(field("timestamp") >= since, order_by="id", page_size=1000)
        result = await client.recordings.download_all(wanted, folder, name=name, concurrency=4)
    for failure in result.failed:
        print(f"{failure.input}: {failure.error}")
    print(f"{len(result.succeeded)} there, {len(result.failed)} failed")
    return len(result.failed)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Mirror recordings into a folder.")
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--days", type=int, default=3, help="how far to look back")
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    raise SystemExit(min(1, asyncio.run(main(given.folder, given.days))))
