"""How much of the tests a run tries: all of it, or a part where other runs try the rest."""

from __future__ import annotations

import os
from zlib import crc32

EFFORT = float(os.environ.get("VOIPSTUDIO_TEST_EFFORT", "1"))
SHARE, _, OF = os.environ.get("VOIPSTUDIO_TEST_SHARE", "1/1").partition("/")


def examples(number: int) -> int:
    """Return the number of examples to try, of those that there are."""
    return max(3, round(number * EFFORT))


def is_own_share(test: str) -> bool:
    """Tell whether a test belongs to this run: ``VOIPSTUDIO_TEST_SHARE=2/3`` is the second of three runs."""
    return crc32(test.encode()) % int(OF) == int(SHARE) - 1
