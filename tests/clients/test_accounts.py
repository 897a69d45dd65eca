"""Accounts: names that become clients, over one pool of connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from faces import opened, settle

from voipstudio_async import (
    Accounts,
    AsyncAccounts,
    AuthenticationError,
    BasicAuth,
    ClientClosedError,
    ConfigurationError,
    SessionAuth,
    TokenAuth,
)
from voipstudio_async.sandbox import Sandbox

KINDS = [AsyncAccounts, Accounts]


@pytest.fixture(params=KINDS, ids=["async", "blocking"])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
async def accounts(kind: Any, sandbox: Sandbox) -> AsyncIterator[Any]:
    book = {"acme": TokenAuth(sandbox.token), "gone": TokenAuth("revoked")}
    async with opened(kind, book, base_url=sandbox.url) as made:
        yield made


async def about(client: Any) -> Any:
    return await settle(client.me())


async def test_a_name_is_a_client_with_its_own_credentials(accounts: Any) -> None:
    assert (await about(accounts.open("acme"))).id > 0
    with pytest.raises(AuthenticationError):
        await about(accounts.open("gone"))


async def test_each_account_has_an_outcome(accounts: Any) -> None:
    result = await settle(accounts.each(lambda client: client.me()))

    assert [(each.input, each.ok) for each in result] == [("acme", True), ("gone", False)]


async def test_the_accounts_share_connections_and_limits_but_no_retries(accounts: Any) -> None:
    callers = [accounts.open(name)._caller for name in accounts.names]
    first, second = (getattr(each, "core", each).sender for each in callers)

    assert first.transport is second.transport
    assert first.limiter is second.limiter
    assert first.budget is not second.budget


async def test_a_session_of_an_account_is_let_go(kind: Any, sandbox: Sandbox) -> None:
    auth = SessionAuth("token", keep_alive=True)
    async with opened(kind, {"acme": auth}, base_url=sandbox.url) as accounts:
        accounts.open("acme")
        assert auth._pings is not None

    assert auth._pings is None


async def test_closing_an_account_closes_nothing(accounts: Any) -> None:
    client = accounts.open("acme")
    await settle(client.close())
    assert (await about(accounts.open("acme"))).id > 0

    await settle(accounts.close())
    await settle(accounts.close())
    with pytest.raises(ClientClosedError):
        await about(client)


async def test_a_name_that_is_not_there_is_answered_with_the_nearest(accounts: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"no account 'acm'.*did you mean acme"):
        accounts.open("acm")
    with pytest.raises(ConfigurationError, match="there are acme, gone"):
        accounts.open("zebra")


async def test_no_token_shows(accounts: Any, sandbox: Sandbox) -> None:
    assert accounts.names == ("acme", "gone")
    assert sandbox.token not in f"{accounts!r}{vars(accounts)!r}"


async def test_tokens_come_from_the_environment(kind: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("", "_ACME_UK"):
        monkeypatch.setenv(f"VOIPSTUDIO_API_TOKEN{name}", sandbox.token)
    monkeypatch.setenv("VOIPSTUDIO_API_TOKEN_EMPTY", "")
    monkeypatch.setenv("VOIPSTUDIO_API_URL", sandbox.url)

    async with opened(kind.from_env) as accounts:
        assert accounts.names == ("default", "acme_uk")
        assert all(each.ok for each in await settle(accounts.each(lambda client: client.me())))
        with pytest.raises(ConfigurationError, match="set VOIPSTUDIO_API_TOKEN_EMPTY"):
            accounts.open("empty")
    async with opened(kind.from_env, ["acme-uk"]) as accounts:
        assert (await about(accounts.open("acme-uk"))).id > 0


def test_an_environment_without_tokens_is_told_what_to_set(kind: Any) -> None:
    with pytest.raises(ConfigurationError, match="set VOIPSTUDIO_API_TOKEN_NAME"):
        kind.from_env()
    with pytest.raises(ConfigurationError, match=r"set VOIPSTUDIO_API_TOKEN_A, VOIPSTUDIO_API_TOKEN$"):
        kind.from_env(["a", "default"])
    with pytest.raises(ConfigurationError, match=r"a list of accounts, \['acme'\]"):
        kind.from_env("acme")


@pytest.mark.parametrize(
    "odd", [{}, [], "acme", {"acme": "s3cr3t"}, {"": TokenAuth("x")}, {1: TokenAuth("x")}, {"acme": BasicAuth}]
)
def test_odd_accounts_are_refused(kind: Any, odd: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(odd)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("name", ["token", "auth"])
def test_credentials_for_all_accounts_are_refused(kind: Any, name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"leave out {name}"):
        kind({"acme": TokenAuth("x")}, **{name: "s3cr3t"})


@pytest.mark.parametrize(("kind", "way"), [(AsyncAccounts, "__enter__"), (Accounts, "__aenter__")])
def test_the_with_of_the_other_face_is_told(kind: Any, way: str) -> None:
    with pytest.raises(TypeError, match="'async with'"):
        getattr(kind({"acme": TokenAuth("x")}), way)()
