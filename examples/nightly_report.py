"""Write yesterday's call records and a report of them into a folder; meant for cron.

    $ export VOIPSTUDIO_API_TOKEN=...
    $ python examples/nightly_report.py --folder reports --tz Europe/London

The exit code is 1 when something is missing, so that cron sends a mail. Run it again: it continues where it stopped.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from voipstudio_async import VoipStudio, VoipStudioError, field
from voipstudio_async.reports import call_report, export


def write(client: VoipStudio, day: date, zone: ZoneInfo, folder: Path) -> bool:
    """Write the records and the report of one day; return whether both are complete."""
    start, end = (datetime.combine(each, time.min, zone) for each in (day, day + timedelta(days=1)))
    records = client.cdrs.list(field("calldate") >= start, field("calldate") < end, strategy="keyset")
    done = export(records, folder / f"calls-{day}.csv", resume=True, require_complete=True)
    report = call_report(client, start=day, end=day, tz=zone)
    (folder / f"report-{day}.txt").write_text(report.to_text(), "utf-8")
    print(f"{done.rows} call records of {day}")
    return report.fetch.complete


def main(folder: Path, zone: ZoneInfo, day: date | None) -> int:
    """Write one day, yesterday if none is given; return the exit code."""
    day = day or datetime.now(zone).date() - timedelta(days=1)
    try:
        with VoipStudio(tz=zone) as client:
            return 0 if write(client, day, zone, folder) else 1
    except VoipStudioError as error:
        print(f"the report of {day} is not complete: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Write yesterday's call records and a report of them.")
    options.add_argument("--folder", type=Path, required=True)
    options.add_argument("--tz", type=ZoneInfo, default=ZoneInfo("UTC"))
    options.add_argument("--day", type=date.fromisoformat, help="another day than yesterday: 2026-06-30")
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    raise SystemExit(main(given.folder, given.tz, given.day))
