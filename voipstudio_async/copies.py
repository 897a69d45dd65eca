"""What cannot be copied, since it holds connections, threads and loops: it says what to do instead."""

from __future__ import annotations

from typing import NoReturn, SupportsIndex


class Uncopied:
    """Refuses `copy`, `deepcopy` and `pickle`, all of which ask for the same.

    A copy would share what it must not own: collected, it would end the thread of its original.
    """

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"{self!r} can be neither copied nor pickled: it holds the connections of this process. Make a new client"
            " in each process, and hand over ids and rows; for other options on the same connections use with_options()"
        )
