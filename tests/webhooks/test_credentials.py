"""Who may deliver: every header that is nearly good is refused."""

from __future__ import annotations

import base64

import pytest

from voipstudio_async import ConfigurationError
from voipstudio_async.webhooks import Credentials
from voipstudio_async.webhooks.credentials import ANYONE, Gatekeeper, accepted

HOOK, OTHER = Credentials("hook", "s3:cret"), Credentials("other", "word")


def basic(pair: str, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(pair.encode()).decode()}"


GOOD = basic("hook:s3:cret")


@pytest.mark.parametrize("header", [GOOD, basic("other:word"), basic("hook:s3:cret", "bAsIc"), f"  {GOOD}  "])
def test_each_of_several_credentials_is_accepted(header: str) -> None:
    assert Gatekeeper((HOOK, OTHER)).admits([header])


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [GOOD, GOOD],
        [GOOD, basic("no:body")],
        [basic("no:body"), GOOD],
        [""],
        [basic("hook:s3:cret", "Bearer")],
        [basic("hook:s3:cret", "Aasic")],
        [basic("hook:s3:cret", "")],
        [GOOD.replace("Basic ", "Basic")],
        [basic("hook:word")],
        [basic("other:s3:cret")],
        [basic("hook")],
        [basic("hook:")],
        [basic(":s3:cret")],
        [basic("hook:s3:cret ")],
        [f"{GOOD[:-4]}!{GOOD[-4:]}"],
        [f"{GOOD}é"],
        ["Basic ====="],
    ],
    ids=str,
)
def test_what_is_nearly_good_is_refused(headers: list[str]) -> None:
    assert Gatekeeper((HOOK, OTHER)).admits(headers) is False
    assert Gatekeeper(ANYONE).admits(headers) is True


@pytest.mark.parametrize(("length", "is_looked_at"), [(1530, True), (1536, True), (1537, False)])
def test_a_header_is_looked_at_up_to_a_length(length: int, is_looked_at: bool) -> None:
    long = Credentials("hook", "x" * (length - len("hook:")))

    assert Gatekeeper((long,)).admits([basic(f"hook:{long.password.reveal()}")]) is is_looked_at


def test_credentials_of_the_environment_may_hold_colons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSTUDIO_WEBHOOK_CREDENTIALS", "hook:s3:cret:x  other:word")

    assert Credentials.from_env() == (Credentials("hook", "s3:cret:x"), OTHER)


@pytest.mark.parametrize("given", [None, (), [HOOK, "other:word"], "hook:word", 7])
def test_a_receiver_without_credentials_is_refused(given: object) -> None:
    with pytest.raises(ConfigurationError, match="a receiver needs credentials"):
        accepted(given)  # type: ignore[arg-type]
