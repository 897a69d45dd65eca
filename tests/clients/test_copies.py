"""What holds connections is not copied, and goes on working; it says what to do instead."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from conftest import TOKEN
from faces import every, opened, settle

from voipstudio_async import AsyncVoipStudio
from voipstudio_async.sandbox import Sandbox

WAYS: dict[str, Callable[[Any], Any]] = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": pickle.dumps}
THINGS: dict[str, Callable[[Any], Any]] = {
    "client": lambda client: client,
    "view": lambda client: client.with_options(),
    "resource": lambda client: client.users,
    "operation": lambda client: client.users.get,
    "many": lambda client: client.users.get_many,
    "pages": lambda client: client.users.list(),
    "bulk": lambda client: client.bulk,
    "inside another": lambda client: {"mine": [client]},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("thing", THINGS.values(), ids=THINGS)
async def test_a_copy_is_refused_in_words_and_the_original_goes_on(
    way: Callable[[Any], Any], thing: Callable[[Any], Any], face: type[Any], sandbox: Sandbox
) -> None:
    async with opened(face, TOKEN, base_url=sandbox.url) as client:
        original = thing(client)
        if isinstance(original, dict) and way is copy.copy:
            way = copy.deepcopy
        with pytest.raises(TypeError, match="Make a new client in each process") as caught:
            way(original)
        assert TOKEN not in str(caught.value)
        del original
        gc.collect()
        assert (await settle(client.me())).id
        assert len(await every(client.users.list())) == 4


async def test_what_came_from_the_api_is_still_copied(sandbox: Sandbox) -> None:
    async with AsyncVoipStudio(TOKEN, base_url=sandbox.url) as client:
        me = await client.me()
    assert copy.deepcopy(me) == me
