"""Logging in at the sandbox: sessions that idle out, a second factor, and named tokens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from faces import every, opened, settle

from voipstudio_async import AuthenticationError, NotFoundError, TwoFactorRequired, ValidationError
from voipstudio_async.sandbox import Sandbox

HALF_AN_HOUR = 1800


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    # In a thread of its own: it answers while the blocking face holds the test's.
    with Sandbox(users=4, calls=20, seed=5) as started:
        yield started


async def logged_in(face: type[Any], sandbox: Sandbox, code: Any = None) -> Any:
    who = sandbox.sessions
    return await settle(face.login(who.email, who.password, code, base_url=sandbox.url))


async def test_a_session_ends_when_it_is_idle(face: type[Any], sandbox: Sandbox) -> None:
    client = await logged_in(face, sandbox)
    sandbox.clock.advance(HALF_AN_HOUR - 60)
    assert (await settle(client.me())).email == sandbox.sessions.email
    sandbox.clock.advance(HALF_AN_HOUR + 1)
    with pytest.raises(AuthenticationError):
        await settle(client.me())
    await settle(client.close())


async def test_a_ping_keeps_a_session(face: type[Any], sandbox: Sandbox) -> None:
    client = await logged_in(face, sandbox)
    for _ in range(4):
        sandbox.clock.advance(HALF_AN_HOUR - 60)
        assert (await settle(client.ping())).response == "Pong"
    await settle(client.close())


async def test_the_idle_time_is_a_switch(face: type[Any], sandbox: Sandbox) -> None:
    sandbox.sessions.idle = 60
    client = await logged_in(face, sandbox)
    sandbox.clock.advance(61)
    with pytest.raises(AuthenticationError):
        await settle(client.ping())
    await settle(client.close())


async def test_a_session_that_was_logged_out_is_over(face: type[Any], sandbox: Sandbox) -> None:
    client = await logged_in(face, sandbox)
    await settle(client.logout())
    with pytest.raises(AuthenticationError):
        await settle(client.me())
    await settle(client.close())


async def test_a_wrong_password_is_told_as_the_api_tells_it(face: type[Any], sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match="Invalid e-mail") as caught:
        await settle(face.login(sandbox.sessions.email, "wrong", base_url=sandbox.url))
    assert caught.value.errors == []


async def test_every_login_with_a_second_factor_mails_a_code(face: type[Any], sandbox: Sandbox) -> None:
    sandbox.sessions.second_factor = True
    client = await logged_in(face, sandbox, lambda: sandbox.sessions.codes[-1])
    assert (await settle(client.me())).email == sandbox.sessions.email
    await settle(client.close())
    with pytest.raises(TwoFactorRequired):
        await logged_in(face, sandbox)
    assert len(sandbox.sessions.codes) == 2
    assert [seen.status for seen in sandbox.requests if seen.path == "/login"] == [202, 202]


async def test_a_nonce_works_once_and_with_its_own_code(face: type[Any], sandbox: Sandbox) -> None:
    sandbox.sessions.second_factor = True
    with pytest.raises(TwoFactorRequired) as caught:
        await logged_in(face, sandbox)
    nonce, code = caught.value.nonce, sandbox.sessions.codes[-1]
    with pytest.raises(ValidationError, match="Invalid code"):
        await settle(face.confirm(nonce, "x" + code, base_url=sandbox.url))
    await settle((await settle(face.confirm(nonce, code, base_url=sandbox.url))).close())
    with pytest.raises(ValidationError, match="Invalid code"):
        await settle(face.confirm(nonce, code, base_url=sandbox.url))


async def test_a_named_token_lives_as_long_as_it_was_made_for(face: type[Any], client: Any, sandbox: Sandbox) -> None:
    made = await settle(client.api_tokens.create(name="nightly", expiry=timedelta(days=7)))
    async with opened(face, made.token.reveal(), base_url=sandbox.url) as other:
        sandbox.clock.advance(timedelta(days=6))
        await settle(other.me())
        sandbox.clock.advance(timedelta(days=6))
        await settle(other.me())
        sandbox.clock.advance(timedelta(days=8))
        with pytest.raises(AuthenticationError):
            await settle(other.me())


async def test_a_name_is_used_once_and_a_deleted_token_opens_nothing(
    face: type[Any], client: Any, sandbox: Sandbox
) -> None:
    made = await settle(client.api_tokens.create(name="laptop", expiry=timedelta(hours=1)))
    with pytest.raises(ValidationError, match="already used"):
        await settle(client.api_tokens.create(name="laptop", expiry=timedelta(hours=1)))
    assert "laptop" in {token.name for token in await every(client.api_tokens.list())}
    await settle(client.api_tokens.delete(made.token))
    with pytest.raises(NotFoundError):
        await settle(client.api_tokens.delete(made.token))
    async with opened(face, made.token.reveal(), base_url=sandbox.url) as other:
        with pytest.raises(AuthenticationError):
            await settle(other.me())


async def test_what_was_seen_holds_no_password_and_no_token(face: type[Any], client: Any, sandbox: Sandbox) -> None:
    sandbox.sessions.second_factor = True
    other = await logged_in(face, sandbox, lambda: sandbox.sessions.codes[-1])
    made = await settle(client.api_tokens.create(name="laptop", expiry=timedelta(hours=1)))
    await settle(client.api_tokens.delete(made.token))
    await settle(other.close())
    seen = "".join(map(repr, sandbox.requests))
    for secret in (sandbox.sessions.password, made.token.reveal(), *sandbox.sessions.tokens):
        assert secret not in seen
