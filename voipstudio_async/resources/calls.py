"""The Calls module: calls under way, and calls that are placed.

Source: voipstudio.com/docs/api/resources/calls, the vendor's own browser connector, and users of the API. Placing a
call takes 5 to 12 seconds, and is never done twice by itself.
"""

from __future__ import annotations

from .. import entities as e
from ..entities.phones import caller_id as caller_digits
from ..entities.phones import phone_digits
from ..errors import ConfigurationError
from ..operations import Action, Arguments, Delete, F, Get, Listing, Resource, Wait, check_id
from ..unset import UNSET, Unset
from ..wire.exchange import Repeat

_PLACING = 20.0
"""Seconds: an agent without a phone is refused after about 10, and a call was answered for after 5 to 6."""
_SPEAKING = 90.0
"""Seconds: the answer may be held while the other side is dialled."""


def _placed(*, to: str, from_user: int | Unset = UNSET, caller_id: str | Unset = UNSET) -> Arguments:
    origin = UNSET if from_user is UNSET else str(check_id(from_user))
    return Arguments(body=e.CallDraft(to=phone_digits(to), from_=origin, caller_id=caller_digits(caller_id)))


def _answered(id: int, /) -> Arguments:
    return Arguments(id, e.CallStateChange(state=e.CallState.CONNECTED.value))


def _transferred(id: int, /, *, to: str) -> Arguments:
    return Arguments(id, e.CallTransfer(dst=phone_digits(to)))


def _linked(id: int, /, *, url: str, text: str) -> Arguments:
    if not isinstance(url, str) or not url.lower().startswith(("http://", "https://")):
        raise ConfigurationError("the link of a call is a URL that begins with https:// or http://")
    return Arguments(id, e.CallLink(action_url=url, action_text=filled("text", text)))


def _web_call(*, from_number: str, to: str) -> Arguments:
    return Arguments(body=e.WebCallDraft(from_=phone_digits(from_number), to=phone_digits(to)))


def _lead_call(*, to: str, caller_id: str, text: str) -> Arguments:
    draft = e.LeadCallDraft(to=phone_digits(to), caller_id=phone_digits(caller_id), tts=filled("text", text))
    return Arguments(body=draft)


def filled(name: str, text: str) -> str:
    """Return a text, which must not be empty."""
    if not isinstance(text, str):
        raise ConfigurationError(f"{name} is a text, got {type(text).__name__}")
    if not text.strip():
        raise ConfigurationError(f"{name} is empty")
    return text


class Calls(Resource[F], path="calls"):
    """The calls of the account that are under way."""

    list = Listing(e.Call, "The calls that are under way.")
    """The calls that are under way.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Call`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Call, "One call under way; 404 once it has ended.")
    """One call under way; 404 once it has ended.

    Args:
        id: the id, a positive integer

    Returns: `Call`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    wait = Wait(get, "Wait until a call is in a state, or until a function of it is true.")
    """Wait until a call is in a state, or until a function of it is true.

    Args:
        id: the id, a positive integer
        until: a state, ``CallState.CONNECTED``, or a function of the call that is true when it is reached
        timeout: seconds to wait at most; None for no limit

    Returns: the `Call` as it is then, or `CallEnded` where it ended first; `DeadlineExceeded` after `timeout`
        seconds.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """
    place = Action(
        e.Call,
        "Place a call: the phone of `from_user` rings, and when it is answered, `to` is called.",
        _placed,
        method="POST",
        key=None,
        body=e.CallDraft,
        success=(201,),
        statuses=(400, 401, 412),
        read_timeout=_PLACING,
    )
    """Place a call: the phone of `from_user` rings, and when it is answered, `to` is called.

    Args:
        to: the number to call: ``+44 20 7946 0000``, its digits, or an extension
        from_user: the id of the user whose phone rings first; the token's owner, if none is given
        caller_id: the number that the called party sees, or ``anonymous``

    Returns: `Call`.

    Raises: ValidationError (400), AuthenticationError (401), PreconditionFailedError (412); TransportError when
        no usable answer comes.
    """
    answer = Action(e.Call, "Answer a call that rings.", _answered, body=e.CallStateChange)
    """Answer a call that rings.

    Args:
        id: the id, a positive integer

    Returns: `Call`.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
    transfer = Action(e.Call, "Transfer a call that is connected.", _transferred, body=e.CallTransfer)
    """Transfer a call that is connected.

    Args:
        id: the id, a positive integer
        to: the number or extension that the call goes to

    Returns: `Call`.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
    attach_link = Action(e.Call, "Show a link to the agent of a call.", _linked, body=e.CallLink)
    """Show a link to the agent of a call.

    Args:
        id: the id, a positive integer
        url: a link that begins with https:// or http://
        text: the words that are shown

    Returns: `Call`.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
    hang_up = Delete("End a call.", repeat=Repeat.ALWAYS)
    """End a call.

    Args:
        id: the id, a positive integer

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """


class WebCalls(Resource[F], path="webcalls"):
    """Calls that connect two outside parties."""

    create = Action(
        e.Call,
        "Call `from_number`, the customer, and when that is answered, `to`.",
        _web_call,
        method="POST",
        key=None,
        body=e.WebCallDraft,
        success=(201,),
        statuses=(400, 401),
        read_timeout=_PLACING,
    )
    """Call `from_number`, the customer, and when that is answered, `to`.

    Args:
        from_number: the number of the customer, which is called first
        to: the number to call: ``+44 20 7946 0000``, its digits, or an extension

    Returns: `Call`.

    Raises: ValidationError (400), AuthenticationError (401); TransportError when no usable answer comes.
    """


class LeadCalls(Resource[F], path="leadcalls"):
    """Calls in which a text is spoken."""

    create = Action(
        e.Call,
        "Call `to` and speak `text`; `caller_id` is an active number of the account.",
        _lead_call,
        method="POST",
        key=None,
        body=e.LeadCallDraft,
        success=(201,),
        statuses=(400, 401),
        read_timeout=_SPEAKING,
    )
    """Call `to` and speak `text`; `caller_id` is an active number of the account.

    Args:
        to: the number to call: ``+44 20 7946 0000``, its digits, or an extension
        caller_id: the number that the called party sees, or ``anonymous``
        text: the words that are spoken

    Returns: `Call`.

    Raises: ValidationError (400), AuthenticationError (401); TransportError when no usable answer comes.
    """
