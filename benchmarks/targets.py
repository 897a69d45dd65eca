"""What the numbers must be, and what they aim at. Below "must" is a bug."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import attrs

from .calls import AIOHTTP, HTTPX, REQUESTS
from .decoding import PYDANTIC, STRUCT
from .downloads import BY_HAND
from .measure import OURS, Result
from .plain import BY_HAND as STRUCTS_BY_HAND
from .plain import ONE_REQUEST, PLAIN, PLAIN_BLOCKING, TUNED, TUNED_BLOCKING
from .starting import CLIENT_MADE, PARTS, WITH_CLIENT
from .tables import BARE as BARE_ARROW
from .tables import ENTITIES, ROWS
from .walkers import BARE_AHEAD, CATTRS, PREFETCH
from .webhooks import BARE


class Kind(enum.Enum):
    """How a target is read."""

    SPEED = "times as fast, or more"
    COST = "times as much, or less"
    MOST = "at most"


@attrs.frozen
class Target:
    """One line of the list."""

    what: str
    result: str
    must: float
    aim: float
    against: str | None = STRUCT
    ours: str = OURS
    kind: Kind = Kind.SPEED

    def value(self, results: Mapping[str, Result]) -> float | None:
        """Read the number out of the results; None where it was not measured."""
        result = results.get(self.result)
        if result is None or self.ours not in result.figures or self.against not in (None, *result.figures):
            return None
        if self.against is None:
            return result.figures[self.ours].median
        faster, slower = (self.ours, self.against) if self.kind is Kind.SPEED else (self.against, self.ours)
        return result.speed(faster, slower)

    def state(self, value: float | None) -> str:
        """Say how the number stands."""
        if value is None:
            return "not measured"
        if self._reaches(value, self.aim):
            return "aim"
        return "must" if self._reaches(value, self.must) else "MISSED"

    def _reaches(self, value: float, wanted: float) -> bool:
        return value >= wanted if self.kind is Kind.SPEED else value <= wanted


TARGETS = (
    Target("decode user, page of 100, against msgspec Struct", "decode-user-100", 0.50, 0.65),
    Target("decode cdr, page of 100, against msgspec Struct", "decode-cdr-100", 0.60, 0.75),
    Target("decode cdr, page of 5000, against msgspec Struct", "decode-cdr-5000", 0.65, 0.95),
    Target("user with an unknown field, against msgspec Struct", "decode-user-100-unknown", 0.35, 0.55),
    Target("cdr with an unknown field, against msgspec Struct", "decode-cdr-100-unknown", 0.50, 0.80),
    Target("decode user, against pydantic with extras", "decode-user-100", 2.0, 2.7, PYDANTIC),
    Target("decode cdr, against pydantic with extras", "decode-cdr-100", 2.0, 2.8, PYDANTIC),
    Target("async call, 1 at a time, against bare aiohttp + orjson", "async-1", 0.80, 0.92, AIOHTTP),
    Target("async call, 16 at a time, against bare aiohttp + orjson", "async-16", 0.80, 0.92, AIOHTTP),
    Target("async call, 1 at a time, against httpx + pydantic", "async-1", 2.2, 2.8, HTTPX),
    Target("async call, 16 at a time, against httpx + pydantic", "async-16", 6.0, 9.0, HTTPX),
    Target("blocking call, 1 thread, against requests + dict", "blocking-1", 1.5, 2.6, REQUESTS),
    Target("blocking call, 16 threads, against requests + dict", "blocking-16", 3.0, 6.0, REQUESTS),
    Target(
        "bulk with prefetch, 100 ms, wall time over the bare transfer",
        "walk-100",
        4.0,
        2.5,
        BARE_AHEAD,
        PREFETCH,
        Kind.COST,
    ),
    Target("bulk with prefetch, against one page after another with cattrs", "walk-100", 5.0, 8.0, CATTRS, PREFETCH),
    Target("peak memory in MB, streaming call records", "memory", 150, 95, None, PREFETCH, Kind.MOST),
    *(
        target
        for latency in (20, 100)
        for target in (
            Target(
                f"plain async for, {latency} ms, over the same tuned by hand",
                f"plain-{latency}",
                1.25,
                1.1,
                TUNED,
                PLAIN,
                Kind.COST,
            ),
            Target(
                f"plain for, {latency} ms, over the same tuned by hand",
                f"plain-{latency}",
                1.25,
                1.1,
                TUNED_BLOCKING,
                PLAIN_BLOCKING,
                Kind.COST,
            ),
            Target(
                f"plain async for, {latency} ms, against aiohttp + msgspec Struct, 8 in flight",
                f"plain-{latency}",
                0.6,
                0.75,
                STRUCTS_BY_HAND,
                PLAIN,
            ),
            Target(
                f"plain for, {latency} ms, against aiohttp + msgspec Struct, 8 in flight",
                f"plain-{latency}",
                0.6,
                0.75,
                STRUCTS_BY_HAND,
                PLAIN_BLOCKING,
            ),
            Target(
                f"first row of a plain loop, {latency} ms, over one request",
                f"first-{latency}",
                1.1,
                1.05,
                ONE_REQUEST,
                PLAIN,
                Kind.COST,
            ),
        )
    ),
    Target("requests of a plain loop, over the same tuned by hand", "requests", 1.5, 1.35, TUNED, PLAIN, Kind.COST),
    Target("page to a record batch, against pyarrow.json unchecked", "batch", 0.6, 0.8, BARE_ARROW),
    Target("page with odd values to a record batch, against entities", "batch-odd", 0.95, 1.1, ENTITIES),
    Target("to_arrow, CPU, against rows of values", "table", 2.0, 3.0, ROWS),
    Target("export to Parquet, CPU, against rows of values", "parquet", 1.7, 2.5, ROWS),
    Target("recordings saved, wall time over aiohttp by hand", "downloads", 1.15, 1.05, BY_HAND, OURS, Kind.COST),
    Target("peak memory in MB, saving recordings", "downloads-memory", 120, 80, None, OURS, Kind.MOST),
    Target(
        "import, over importing aiohttp + attrs + cattrs + yarl + anyio", "import", 0.8, 0.4, PARTS, OURS, Kind.COST
    ),
    Target("import of the client, over importing the same parts", "import", 1.0, 0.7, PARTS, WITH_CLIENT, Kind.COST),
    Target("the same, with a client made", "import", 1.5, 1.2, PARTS, CLIENT_MADE, Kind.COST),
    Target("answers to deliveries of webhooks, against bare aiohttp.web", "webhooks", 0.4, 0.6, BARE),
    Target(
        "99th percentile of such answers in ms, beside a handler that takes 5 s",
        "webhooks-p99",
        50,
        20,
        None,
        OURS,
        Kind.MOST,
    ),
)
