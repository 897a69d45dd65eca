"""Text whoever was missed: "Sorry that we missed you. We call back." Once a day and caller, however often it rang.

    $ export VOIPSTUDIO_API_TOKEN=...
    $ python examples/missed_call_text.py --texted texted.txt

looks at the call records of the last hour, and is meant to be run every few minutes, by cron for instance. The file is
its memory: a caller is written to it before the text is sent, so that nobody is ever texted twice, come what may.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voipstudio_async import AsyncVoipStudio, CallType, Cdr, Disposition, VoipStudioError, field

MESSAGE = "Sorry that we missed your call. We will call you back."


def call_of(record: Cdr) -> int:
    """Return the call that a record is a leg of: a call that rings at a group leaves a record for each phone."""
    return record.root_live_id or record.call_id or record.id


async def missed(client: AsyncVoipStudio, since: datetime) -> AsyncIterator[Cdr]:
    """Find the calls that nobody took, on any of their legs."""
    legs: dict[int, list[Cdr]] = {}
    async for record in client.cdrs.list(field("calldate") >= since, order_by="id", page_size=1000):
        legs.setdefault(call_of(record), []).append(record)
    for records in legs.values():
        answered = any(leg.disposition == Disposition.CONNECTED for leg in records)
        if not answered and records[0].type == CallType.MISSED:
            yield records[0]


def remember(memory: Path, caller: str) -> bool:
    """Write a caller down for today; False when it stands there already."""
    line = f"{datetime.now(UTC):%Y-%m-%d} {caller}"
    known = memory.read_text("utf-8").splitlines() if memory.exists() else []
    if line in known:
        return False
    with memory.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    return True


async def main(memory: Path, message: str) -> int:
    """Text each caller who was missed; return how many texts could not be sent."""
    failures = 0
    async with AsyncVoipStudio() as client:
        async for call in missed(client, datetime.now(UTC) - timedelta(hours=1)):
            # A caller who hides the number cannot be texted.
            if not call.src or not call.src.isdigit() or not remember(memory, call.src):
                continue
            try:
                await client.sms.send(to=call.src, message=message)
                print(f"texted {call.src}")
            except VoipStudioError as error:
                failures += 1
                print(f"could not text {call.src}: {error}")
    return failures


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Text the callers whom nobody answered in the last hour.")
    options.add_argument("--texted", type=Path, required=True, help="the file that remembers who was texted")
    options.add_argument("--message", default=MESSAGE)
    given = options.parse_args()
    raise SystemExit(min(1, asyncio.run(main(given.texted, given.message))))
