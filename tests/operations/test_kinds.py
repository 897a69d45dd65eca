"""Every kind of operation, on a made resource and both faces: what it sends, and what comes of the answer."""

from __future__ import annotations

import base64
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faces import every, settle
from operations.made import Doors, Drawers, Opened, Parcel, Parcels, Tickets
from recorder import Recorder

from voipstudio_async import (
    ConfigurationError,
    DecodeError,
    NotFoundError,
    PreconditionFailedError,
    Secret,
    UnsafeOperationError,
    field,
)
from voipstudio_async.operations.many import TOGETHER

PARCEL = {"id": 7, "name": "x", "state": "STOPPED"}
ONE = {"data": PARCEL, "links": {}}
MANY = {"data": [PARCEL], "total": 1}
OPTIONS = "order_by='-id', page_size=None, prefetch=None, strategy='offset', resume=None"
PAGE = "page=1&limit=100&sort=id&dir=DESC"


@pytest.fixture
def parcels(recorded: Any) -> Parcels[Any]:
    return Parcels(recorded._caller)


@pytest.fixture
def tickets(recorded: Any) -> Tickets[Any]:
    return Tickets(recorded._caller)


Call = Callable[[Any], Any]


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


@pytest.mark.parametrize(
    ("call", "sent", "status", "answer"),
    [
        (lambda each: each.get(7), ("GET", "/parcels/7", b""), 200, ONE),
        (lambda each: each.get(7, include_groups=True), ("GET", "/parcels/7?include=groups", b""), 200, ONE),
        (lambda each: each.create(name="x"), ("POST", "/parcels", b'{"name":"x"}'), 201, ONE),
        (lambda each: each.stop(7), ("PATCH", "/parcels/7", b'{"state":"STOPPED"}'), 200, ONE),
        (lambda each: each.shelve(7, "b"), ("PATCH", "/parcels/7", b'{"shelf":"b"}'), 200, ONE),
        (lambda each: each.number(7), ("POST", "/parcels/7/number", b""), 200, ONE),
        (lambda each: each.send(to="x"), ("POST", "/parcels", b'{"name":"x"}'), 201, ONE),
    ],
)
async def test_an_operation_sends_exactly_this_and_answers_an_entity(
    call: Call, sent: Any, status: int, answer: Any, parcels: Any, recorder: Recorder
) -> None:
    recorder.answer(status, answer)

    found = await settle(call(parcels))

    (seen,) = recorder.requests
    assert (seen.method, seen.below, seen.body) == sent
    assert (type(found), found.to_dict()) == (Parcel, PARCEL)


@pytest.mark.parametrize(
    ("call", "sent", "status"),
    [
        (lambda each: each.ring(), ("POST", "/parcels/bell"), 204),
        (lambda each: each.print(7), ("POST", "/parcels/7/label"), 202),
        (lambda each: each.delete(7), ("DELETE", "/parcels/7"), 204),
        (lambda each: each.delete_all(confirm="parcels"), ("DELETE", "/parcels"), 202),
    ],
)
@pytest.mark.parametrize("body", [None, b"accepted", {"task": 5}])
async def test_what_answers_nothing_reads_nothing(
    call: Call, sent: Any, status: int, body: Any, parcels: Any, recorder: Recorder
) -> None:
    recorder.answer(status, None if status == 204 else body)

    assert await settle(call(parcels)) is None

    (seen,) = recorder.requests
    assert (seen.method, seen.below, seen.body) == (*sent, b"")


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, PAGE),
        ({"include_groups": True}, PAGE + "&include=groups"),
        ({"page_size": 5, "group_by": "shelf"}, "page=1&limit=5&sort=id&dir=DESC&group_by=shelf"),
    ],
)
async def test_a_listing_with_options(options: Any, query: str, parcels: Any, recorder: Recorder) -> None:
    recorder.answer(200, MANY)

    (found,) = await every(parcels.list(**options))

    assert recorder.requests[0].below == f"/parcels?{query}"
    assert found.to_dict() == PARCEL


async def test_a_listing_with_options_takes_filters(parcels: Any, recorder: Recorder) -> None:
    await every(parcels.list(field("name") == "x", include_groups=True, order_by=None))

    assert recorder.last.below.startswith("/parcels?page=1&limit=100&filter=")
    assert recorder.last.below.endswith("&include=groups")


def test_a_checkpoint_does_not_fit_a_listing_with_other_options(parcels: Any) -> None:
    with_groups, without = parcels.list(include_groups=True), parcels.list()

    with pytest.raises(ConfigurationError, match="belongs to another listing"):
        without.resumed(with_groups.checkpoint()).checkpoint()


async def test_an_answer_without_an_envelope(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, {"message": "open", "user_id": 5, "more": 1})
    recorder.answer(200, {"data": {"message": "open"}})

    doors: Any = Doors(recorded._caller)
    flat, enveloped = await settle(doors.open("x")), await settle(doors.open(code="x"))

    assert flat == Opened(message="open", user_id=5, extra={"more": 1})
    assert enveloped.message == "open"
    assert [seen.body for seen in recorder.requests] == [b'{"code":"x"}'] * 2


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"{"])
async def test_an_answer_that_is_no_object_is_told(body: bytes, recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, body)
    doors: Any = Doors(recorded._caller)

    with pytest.raises(DecodeError):
        await settle(doors.open("x"))


async def test_a_refusal_that_takes_long_is_its_own_error(parcels: Any, recorder: Recorder) -> None:
    recorder.answer(412, {"message": "nobody is there", "errors": []})

    with pytest.raises(PreconditionFailedError, match="nobody is there"):
        await settle(parcels.send(to="x"))

    assert len(recorder.requests) == 1


# --- several in a request --------------------------------------------------------------------------------------


async def test_several_are_deleted_in_one_request(parcels: Any, recorder: Recorder) -> None:
    recorder.answer(204)

    result = await settle(parcels.delete_many(iter([3, 1, 2])))

    assert [(seen.method, seen.below) for seen in recorder.requests] == [("DELETE", "/parcels/3,1,2")]
    assert [(each.input, each.error, each.attempts) for each in result] == [(3, None, 1), (1, None, 0), (2, None, 0)]


async def test_many_are_deleted_in_requests_of_a_bounded_length(parcels: Any, recorder: Recorder) -> None:
    for _ in range(3):
        recorder.answer(204)
    ids = list(range(2**62, 2**62 + 2 * TOGETHER + 1))

    result = await settle(parcels.delete_many(ids))

    sent = sorted(int(id) for seen in recorder.requests for id in seen.below.removeprefix("/parcels/").split(","))
    assert (len(recorder.requests), sent) == (3, ids)
    assert max(len(seen.target) for seen in recorder.requests) < 2200
    assert [each.input for each in result] == ids
    assert sum(each.attempts for each in result) == 3


@pytest.mark.parametrize("call", [lambda each: each.delete_many([]), lambda each: each.move([], shelf="a")])
async def test_an_empty_list_sends_nothing(call: Call, parcels: Any, recorder: Recorder) -> None:
    assert len(await settle(call(parcels))) == 0
    assert recorder.requests == []


@pytest.mark.parametrize("ids", [[1, 0], [1, "2"], [1, None], [-1], [1, True], "12", 5, None])
@pytest.mark.parametrize("name", ["delete_many", "move"])
async def test_what_is_no_list_of_ids_sends_nothing(name: str, ids: Any, parcels: Any, recorder: Recorder) -> None:
    options = {"shelf": "a"} if name == "move" else {}
    with pytest.raises((ConfigurationError, TypeError)):
        await settle(getattr(parcels, name)(ids, **options))

    assert recorder.requests == []


async def test_what_was_sent_together_fails_together(parcels: Any, recorder: Recorder) -> None:
    recorder.answer(404, {"message": "no such parcel"})

    result = await settle(parcels.delete_many([1, 2]))

    assert [type(each.error) for each in result] == [NotFoundError, NotFoundError]
    with pytest.raises(NotFoundError, match="no such parcel"):
        result.outcomes[1].unwrap()


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        ({"data": [{"id": 2}, {"id": 1}], "total": 2}, [1, 2]),
        ({"data": {"id": 2}, "links": {}}, [None, 2]),
        ({"data": [], "total": 0}, [None, None]),
        (None, [None, None]),
    ],
)
async def test_several_are_changed_in_one_request(answer: Any, known: Any, parcels: Any, recorder: Recorder) -> None:
    recorder.answer(200, answer)

    result = await settle(parcels.move([1, 2], shelf="b"))

    (seen,) = recorder.requests
    assert (seen.method, seen.below) == ("PATCH", "/parcels")
    assert json.loads(seen.body) == [{"id": 1, "shelf": "b"}, {"id": 2, "shelf": "b"}]
    assert [each.input for each in result] == [1, 2]
    assert [each.value and each.value.id for each in result] == known


# --- files -----------------------------------------------------------------------------------------------------


LABEL = b"%PDF-1.4 of seven"
PACKED = {"data": {"mime_type": "application/pdf", "base64": base64.b64encode(LABEL).decode()}}


@pytest.mark.parametrize(("body", "type"), [(LABEL, "application/pdf"), (PACKED, "application/json")])
async def test_a_file_is_saved(body: Any, type: str, parcels: Any, recorder: Recorder, tmp_path: Path) -> None:
    recorder.answer(200, body, {"Content-Type": type})

    saved = await settle(parcels.label(7, tmp_path, size=len(LABEL)))

    assert (recorder.last.method, recorder.last.below) == ("GET", "/parcels/7.pdf")
    assert (saved.path, saved.size) == (tmp_path / "label-7.pdf", len(LABEL))
    assert saved.path.read_bytes() == LABEL


@pytest.mark.parametrize(
    ("body", "type", "options"),
    [
        (b"<html>", "text/html", {}),
        (b"", "application/pdf", {}),
        (LABEL, "application/pdf", {"size": 5}),
        ({"message": "no"}, "application/json", {}),
        ({"data": {"base64": 5}}, "application/json", {}),
        ({"data": {"base64": "%%%"}}, "application/json", {}),
        ({"data": {"base64": "PGh0bWw+"}}, "application/json", {}),
        (b"[]", "application/json", {}),
        (b"{", "application/json", {}),
    ],
)
async def test_what_is_not_the_file_leaves_nothing_behind(
    body: Any, type: str, options: Any, parcels: Any, recorder: Recorder, tmp_path: Path
) -> None:
    recorder.answer(200, body, {"Content-Type": type})

    with pytest.raises(DecodeError):
        await settle(parcels.label(7, tmp_path, **options))

    assert names_in(tmp_path) == []


@pytest.mark.parametrize("arguments", [(0, "x.pdf"), ("7", "x.pdf"), (7, 5), (7, "nowhere/x.pdf")])
async def test_a_download_that_cannot_be_sends_nothing(arguments: Any, parcels: Any, recorder: Recorder) -> None:
    with pytest.raises(ConfigurationError):
        await settle(parcels.label(*arguments))

    assert recorder.requests == []


# --- keys ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [Secret("a/b?c"), "a/b?c"])
async def test_a_secret_is_a_key(token: Any, tickets: Any, recorder: Recorder) -> None:
    recorder.answer(204)

    await settle(tickets.delete(token))

    assert recorder.last.below == "/ticket_token/a%2Fb%3Fc"


async def test_an_error_shows_the_path_without_the_secret(tickets: Any, recorder: Recorder) -> None:
    recorder.answer(404, {"message": "no token s3cr3t-s3cr3t"})

    with pytest.raises(NotFoundError) as error:
        await settle(tickets.update(Secret("s3cr3t-s3cr3t"), note="x"))

    assert "s3cr3t" not in f"{error.value} {error.value.request}"


@pytest.mark.parametrize("token", ["", ".", "..", "a b", "a\nb", 5, None, Secret("")])
async def test_what_cannot_be_a_secret_sends_nothing(token: Any, tickets: Any, recorder: Recorder) -> None:
    with pytest.raises(ConfigurationError) as error:
        await settle(tickets.get(token))

    assert recorder.requests == []
    assert "a b" not in str(error.value)


@pytest.mark.parametrize(("id", "written"), [("0044", "0044"), (44, "44"), ("9" * 30, "9" * 30)])
async def test_digits_are_a_key(id: Any, written: str, recorded: Any, recorder: Recorder) -> None:
    recorder.answer(200, {"data": {"id": "44"}})
    drawers: Any = Drawers(recorded._caller)

    await settle(drawers.get(id))

    assert recorder.last.below == f"/drawers/{written}"


@pytest.mark.parametrize("id", ["", "x", "1/2", "-1", -1, True, None, "٣", "1" * 41, 1.5])
async def test_what_is_no_digits_sends_nothing(id: Any, recorded: Any, recorder: Recorder) -> None:
    drawers: Any = Drawers(recorded._caller)
    with pytest.raises(ConfigurationError, match="digits"):
        await settle(drawers.get(id))

    assert recorder.requests == []


# --- guards, signatures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"confirm": "parcel"}, {"confirm": ""}, {"confirm": None}, {"confirm": True}])
async def test_a_collection_is_deleted_only_with_its_word(options: Any, parcels: Any, recorder: Recorder) -> None:
    with pytest.raises(UnsafeOperationError, match=r'everything at /parcels, for good.*confirm="parcels"'):
        await settle(parcels.delete_all(**options))

    assert recorder.requests == []


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("list", f"(*filters, include_groups=False, group_by=None, {OPTIONS})"),
        ("get", "(id, /, *, include_groups=False)"),
        ("shelve", "(id, shelf, /)"),
        ("send", "(*, to, note=UNSET)"),
        ("move", "(ids, /, *, shelf)"),
        ("delete_many", "(ids, /)"),
        ("delete_all", "(*, confirm)"),
        ("label", "(id, /, target, *, size=None)"),
    ],
)
def test_the_signature_is_what_is_taken(name: str, signature: str, parcels: Any) -> None:
    found = inspect.signature(getattr(parcels, name))

    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in found.parameters.values()]
    assert str(inspect.Signature(bare)) == signature


@pytest.mark.parametrize(
    "call",
    [
        lambda each: each.shelve(7),
        lambda each: each.shelve(7, "a", "b"),
        lambda each: each.send(too="x"),
        lambda each: each.get(7, include=True),
        lambda each: each.list(page_sise=5),
        lambda each: each.move([7]),
    ],
)
def test_wrong_arguments_are_told_in_the_words_of_the_operation(call: Call, parcels: Any) -> None:
    with pytest.raises(TypeError, match=r"^\w+\(\): .*; it takes \("):
        call(parcels)


def test_a_key_is_named_in_the_signature(tickets: Any) -> None:
    assert str(inspect.signature(tickets.delete)) == "(token: str | Secret, /)"
    assert list(inspect.signature(tickets.update).parameters) == ["token", "note"]


def test_an_operation_carries_its_own_time_to_answer() -> None:
    assert (Parcels.create.read_timeout, Parcels.send.read_timeout, Parcels.stop.read_timeout) == (15.0, 60.0, None)
