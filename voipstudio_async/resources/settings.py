"""The Settings module: contacts, queues, numbers, and call tracking.

Source: voipstudio.com.br/docs/api/resources/settings, the vendor's queue script, and users of the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Unpack

from .. import entities as e
from ..entities.arguments import several
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
    get = Get(e.Contact, "One contact.")
    create = Create(e.Contact, "Create a contact.", body=e.ContactDraft)
    update = Update(e.Contact, "Change a contact.", body=e.ContactPatch, repeat=Repeat.ALWAYS)
    move = UpdateMany(e.Contact, "Move contacts to a folder.", _moved, body=e.ContactMove, repeat=Repeat.ALWAYS)


class Queues(Resource[F], path="queues"):
    """Call queues, and who takes their calls."""

    list = ListingWith(e.Queue, "All call queues.", _queues, _USERS)
    get = GetWith(e.Queue, "One call queue.", _queue, _USERS)
    join = Action(
        e.Queue,
        "Have users take the calls of a queue.",
        _joined,
        body=e.QueueAgents,
        parameters=(_USERS,),
        repeat=Repeat.ALWAYS,
    )
    leave = Action(
        e.Queue,
        "Have users take the calls of a queue no more.",
        _left,
        body=e.QueueAgents,
        parameters=(_USERS,),
        repeat=Repeat.ALWAYS,
    )


class Numbers(Resource[F], path="ddis"):
    """The phone numbers of the account. The vendor calls them *DDIs*."""

    list = Listing(e.Number, "All numbers of the account.")


class CallTracking(Resource[F], path="calltracking"):
    """Numbers that count calls for campaigns."""

    numbers = Listing(e.TrackedNumber, "The numbers that are tracked.", "ddis")
    campaigns = Listing(e.Campaign, "The campaigns.", "campaigns")
    assign = UpdateMany(
        e.TrackedNumber,
        "Have numbers count calls for a campaign, or for none.",
        _assigned,
        body=e.NumberAssignment,
        suffix="ddis",
        repeat=Repeat.ALWAYS,
    )
