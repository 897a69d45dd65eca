"""Sum up the calls of many accounts at once; one that fails does not stop the others.

$ cat accounts.json
{"London": "token-of-london", "Warsaw": "token-of-warsaw"}
$ python examples/many_accounts.py --accounts accounts.json --from 2026-06-01 --to 2026-06-30
"""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import date
from pathlib import Path

from voipstudio_async import AsyncVoipStudio, VoipStudioError
from voipstudio_async.reports import CallReport, call_report


async def report_of(token: str, start: date, end: date, room: asyncio.Semaphore) -> CallReport | VoipStudioError:
    """Report on one account, or return why that did not work."""
    async with room:
        try:
            async with AsyncVoipStudio(token) as client:
                return await call_report(client, start=start, end=end)
        except VoipStudioError as error:
            return error


async def main(accounts: dict[str, str], start: date, end: date) -> int:
    """Print a line for each account; return how many failed."""
    room = asyncio.Semaphore(4)  # accounts at a time
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(report_of(token, start, end, room)) for name, token in accounts.items()}
    failures = 0
    for name, task in tasks.items():
        found = task.result()
        if isinstance(found, CallReport) and found.fetch.complete:
            print(f"{name}: {found.total.calls} calls, {found.total.charge} {found.currency}")
        else:
            failures += 1
            print(f"{name}: failed: {found if isinstance(found, VoipStudioError) else found.fetch.failures}")
    return failures


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Sum up the calls of many accounts.")
    options.add_argument("--accounts", type=Path, required=True, help="a JSON file: the token of each account")
    options.add_argument("--from", dest="start", type=date.fromisoformat, required=True)
    options.add_argument("--to", dest="end", type=date.fromisoformat, required=True)
    given = options.parse_args()
    tokens = json.loads(given.accounts.read_text("utf-8"))
    raise SystemExit(min(1, asyncio.run(main(tokens, given.start, given.end))))
