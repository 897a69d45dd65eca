"""What takes several things refuses, in words, what is none; nothing is sent for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voipstudio_async import AsyncVoipStudio, ConfigurationError, UnsafeOperationError

np, pd = pytest.importorskip("numpy"), pytest.importorskip("pandas")
CLIENT = AsyncVoipStudio("token", base_url="http://127.0.0.1:9/api")
SEVERAL: dict[str, Callable[[Any], Any]] = {
    "get_many": CLIENT.cdrs.get_many,
    "delete_many": CLIENT.users.delete_many,
    "delete_several": CLIENT.chat_messages.delete_many,
    "move": lambda given: CLIENT.contacts.move(given, group_name="a"),
    "assign": lambda given: CLIENT.call_tracking.assign(given, campaign_id=1),
    "join": lambda given: CLIENT.queues.join(1, given),
    "leave": lambda given: CLIENT.queues.leave(1, given),
}
ODD = [7, 10**5000, None, "447", b"7", {1: 2}, 1.5, object(), "9" * 5000]


@pytest.mark.parametrize("given", ODD, ids=lambda given: type(given).__name__)
@pytest.mark.parametrize("operation", SEVERAL)
async def test_what_is_no_list_is_refused_in_words(operation: str, given: Any) -> None:
    with pytest.raises(ConfigurationError, match="takes a list of") as caught:
        await SEVERAL[operation](given)
    assert len(str(caught.value)) < 300


UNEQUAL = [pd.NA, np.array([1, 2]), np.array([])]


@pytest.mark.parametrize("given", UNEQUAL, ids=lambda given: type(given).__name__)
async def test_what_compares_in_a_way_of_its_own_is_refused_in_words(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="a phone number is a text"):
        await CLIENT.calls.place(to="442079460000", caller_id=given)
    with pytest.raises(UnsafeOperationError, match="to do so, name it"):
        await CLIENT.chat_messages.delete_all(confirm=given)


@pytest.mark.parametrize("number", ["9" * 5000, "+0" + "1" * 5000, "x" * 5000])
async def test_a_phone_number_of_any_length_is_shown_short(number: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a phone number") as caught:
        await CLIENT.calls.place(to=number)
    assert len(str(caught.value)) < 300
