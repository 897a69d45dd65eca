"""What becomes of an answer: errors by their status, bodies that are not what they should be, secrets that stay out."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from conftest import TOKEN
from faces import every, opened, settle
from recorder import Recorder

from voipstudio_async import (
    APIError,
    AuthenticationError,
    ConflictError,
    ConnectError,
    DecodeError,
    FieldError,
    Limits,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    ResponseTooLarge,
    RetryPolicy,
    ServerError,
    TwoFactorRequired,
    ValidationError,
    VoipStudioError,
)

BY_STATUS = {
    400: ValidationError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    418: APIError,
    422: APIError,
    429: RateLimitError,
    500: ServerError,
    501: ServerError,
    599: ServerError,
}


async def failure(client: Any, recorder: Recorder, status: int, body: Any = None, **headers: str) -> Any:
    recorder.answer(status, body, headers)
    with pytest.raises(APIError) as caught:
        await settle(client.users.get(7206))
    return caught.value


@pytest.mark.parametrize("status", BY_STATUS)
async def test_each_status_has_its_error(status: int, recorded: Any, recorder: Recorder) -> None:
    error = await failure(recorded, recorder, status, {"message": "No way", "errors": []})

    assert [type(error)] == [BY_STATUS[status]]
    assert (error.status, error.message, error.errors, error.attempts) == (status, "No way", [], 1)
    assert (error.request.method, error.request.url) == ("GET", recorder.url + "/users/7206")
    assert str(error) == f"GET {recorder.url}/users/7206: {status} No way"


async def test_the_errors_of_fields_are_carried(recorded: Any, recorder: Recorder) -> None:
    named = {"field": "name", "message": "is too long", "code": "SF0010"}
    sent = [named, {"message": "and more"}, "text", {"field": None}]

    error = await failure(recorded, recorder, 400, {"message": "Validation error", "errors": sent})

    assert error.errors == [
        FieldError("name", "is too long", "SF0010"),
        FieldError(None, "and more"),
        FieldError(None, "text"),
        FieldError(None, "no message"),
    ]
    assert str(error).endswith("400 Validation error; name: is too long [SF0010]; and more; text; no message")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "the answer has no message"),
        (b"", "the answer has no message"),
        (b"  \n", "the answer has no message"),
        (b"<html><h1>502  Bad\n Gateway</h1>", "the body is not JSON: '<html><h1>502 Bad Gateway</h1>'"),
        (b"x y " * 9999, f"the body is not JSON: '{'x y ' * 30}...'"),
        (b"\xff\xfe", "the body is not JSON: '\ufffd\ufffd'"),
        ([1], "the body is not the API's error: '[1]'"),
        ("text", "the body is not the API's error: '\"text\"'"),
        ({}, "the answer has no message"),
        ({"message": None, "errors": None}, "the answer has no message"),
        ({"message": ["x"], "errors": {"a": 1}}, "the answer has no message"),
    ],
)
async def test_the_body_of_an_error_may_be_anything(body: Any, message: str, recorded: Any, recorder: Recorder) -> None:
    error = await failure(recorded, recorder, 502, body)

    assert (error.message, error.errors) == (message, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int, recorded: Any, recorder: Recorder) -> None:
    error = await failure(recorded, recorder, status, None, Location=recorder.url + "/elsewhere")

    assert type(error) is APIError
    assert "redirects are not followed" in error.message
    assert len(recorder.requests) == 1


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("-1", None), ("soon", None), ("", None)])
async def test_what_the_api_asks_to_wait_is_told(
    header: str, seconds: float | None, recorded: Any, recorder: Recorder
) -> None:
    error = await failure(recorded, recorder, 429, None, **{"Retry-After": header})

    assert error.retry_after == seconds


async def test_attempts_are_counted(face: type[Any], recorder: Recorder) -> None:
    for _ in range(3):
        recorder.answer(503, {"message": "busy"})
    async with opened(face, TOKEN, base_url=recorder.url, retry=RetryPolicy(attempts=3, base=0.001)) as client:
        with pytest.raises(ServerError, match=r"503 busy \(after 3 attempts\)") as caught:
            await settle(client.me())

    assert caught.value.attempts == len(recorder.requests) == 3


async def test_an_error_survives_pickling_with_all_that_it_carries(recorded: Any, recorder: Recorder) -> None:
    error = await failure(recorded, recorder, 429, {"message": "m", "errors": [{"field": "f"}]}, **{"Retry-After": "3"})

    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), vars(copy), str(copy)) == (type(error), vars(error), str(error))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty, JSON was expected"),
        (b"<html>Sign in</html>", "the body is not JSON .*: '<html>Sign in</html>'"),
        (b'{"id": 7206}', r"data: is missing: '{\"id\": 7206}'"),
        (b"[]", "expected an object with 'data', got a list"),
        (b'{"data": null}', "data: expected one object, got null"),
        (b'{"data": {"id": 7206}', "the body is not JSON"),
    ],
)
async def test_a_good_status_with_a_bad_body_says_what_came(
    body: bytes, message: str, recorded: Any, recorder: Recorder
) -> None:
    recorder.answer(200, body)

    with pytest.raises(DecodeError, match=message) as caught:
        await settle(recorded.users.get(7206))

    assert str(caught.value).startswith(f"GET {recorder.url}/users/7206: ")
    assert pickle.loads(pickle.dumps(caught.value)).request == caught.value.request


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_a_deletion_needs_no_body(status: int, recorded: Any, recorder: Recorder) -> None:
    recorder.answer(status)

    assert await settle(recorded.users.delete(7206)) is None


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_any_good_status_is_a_success(status: int, recorded: Any, recorder: Recorder) -> None:
    recorder.answer(status, {"data": {"id": 12}})

    assert (await settle(recorded.user_groups.create(name="x"))).id == 12


async def test_no_content_where_an_entity_belongs_is_an_error(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(204)

    with pytest.raises(DecodeError, match="the body is empty"):
        await settle(recorded.user_groups.update(12, name="x"))


async def test_a_body_that_is_too_large_is_not_read(face: type[Any], recorder: Recorder) -> None:
    async with opened(face, TOKEN, base_url=recorder.url, limits=Limits(max_response_bytes=100)) as client:
        recorder.answer(200, {"data": {"id": 1, "note": "x" * 200}})
        with pytest.raises(ResponseTooLarge, match="larger than 100 bytes") as caught:
            await settle(client.users.get(1))
        assert (caught.value.limit, len(recorder.requests)) == (100, 1)
        recorder.answer(200, {"data": {"id": 1}})
        assert (await settle(client.users.get(1))).id == 1


async def test_where_nobody_listens_is_a_connect_error(face: type[Any]) -> None:
    twice = RetryPolicy(attempts=2, base=0.001)
    async with opened(face, TOKEN, base_url="http://127.0.0.1:1/v1", retry=twice) as client:
        with pytest.raises(ConnectError, match=r"no connection could be made .*\(after 2 attempts\)"):
            await settle(client.me())


async def test_no_error_holds_the_token(recorded: Any, recorder: Recorder) -> None:
    for status in (401, 500, 302):
        error = await failure(recorded, recorder, status, {"message": "no"})
        assert TOKEN not in f"{error!r} {error} {vars(error)} {error.__cause__!r} {error.__context__!r}"


async def test_the_token_in_the_path_of_an_api_token_is_hidden(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(404, {"message": "no such token"})

    with pytest.raises(NotFoundError) as caught:
        await settle(recorded.raw.request("DELETE", "/apitokens/s3cret-token"))

    assert recorder.last.below == "/apitokens/s3cret-token"
    assert "s3cret" not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


async def test_an_error_of_a_page_names_the_listing(recorded: Any, recorder: Recorder) -> None:
    recorder.answer(403, {"message": "Access denied"})

    with pytest.raises(PermissionDeniedError, match=r"GET http.*/users/5/cdrs\?page=1&limit=100"):
        await every(recorded.users.cdrs(5))


def test_a_second_factor_carries_its_nonce() -> None:
    error = pickle.loads(pickle.dumps(TwoFactorRequired("abc")))

    assert error.nonce == "abc"
    assert "abc" not in str(error)
    assert isinstance(error, VoipStudioError)
