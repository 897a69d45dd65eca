"""The Settings module: contacts, queues, numbers, and call tracking.

Source: voipstudio.com.br/docs/api/resources/settings, the vendor's queue script, and users of the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Unpack

from .. import entities as e
from ..entities.arguments import plain, several
from ..entities.phones import phone_digits
from ..errors import ConfigurationError
from ..operations import (
    Action,
    Arguments,
    Change,
    Create,
    F,
    Get,
    GetWith,
    Listing,
    ListingWith,
    PageOptions,
    Parameter,
    Query,
    Resource,
    Rows,
    Update,
    UpdateMany,
    check_id,
)
from ..wire.exchange import Repeat
from ..wire.filters import Condition

_USERS = Parameter("include", "Answer with users instead of their ids.", ("users",), e.User)


def _moved(ids: Iterable[int], /, *, group_name: str | None) -> Iterator[Change[int]]:
    for id in several("move", ids):
        yield Change(id, e.ContactMove(id=check_id(id), group_name=group_name))


def _including(users: bool) -> Query:
    users = plain(users)
    if not isinstance(users, bool):
        raise ConfigurationError(f"include_users is True or False, got {type(users).__name__}")
    return (("include", "users"),) if users else ()


def _queues(*filters: Condition, include_users: bool = False, **options: Unpack[PageOptions]) -> Rows:
    return Rows(filters, _including(include_users), options)


def _queue(id: int, /, *, include_users: bool = False) -> Arguments:
    return Arguments(id, query=_including(include_users))


def _agents(id: int, user_ids: Iterable[int], status: bool) -> Arguments:
    users = tuple(e.QueueAgent(id=check_id(user), status=status) for user in several("a queue", user_ids))
    if not users:
        raise ConfigurationError("give the id of at least one user")
    return Arguments(id, e.QueueAgents(users=users), _including(True))


def _joined(id: int, user_ids: Iterable[int], /) -> Arguments:
    return _agents(id, user_ids, True)


def _left(id: int, user_ids: Iterable[int], /) -> Arguments:
    return _agents(id, user_ids, False)


def _assigned(numbers: Iterable[str], /, *, campaign_id: int | None) -> Iterator[Change[str]]:
    campaign = None if campaign_id is None else check_id(campaign_id)
    for number in several("assign", numbers, "numbers"):
        yield Change(number, e.NumberAssignment(e164=phone_digits(number), campaign_id=campaign))


class Contacts(Resource[F], path="contacts"):
    """The address book of the account."""

    list = Listing(e.Contact, "All contacts.")
    """All contacts.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Contact`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Contact, "One contact.")
    """One contact.

    Args:
        id: the id, a positive integer

    Returns: `Contact`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    create = Create(e.Contact, "Create a contact.", body=e.ContactDraft)
    """Create a contact.

    Args:
        group_name: the folder that it is in; None for none
        first_name: the given name
        last_name: the family name
        email: an e-mail address
        tel: the first telephone number
        speed_dial_phone: the short number of `tel`
        mobile: the first mobile number
        speed_dial_mobile: the short number of `mobile`
        notes: free text
        labels: words that it is marked with
        global_: whether the whole account sees it
        type: its kind; the values are not documented
        dialler_source_id: the list of a dialler that it came from
        outcome_id: how the last call of a dialler ended
        company: where the person works
        tel_1: the second telephone number
        tel_2: the third telephone number
        speed_dial_phone_1: the short number of `tel_1`
        speed_dial_phone_2: the short number of `tel_2`
        mobile_1: the second mobile number
        mobile_2: the third mobile number
        speed_dial_mobile_1: the short number of `mobile_1`
        speed_dial_mobile_2: the short number of `mobile_2`
        groups: the groups that it belongs to
        transfer_list: whether calls can be transferred to it with a click
        user_id: the user that it belongs to

    Returns: the new `Contact`.

    Raises: ValidationError (400); TransportError when no usable answer comes.
    """
    update = Update(e.Contact, "Change a contact.", body=e.ContactPatch, repeat=Repeat.ALWAYS)
    """Change a contact.

    Args:
        id: the id, a positive integer
        group_name: the folder that it is in; None for none
        first_name: the given name
        last_name: the family name
        email: an e-mail address
        tel: the first telephone number
        speed_dial_phone: the short number of `tel`
        mobile: the first mobile number
        speed_dial_mobile: the short number of `mobile`
        notes: free text
        labels: words that it is marked with
        global_: whether the whole account sees it
        type: its kind; the values are not documented
        dialler_source_id: the list of a dialler that it came from
        outcome_id: how the last call of a dialler ended
        company: where the person works
        tel_1: the second telephone number
        tel_2: the third telephone number
        speed_dial_phone_1: the short number of `tel_1`
        speed_dial_phone_2: the short number of `tel_2`
        mobile_1: the second mobile number
        mobile_2: the third mobile number
        speed_dial_mobile_1: the short number of `mobile_1`
        speed_dial_mobile_2: the short number of `mobile_2`
        groups: the groups that it belongs to
        transfer_list: whether calls can be transferred to it with a click
        user_id: the user that it belongs to

    Returns: the `Contact` as it is now.

    Raises: ValidationError (400), NotFoundError (404); TransportError when no usable answer comes.
    """
    move = UpdateMany(e.Contact, "Move contacts to a folder.", _moved, body=e.ContactMove, repeat=Repeat.ALWAYS)
    """Move contacts to a folder.

    Args:
        ids: the ids; none is no request
        group_name: the folder that it is in; None for none

    Returns: a `BulkResult` with one outcome for each, whose value is the `Contact` where the API answers with
        it; what was sent together fails together.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """


class Queues(Resource[F], path="queues"):
    """Call queues, and who takes their calls."""

    list = ListingWith(e.Queue, "All call queues.", _queues, _USERS)
    """All call queues.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        include_users: answer with the users themselves instead of their ids
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Queue`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = GetWith(e.Queue, "One call queue.", _queue, _USERS)
    """One call queue.

    Args:
        id: the id, a positive integer
        include_users: answer with the users themselves instead of their ids

    Returns: `Queue`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    join = Action(
        e.Queue,
        "Have users take the calls of a queue.",
        _joined,
        body=e.QueueAgents,
        parameters=(_USERS,),
        repeat=Repeat.ALWAYS,
    )
    """Have users take the calls of a queue.

    Args:
        id: the id, a positive integer
        user_ids: the ids of the users, at least one

    Returns: `Queue`.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
    leave = Action(
        e.Queue,
        "Have users take the calls of a queue no more.",
        _left,
        body=e.QueueAgents,
        parameters=(_USERS,),
        repeat=Repeat.ALWAYS,
    )
    """Have users take the calls of a queue no more.

    Args:
        id: the id, a positive integer
        user_ids: the ids of the users, at least one

    Returns: `Queue`.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """


class Numbers(Resource[F], path="ddis"):
    """The phone numbers of the account. The vendor calls them *DDIs*."""

    list = Listing(e.Number, "All numbers of the account.")
    """All numbers of the account.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Number`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """


class CallTracking(Resource[F], path="calltracking"):
    """Numbers that count calls for campaigns."""

    numbers = Listing(e.TrackedNumber, "The numbers that are tracked.", "ddis")
    """The numbers that are tracked.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `TrackedNumber`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    campaigns = Listing(e.Campaign, "The campaigns.", "campaigns")
    """The campaigns.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Campaign`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    assign = UpdateMany(
        e.TrackedNumber,
        "Have numbers count calls for a campaign, or for none.",
        _assigned,
        body=e.NumberAssignment,
        suffix="ddis",
        repeat=Repeat.ALWAYS,
    )
    """Have numbers count calls for a campaign, or for none.

    Args:
        numbers: the numbers, ``+44 20 7946 0000`` or their digits
        campaign_id: the campaign; None for none

    Returns: a `BulkResult` with one outcome for each, whose value is the `TrackedNumber` where the API answers
        with it; what was sent together fails together.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
