"""Admission of requests: what a client asks before each of them, and one budget that several clients share.

Every client has a `Limiter`, which knows its own requests. A gate beside it is shared, by all processes of a machine or
by a cluster: a request passes both, its client's first.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from .limiter import Held, Limiter


@runtime_checkable
class Gate(Protocol):
    """Admission to the API.

    A place is held while a request is under way, and never during the wait before another attempt.
    """

    def enter_at_once(self) -> bool:
        """Take a place if there is nothing to wait for."""
        ...

    async def enter(self, held: Held | None = None) -> None:
        """Wait for a place; every entry is followed by a `leave`.

        :param held: hears how many seconds nobody is let in, before that wait; what it raises is raised instead
        """
        ...

    def leave(self) -> None:
        """Release a place. It must not block."""
        ...

    def slow_down(self, seconds: float) -> None:
        """Let nobody in for some seconds: the API has asked for it."""
        ...

    def ease(self) -> None:
        """Count a good answer."""
        ...


class Shared:
    """The limiter of a client, and behind it a gate that others use as well.

    Who waits for the gate has a place in the limiter only, which keeps nobody else out.
    """

    def __init__(self, own: Limiter, gate: Gate) -> None:
        self._own = own
        self._gate = gate

    @property
    def width(self) -> int:
        """How many requests the client may have under way at once just now."""
        return self._own.width

    def enter_at_once(self) -> bool:
        """Take a place in both if there is nothing to wait for."""
        if not self._own.enter_at_once():
            return False
        if self._gate.enter_at_once():
            return True
        self._own.leave()
        return False

    async def enter(self, held: Held | None = None) -> None:
        """Wait for a place in both."""
        await self._own.enter(held)
        try:
            await self._gate.enter(held)
            # Meanwhile this client may have been asked to wait. That is no time to hold what others need.
            while self._own.pause > 0:
                self._gate.leave()
                await self._own.opened(held)
                await self._gate.enter(held)
        except BaseException:
            self._own.leave()
            raise

    def leave(self) -> None:
        """Release the place in both."""
        self._gate.leave()
        self._own.leave()

    def slow_down(self, seconds: float) -> None:
        """Hold back every request of this client and of those that share the gate."""
        self._own.slow_down(seconds)
        self._gate.slow_down(seconds)

    def ease(self) -> None:
        """Count a good answer."""
        self._own.ease()
        self._gate.ease()
