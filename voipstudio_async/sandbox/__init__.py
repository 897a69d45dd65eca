"""The VoIPstudio API on a port of this machine: the catalogue as a server over SQLite.

::

    async with Sandbox(users=20, calls=2000, seed=1) as sandbox:
        async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
            ...

The stations of a request, in the order in which they can be read: `front` (HTTP), `access` and `faults`, `handlers`
(what each kind of operation does), `queries` and `bodies` (what is asked, checked), `store` and `tables` (the rows).
`seed_account`, `seed_calls` and `seed_office` invent the rows that are there at the start.
"""

from .clock import Clock
from .faults import Change, Faults
from .own_routes import Reply
from .recording import Recorded, Requests
from .server import Sandbox
from .store import Store, checksum
from .webhooks import Attempt, Underway, Webhooks

__all__ = (
    "Attempt",
    "Change",
    "Clock",
    "Faults",
    "Recorded",
    "Reply",
    "Requests",
    "Sandbox",
    "Store",
    "Underway",
    "Webhooks",
    "checksum",
)
