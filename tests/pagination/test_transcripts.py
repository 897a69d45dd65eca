"""What walks ask for and say of themselves, letter by letter."""

from __future__ import annotations

import pytest
from pagination.transcripts import sections, transcript


@pytest.mark.parametrize("section", sections().values(), ids=sections())
def test_a_walk_asks_and_says_exactly_this(section: str) -> None:
    assert transcript(section) == section
