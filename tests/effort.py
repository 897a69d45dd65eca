"""How many examples a property test tries: all of them, or a part where others try the rest."""

from __future__ import annotations

import os

EFFORT = float(os.environ.get("VOIPSTUDIO_TEST_EFFORT", "1"))


def examples(number: int) -> int:
    """Return the number of examples to try, of those that there are."""
    return max(3, round(number * EFFORT))
