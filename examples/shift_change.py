"""A shift change: agents join and leave queues as a table says, at 6, 14 and 22 o'clock from cron, for instance.

    $ export VOIPSTUDIO_API_TOKEN=...
    $ python examples/shift_change.py early-shift.csv

The table is CSV with a head:

    queue,agent,action
    Support,ann@example.com,join
    Support,bo@example.com,leave

It is checked as a whole before anything is changed, and one request for each queue and action does it. Running it again
does no harm.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from voipstudio_async import VoipStudio, VoipStudioError

Change = tuple[str, str]
"""A queue, and an action."""


def read(table: Path) -> dict[Change, list[str]]:
    """Read the table: the agents for each queue and action."""
    changes: dict[Change, list[str]] = defaultdict(list)
    with table.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            changes[row["queue"].strip(), row["action"].strip().lower()].append(row["agent"].strip().lower())
    return changes


def faults(changes: dict[Change, list[str]], queues: dict[str, int], users: dict[str, int]) -> list[str]:
    """Say what the table names that there is not."""
    found = [f"no queue {queue!r}" for queue, _ in changes if queue not in queues]
    found += [f"no action {action!r}: join or leave" for _, action in changes if action not in ("join", "leave")]
    found += [f"no user {agent!r}" for agents in changes.values() for agent in agents if agent not in users]
    return sorted(set(found))


def main(table: Path) -> int:
    """Change the shift; return the exit code."""
    changes = read(table)
    with VoipStudio() as client:
        queues = {queue.name: queue.id for queue in client.queues.list() if queue.name}
        users = {user.email.lower(): user.id for user in client.users.list(page_size=1000) if user.email}
        if wrong := faults(changes, queues, users):
            print("nothing was changed:", "; ".join(wrong))
            return 2
        for (queue, action), agents in changes.items():
            change = client.queues.join if action == "join" else client.queues.leave
            try:
                change(queues[queue], [users[agent] for agent in agents])
            except VoipStudioError as error:
                print(f"{queue}: {error}; run this again")
                return 1
            print(f"{queue}: {len(agents)} {action}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(f"usage: {sys.argv[0]} TABLE.csv")
    raise SystemExit(main(Path(sys.argv[1])))
