"""Call records for Dask: a plan becomes a data frame whose partitions are read by the workers.

::

    with Client() as cluster, VoipStudio() as client:
        plan = client.cdrs.plan(date(2026, 1, 1), date(2026, 7, 1), slice=timedelta(days=7))
        calls = read_cdrs(plan, gate=3)
        print(calls.groupby("user_id").charge.sum().compute())

A worker has the tokens of the accounts in its own environment: neither the plan nor the graph holds one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

import attrs

from . import Accounts, Cdr, ConfigurationError, Gate, Slice
from .columns.batches import batches_of
from .entities.arguments import told
from .entities.zones import zone_called
from .extras import needed

_ACCOUNT = "account"
_making = threading.Lock()
_gates: WeakKeyDictionary[Any, dict[int, SemaphoreGate]] = WeakKeyDictionary()
"""The gates of each worker in this process. A semaphore renews its leases as long as its worker lives: one will do."""


def read_cdrs(plan: Iterable[Slice], *, gate: int | Gate | None = 3, columns: Sequence[str] | None = None) -> Any:
    """Return a Dask data frame of call records, with one partition for each slice. Nothing is sent.

    Every column is a `pandas.ArrowDtype`, with the types of `to_arrow`, so that money stays decimal. The column
    ``account`` stands before those of the records. A partition is complete, or its task fails with a
    `PaginationError`; it can be computed again, as when its worker is lost.

    :param plan: what ``client.cdrs.plan(...)`` gave, also of several accounts: ``[*one, *other]``
    :param gate: how many requests may be under way at once in the whole cluster, which has to be one of
        ``distributed``; or a gate that can be pickled, like `FileGate`; None leaves it to the limits of each slice
    :param columns: the fields that are columns, in this order, behind ``account``; all without it
    :raises ConfigurationError: dask is missing (extra ``dask``), or an argument is not what it can be
    """
    frames = needed("dask.dataframe", "dask")
    parts = _checked(plan)
    if isinstance(gate, bool) or not isinstance(gate, (int, Gate, type(None))) or (isinstance(gate, int) and gate < 1):
        raise ConfigurationError(f"gate is a number of requests from 1 on, or a Gate like FileGate, got {told(gate)}")
    empty = batches_of(Cdr, zone_called(parts[0].zone), columns=columns).schema.empty_table()
    meta = _frame(empty, "")
    return frames.from_map(_reader(gate, columns), parts, meta=meta, label="read_cdrs")


def _checked(plan: Iterable[Slice]) -> list[Slice]:
    parts = list(plan)
    strange = [part for part in parts if not isinstance(part, Slice) or part.listing != "cdrs"]
    if strange or not parts:
        found = told(strange[0] if strange else parts)
        raise ConfigurationError(f"read_cdrs takes what client.cdrs.plan(...) gives, got {found}")
    if zones := {part.zone for part in parts} - {parts[0].zone}:
        raise ConfigurationError(
            f"a column has one zone: plan with clients of one tz, not {parts[0].zone} and {zones.pop()}"
        )
    return parts


def _reader(gate: int | Gate | None, columns: Sequence[str] | None) -> _Read:
    """Make what reads a slice, here or in the process that it is sent to, where Dask has to know decimals as well."""
    # To Dask a sum of decimals is any object, for which it has no name: it refuses the sum.
    needed("dask.dataframe.extensions", "dask").make_scalar.register(Decimal, _one)
    return _Read(gate, columns)


def _one(_: Decimal) -> Decimal:
    return Decimal(1)


@attrs.frozen
class _Read:
    """Reads a slice, on a worker."""

    gate: int | Gate | None
    columns: Sequence[str] | None

    def __reduce__(self) -> tuple[Any, ...]:
        return _reader, (self.gate, self.columns)

    def __call__(self, part: Slice) -> Any:
        gate = cluster_gate(self.gate) if isinstance(self.gate, int) else self.gate
        with Accounts.from_env([part.account], gate=gate) as accounts:
            return _frame(part.read(accounts, columns=self.columns), part.account)


def _frame(table: Any, account: str) -> Any:
    """Return a table as a pandas frame of Arrow's types, with a column for the account."""
    pa, pandas = needed("pyarrow", "arrow"), needed("pandas", "pandas")
    table = table.add_column(0, pa.field(_ACCOUNT, pa.string()), pa.repeat(account, table.num_rows))
    return table.to_pandas(types_mapper=pandas.ArrowDtype)


def cluster_gate(concurrency: int) -> SemaphoreGate:
    """Return the gate of the cluster that this is a worker of: one for each number of requests."""
    distributed = needed("distributed", "dask")
    try:
        worker = distributed.get_worker()
    except ValueError:
        words = "gate=3 needs a cluster of distributed; elsewhere give a FileGate, or None"
        raise ConfigurationError(words) from None
    with _making:
        gates = _gates.setdefault(worker, {})
        if concurrency not in gates:
            gates[concurrency] = SemaphoreGate(distributed.Semaphore(concurrency, f"voipstudio-{concurrency}"))
        return gates[concurrency]


class SemaphoreGate:
    """A gate that is a semaphore of a Dask cluster: so many requests under way at once, on all workers together.

    It has no rate. When the API asks one client to wait, that client waits, without a lease; the others hear it
    themselves. The leases of a worker that is lost run out (``distributed.scheduler.locks.lease-timeout``).
    """

    def __init__(self, semaphore: Any) -> None:
        """Take a `distributed.Semaphore`; it is used on the loop of the worker or client that it belongs to."""
        self._semaphore = semaphore

    def enter_at_once(self) -> bool:
        """Return False: the scheduler has to be asked."""
        return False

    async def enter(self, held: Any = None) -> None:
        """Wait for a lease."""
        asked = self._run(self._acquire())
        try:
            await asyncio.shield(asyncio.wrap_future(asked))
        except asyncio.CancelledError:
            # It may be granted still.
            asked.add_done_callback(self._give_back)
            raise

    def leave(self) -> None:
        """Release a lease, without waiting until the scheduler knows."""
        self._run(self._release())

    def slow_down(self, seconds: float) -> None:
        """Do nothing: who was asked to wait does so before it comes here."""

    def ease(self) -> None:
        """Do nothing."""

    def _run(self, work: Any) -> Future[Any]:
        # Within its own loop, what a semaphore does is awaited. Waiting for it in threads might take all of them, and
        # leave none for whoever wants to release.
        return asyncio.run_coroutine_threadsafe(work, self._semaphore.loop.asyncio_loop)

    async def _acquire(self) -> None:
        while not await self._semaphore.acquire():
            pass

    async def _release(self) -> None:
        await self._semaphore.release()

    def _give_back(self, asked: Future[Any]) -> None:
        if not asked.cancelled() and asked.exception() is None:
            self.leave()
