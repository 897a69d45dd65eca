"""Bodies and heads as they come off the wire: bounded, and read wherever another client would read them."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from faces import opened, settle
from hostile import trouble
from hostile.servers import Hostile, always, answer, rows
from hypothesis import given
from hypothesis import strategies as st
from leaks import nothing_left

from voipstudio_async import APIError, AsyncVoipStudio, Limits, ProtocolError, ResponseTooLarge, RetryPolicy
from voipstudio_async.http.decompression import BadEncoding, Inflated, unpacker

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ONCE: dict[str, Any] = {"retry": RetryPolicy(attempts=1)}
BODY = json.dumps(rows(1)).encode()
PACKED = gzip.compress(BODY)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    with nothing_left():
        yield


async def ids(face: type[Any], content: bytes, **options: Any) -> list[int]:
    with Hostile(always(content)) as server:
        async with opened(face, TOKEN, base_url=server.url, **(ONCE | options)) as client:
            return [row.id for row in (await settle(client.users.list().page(1))).items]


LABELS = {
    "x-gzip": PACKED,
    "GZIP": PACKED,
    "  gzip  ": PACKED,
    " gzip , identity": PACKED,
    "gzip,": PACKED,
    "utf-8": BODY,
    "none": BODY,
    "UTF-8, gzip": PACKED,
    "identity": BODY,
    "binary": BODY,
    "deflate, gzip": gzip.compress(zlib.compress(BODY)),
    "Deflate": zlib.compress(BODY),
}


@pytest.mark.parametrize("label", LABELS)
async def test_labels_of_an_encoding_are_read_as_other_clients_read_them(label: str, face: type[Any]) -> None:
    assert await ids(face, answer(LABELS[label], f"Content-Encoding: {label}")) == [1]


async def test_two_fields_name_two_encodings(face: type[Any]) -> None:
    packed = gzip.compress(zlib.compress(BODY))
    assert await ids(face, answer(packed, "Content-Encoding: deflate", "Content-Encoding: gzip")) == [1]


BEHIND = {
    "nothing": PACKED,
    "zeros": PACKED + bytes(1000),
    "a line end": PACKED + b"\r\n",
    "what looks like another member": PACKED + b"\x1f\x8bnot really",
    "an empty member": PACKED + gzip.compress(b""),
}


@pytest.mark.parametrize("name", BEHIND)
async def test_what_stands_behind_the_end_of_a_packed_body_is_left_out(name: str, face: type[Any]) -> None:
    assert await ids(face, answer(BEHIND[name], "Content-Encoding: gzip")) == [1]
    assert await ids(face, answer(zlib.compress(BODY) + b"more", "Content-Encoding: deflate")) == [1]


async def test_what_never_ends_behind_a_packed_body_is_bounded(face: type[Any]) -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\n" + PACKED
    with Hostile(trouble.flood(head)) as server:
        async with opened(face, TOKEN, base_url=server.url, limits=Limits(max_response_bytes=2**20), **ONCE) as client:
            with pytest.raises(ResponseTooLarge):
                await settle(client.me())


def unpacked(label: str, content: bytes, step: int = 2**16) -> bytes:
    reader = unpacker(label)
    assert reader is not None
    found = b"".join(
        piece for start in range(0, len(content), step) for piece in reader.feed(content[start : start + step])
    )
    reader.end()
    return found


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.integers(1, 400))
def test_any_file_of_several_members_is_read_however_it_is_cut(parts: list[bytes], step: int) -> None:
    content = b"".join(gzip.compress(part) for part in parts)
    assert unpacked("gzip", content, step) == b"".join(parts)
    assert unpacked("gzip", content + b"\0\0trailing", step) == b"".join(parts)


@given(st.binary(min_size=1, max_size=2000), st.integers(1, 100))
def test_no_bytes_do_harm(content: bytes, step: int) -> None:
    for label in ("gzip", "deflate", "deflate, gzip"):
        try:
            unpacked(label, content, step)
        except BadEncoding:
            continue


@given(st.binary(min_size=40, max_size=400), st.data())
def test_a_body_that_is_cut_off_is_never_taken_for_whole(content: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(content)
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(BadEncoding):
        unpacked("gzip", packed[:cut])


def test_a_small_body_does_not_unpack_to_any_size() -> None:
    small = gzip.compress(b'{"id":1},' * 6_600_000)
    assert len(small) < 300_000
    with pytest.raises(Inflated, match="more than 100 times"):
        unpacked("gzip", small)


def test_a_million_empty_members_are_not_read() -> None:
    with pytest.raises(BadEncoding, match="too many pieces"):
        unpacked("gzip", gzip.compress(b"") * 1_000_000)


def test_a_body_that_is_packed_again_and_again_is_refused() -> None:
    with pytest.raises(BadEncoding, match="packed 4 times"):
        unpacker("gzip, gzip, deflate, x-gzip")


async def test_unpacking_lets_others_have_the_loop() -> None:
    packed = gzip.compress(b" " * (12 * 2**20) + BODY)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    with Hostile(always(answer(packed, "Content-Encoding: gzip"))) as server:
        async with AsyncVoipStudio(TOKEN, base_url=server.url, **ONCE) as client:
            await client.me()
            task = asyncio.create_task(others())
            before = turns
            await client.users.list().page(1)
            task.cancel()
    assert turns - before > 12


async def test_of_the_body_of_an_error_only_the_beginning_is_read(face: type[Any]) -> None:
    head = b'HTTP/1.1 400 Bad Request\r\nContent-Length: 30000000\r\n\r\n{"message": "'
    with Hostile(trouble.flood(head)) as server:
        async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
            tracemalloc.start()
            try:
                with pytest.raises(APIError) as caught:
                    await settle(client.me())
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert caught.value.status == 400
    assert len(str(caught.value)) < 2**19
    assert peak < 4 * 2**20


async def test_headers_of_9_kb_are_read(face: type[Any]) -> None:
    assert await ids(face, answer(rows(1), "X-Long: " + "x" * 9_000)) == [1]
    assert await ids(face, answer(rows(1), *(f"X-{number}: 1" for number in range(200)))) == [1]


async def test_headers_beyond_their_bounds_are_an_error_that_says_so(face: type[Any]) -> None:
    for headers in (["X-Long: " + "x" * 9_000], [f"X-{number}: 1" for number in range(200)]):
        with pytest.raises(ProtocolError, match=r"headers of the answer are too large .*Limits.max_header") as caught:
            await ids(face, answer(rows(1), *headers), limits=Limits(max_header_bytes=4_000, max_headers=50))
        assert "rate" not in str(caught.value)


async def test_a_body_that_ends_by_a_reset_is_not_complete(face: type[Any]) -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    for body in (b'{"data":[', BODY):
        with Hostile(trouble.cut(head + body)) as server:
            async with opened(face, TOKEN, base_url=server.url, **ONCE) as client:
                with pytest.raises(ProtocolError, match="broke off"):
                    await settle(client.me())
