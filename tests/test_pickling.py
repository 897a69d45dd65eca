"""What crosses a process: errors of every class, entities, and results."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

import voipstudio_async as v
from voipstudio_async import errors
from voipstudio_async.sandbox import Sandbox

REQUEST = v.RequestInfo("GET", "https://l7api.com/v1.2/voipstudio/users/1")
ARGUMENTS: dict[type[Any], Any] = {
    v.APIError: lambda cls: cls(400, "Bad", [v.FieldError("name", "missing", "SF1")], REQUEST, 3),
    v.DecodeError: lambda cls: cls("data[1].id", "is missing", request=REQUEST),
    v.DeadlineExceeded: lambda cls: cls("too late", request=REQUEST, attempts=2, elapsed=1.5),
    v.ResponseTooLarge: lambda cls: cls("too large", request=REQUEST, limit=9),
    v.ConnectError: lambda cls: cls("refused", request=REQUEST, attempts=2, final=True),
    v.TransportError: lambda cls: cls("lost", request=REQUEST, attempts=2),
    v.PaginationError: lambda cls: cls("no end", v.PageReport(requests=2)),
    v.BulkError: lambda cls: cls("one failed", [v.Outcome(0, 7, None, v.NotFoundError(404, "No"), 1)]),
    v.TwoFactorRequired: lambda cls: cls("nonce"),
    v.VoipStudioError: lambda cls: cls("wrong"),
}
CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, v.VoipStudioError)]


def made(cls: type[Any]) -> Any:
    return next(ARGUMENTS[base] for base in cls.__mro__ if base in ARGUMENTS)(cls)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_survives_with_all_that_it_says(cls: type[Any], protocol: int) -> None:
    error = made(cls)
    error.add_note("while counting")
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is cls
    assert (str(again), again.args) == (str(error), error.args)
    assert again.__dict__.keys() == error.__dict__.keys()
    assert again.__notes__ == ["while counting"]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_can_be_copied(cls: type[Any]) -> None:
    error = made(cls)
    assert str(copy.copy(error)) == str(copy.deepcopy(error)) == str(error)


def test_entities_survive_with_what_was_sent(sandbox: Sandbox) -> None:
    with v.VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        user = client.users.list().first()
        assert user is not None
        things = [client.me(), user, *client.users.cdrs(user.id).collect(), *client.users.contacts(user.id).collect()]
    assert len(things) > 3
    for thing in things:
        again = pickle.loads(pickle.dumps(thing))
        assert again == thing
        assert again.to_dict() == thing.to_dict()


def test_results_survive(sandbox: Sandbox) -> None:
    ids = [row["id"] for row in sandbox.store.rows("users")]
    with v.VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        result = client.bulk.run(client.users.get, [*ids, 999_999_999])
        pages = client.users.list(page_size=3)
        page = next(iter(pages.pages()))
        report = pages.report
        raw = client.raw.request("GET", "/me")
    again = pickle.loads(pickle.dumps(result))
    assert [outcome.value for outcome in again.succeeded] == result.values
    assert str(again.failed[0].error) == str(result.failed[0].error)
    assert pickle.loads(pickle.dumps(page)) == page
    assert pickle.loads(pickle.dumps(report)) == report
    assert pickle.loads(pickle.dumps(raw)).json() == raw.json()
    assert pickle.loads(pickle.dumps(v.UNSET)) is v.UNSET


@pytest.mark.parametrize("value", [v.Timeouts(read=3), v.RetryPolicy(attempts=2), v.Limits(per_second=3)])
def test_settings_survive(value: Any) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
