"""A resource that no API has, with an operation of every kind: what a kind promises is tested on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Unpack

import attrs

from voipstudio_async import UNSET, Entity, Secret, Unset, UserGroup
from voipstudio_async.entities import DigitId
from voipstudio_async.operations import (
    DIGITS,
    PDF,
    TOKEN,
    Action,
    Arguments,
    Change,
    Command,
    Create,
    DeleteAll,
    DeleteBy,
    DeleteEach,
    DeleteMany,
    Download,
    F,
    GetBy,
    GetWith,
    Listing,
    ListingOf,
    ListingWith,
    PageOptions,
    Parameter,
    Resource,
    Rows,
    UpdateBy,
    UpdateMany,
    check_id,
)
from voipstudio_async.operations.things import Delete
from voipstudio_async.wire.exchange import Repeat
from voipstudio_async.wire.filters import Condition


@attrs.frozen(kw_only=True, repr=False)
class Parcel(Entity):
    id: int
    name: str | None = None
    state: str | None = None
    shelf: str | None = None
    groups: Any = attrs.field(default=None, hash=False)


@attrs.frozen(kw_only=True, repr=False)
class Ticket(Entity):
    id: int
    token: Secret | None = None
    note: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class Opened(Entity):
    message: str | None = None
    user_id: int | None = None


@attrs.frozen(kw_only=True, repr=False)
class Drawer(Entity):
    id: DigitId
    name: str | None = None


@attrs.frozen(kw_only=True)
class ParcelDraft:
    name: str
    shelf: str | Unset = UNSET


@attrs.frozen(kw_only=True)
class StateChange:
    state: str


@attrs.frozen(kw_only=True)
class Shelving:
    shelf: str


@attrs.frozen(kw_only=True)
class Move:
    id: int
    shelf: str


@attrs.frozen(kw_only=True)
class TicketPatch:
    note: str | None | Unset = UNSET


@attrs.frozen(kw_only=True)
class Opening:
    code: str


INCLUDE = Parameter("include", "Put the groups in the place of their ids.", ("groups",), UserGroup)
GROUP_BY = Parameter("group_by", "A field: one row for each of its values.")


def _included(include_groups: bool) -> tuple[tuple[str, str], ...]:
    return (("include", "groups"),) if include_groups else ()


def _rows(
    *filters: Condition, include_groups: bool = False, group_by: str | None = None, **options: Unpack[PageOptions]
) -> Rows:
    grouped = (("group_by", group_by),) if group_by else ()
    return Rows(filters, (*_included(include_groups), *grouped), options)


def _one(id: int, /, *, include_groups: bool = False) -> Arguments:
    return Arguments(id, query=_included(include_groups))


def _stopped(id: int, /) -> Arguments:
    return Arguments(id, StateChange(state="STOPPED"))


def _shelved(id: int, shelf: str, /) -> Arguments:
    return Arguments(id, Shelving(shelf=shelf))


def _sent(*, to: str, note: str | Unset = UNSET) -> Arguments:
    return Arguments(body=ParcelDraft(name=to, shelf=note))


def _opened(code: str) -> Arguments:
    return Arguments(body=Opening(code=code))


def _rung() -> Arguments:
    return Arguments()


def _moved(ids: Iterable[int], /, *, shelf: str) -> Iterator[Change[int]]:
    return (Change(check_id(id), Move(id=id, shelf=shelf)) for id in ids)


class Parcels(Resource[F], path="parcels"):
    """Parcels on shelves."""

    list = ListingWith(Parcel, "All parcels.", _rows, INCLUDE, GROUP_BY)
    get = GetWith(Parcel, "One parcel.", _one, INCLUDE)
    create = Create(Parcel, "Create a parcel.", body=ParcelDraft, read_timeout=15.0)
    stop = Action(Parcel, "Stop a parcel.", _stopped, body=StateChange)
    shelve = Action(Parcel, "Put a parcel on a shelf.", _shelved, body=Shelving)
    number = Action(Parcel, "Number a parcel.", lambda id, /: Arguments(id), method="POST", suffix="number")
    send = Action(
        Parcel,
        "Send a parcel.",
        _sent,
        method="POST",
        key=None,
        body=ParcelDraft,
        success=(201,),
        statuses=(400, 412),
        read_timeout=60.0,
    )
    ring = Command("Ring a bell.", _rung, key=None, suffix="bell", statuses=(401,))
    print = Command("Print a label.", lambda id, /: Arguments(id), suffix="label", later=True)
    move = UpdateMany(Parcel, "Put parcels on a shelf.", _moved, body=Move)
    delete = Delete("Delete a parcel.")
    delete_each = DeleteEach(delete, "Delete parcels one by one.")
    delete_many = DeleteMany("Delete parcels together.", repeat=Repeat.ALWAYS)
    delete_all = DeleteAll("Delete all parcels.", word="parcels")
    label = Download("The label of a parcel.", PDF, name="label")
    groups = ListingOf(UserGroup, "The groups of a parcel.", "groups")


class Tickets(Resource[F], path="ticket_token"):
    """Things whose key is a secret."""

    list = Listing(Ticket, "All tickets.")
    get = GetBy(TOKEN, Ticket, "One ticket.")
    update = UpdateBy(TOKEN, Ticket, "Change a ticket.", body=TicketPatch)
    delete = DeleteBy(TOKEN, "Delete a ticket.", repeat=Repeat.ALWAYS)


class Drawers(Resource[F], path="drawers"):
    """Things whose id is digits."""

    list = Listing(Drawer, "All drawers.")
    get = GetBy(DIGITS, Drawer, "One drawer.")


class Doors(Resource[F], path=""):
    """What answers without an envelope."""

    open = Action(Opened, "Open the door.", _opened, method="POST", key=None, suffix="open", body=Opening, flat=True)
