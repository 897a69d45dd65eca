"""The Auth module: logging in, and API tokens.

Source: voipstudio.com/docs/api/introduction, the vendor's page "Auth", its command line and its browser connector.
"""

from __future__ import annotations

from datetime import timedelta

from .. import entities as e
from ..errors import ConfigurationError
from ..operations import TOKEN, Action, Arguments, DeleteBy, F, Listing, Resource
from ..unset import UNSET, Unset
from ..wire.exchange import Repeat
from .calls import filled


def _logged_in(
    *, email: str, password: str, remember_me: bool | Unset = UNSET, device_fingerprint: str | Unset = UNSET
) -> Arguments:
    draft = e.LoginDraft(
        email=filled("email", email),
        password=filled("password", password),
        remember_me=remember_me,
        device_fingerprint=device_fingerprint,
    )
    return Arguments(body=draft)


def _confirmed(*, nonce: str, code: str) -> Arguments:
    return Arguments(body=e.LoginCode(code=filled("code", code).strip(), nonce=filled("nonce", nonce)))


def _minted(*, name: str, expiry: timedelta) -> Arguments:
    if not isinstance(expiry, timedelta):
        raise ConfigurationError(f"expiry is a timedelta, like timedelta(days=30), got {type(expiry).__name__}")
    seconds = int(expiry.total_seconds())
    if seconds < 1:
        raise ConfigurationError(f"expiry is at least a second, got {expiry}")
    return Arguments(body=e.ApiTokenDraft(name=filled("name", name), expiry=seconds))


def ended() -> Arguments:
    """Say whom to log out: the owner of the token."""
    return Arguments()


class Logins(Resource[F], path=""):
    """Logging in, which needs no token. Each try mails a code on accounts with a second factor."""

    login = Action(
        e.Login,
        "Log in with an e-mail address and a password.",
        _logged_in,
        method="POST",
        key=None,
        suffix="login",
        body=e.LoginDraft,
        success=(200, 202),
        statuses=(400,),
        flat=True,
        with_token=False,
    )
    """Log in with an e-mail address and a password.

    Args:
        email: the address of the user
        password: the password of the user
        remember_me: whether this device need not give a code again
        device_fingerprint: what the device is known by

    Returns: `Login`.

    Raises: ValidationError (400); TransportError when no usable answer comes.
    """
    confirm = Action(
        e.Login,
        "Send the code that was mailed.",
        _confirmed,
        method="POST",
        key=None,
        suffix="login2fa",
        body=e.LoginCode,
        statuses=(400,),
        flat=True,
        with_token=False,
    )
    """Send the code that was mailed.

    Args:
        nonce: what the first half of the login answered with
        code: the code that was mailed

    Returns: `Login`.

    Raises: ValidationError (400); TransportError when no usable answer comes.
    """


class ApiTokens(Resource[F], path="apitokens"):
    """The named tokens of the token's owner."""

    list = Listing(e.ApiToken, "The named tokens.")
    """The named tokens.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `ApiToken`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    create = Action(
        e.ApiToken,
        "Make a token that ends when it was not used for the time `expiry`; its name must be new.",
        _minted,
        method="POST",
        key=None,
        body=e.ApiTokenDraft,
        success=(201,),
        statuses=(400, 401),
    )
    """Make a token that ends when it was not used for the time `expiry`; its name must be new.

    Args:
        name: what it is called
        expiry: seconds without use after which it ends

    Returns: `ApiToken`.

    Raises: ValidationError (400), AuthenticationError (401); TransportError when no usable answer comes.
    """
    delete = DeleteBy(TOKEN, "End a token, which is its own id.", repeat=Repeat.ALWAYS)
    """End a token, which is its own id.

    Args:
        token: the token itself

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
