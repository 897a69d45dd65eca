"""What stands in a path: ids and other keys, to the last one that is taken."""

from __future__ import annotations

from typing import Any

import pytest

from voipstudio_async import ConfigurationError, Secret
from voipstudio_async.operations.keys import DIGITS, ID, IDS, TOKEN, Key


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        (ID, 1, 1),
        (ID, 2**32, 2**32),
        (IDS, [5], "5"),
        (IDS, (5, 6), "5,6"),
        (DIGITS, 0, "0"),
        (DIGITS, 44, "44"),
        (DIGITS, "0044", "0044"),
        (DIGITS, 10**40 - 1, "9" * 40),
        (DIGITS, "9" * 40, "9" * 40),
        (TOKEN, "a/b?c", "a%2Fb%3Fc"),
        (TOKEN, Secret("abc"), "abc"),
    ],
)
def test_a_key_is_written_into_a_path(key: Key[Any], value: object, written: object) -> None:
    assert key.write(value) == written


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (ID, 0),
        (ID, -1),
        (ID, True),
        (ID, 1.5),
        (IDS, []),
        (IDS, 5),
        (IDS, "56"),
        (IDS, [5, 0]),
        (DIGITS, -1),
        (DIGITS, True),
        (DIGITS, ""),
        (DIGITS, "4 4"),
        (DIGITS, 10**40),
        (DIGITS, "9" * 41),
        (TOKEN, ""),
        (TOKEN, "."),
        (TOKEN, ".."),
        (TOKEN, "a b"),
        (TOKEN, "a\x7fb"),
        (TOKEN, 5),
    ],
)
def test_what_is_no_key_is_refused(key: Key[Any], value: object) -> None:
    with pytest.raises(ConfigurationError):
        key.write(value)


def test_keys_that_are_written_in_different_ways_are_documented_apart() -> None:
    assert [key.component for key in (ID, IDS, DIGITS, TOKEN)] == ["id", "ids", "id_digits", "token"]
