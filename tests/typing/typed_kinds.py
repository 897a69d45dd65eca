"""The exact types of the kinds of operation, on a made resource. Never run: read by the type checkers."""

from collections.abc import Iterable
from pathlib import Path
from typing import Unpack, assert_type

import attrs

from voipstudio_async import UNSET, AsyncPages, BulkResult, Entity, Pages, Secret, Unset
from voipstudio_async.operations import (
    DIGITS,
    MP3,
    TOKEN,
    Action,
    Arguments,
    Async,
    Blocking,
    Change,
    Command,
    Create,
    DeleteAll,
    DeleteBy,
    DeleteMany,
    Download,
    DownloadAll,
    DownloadAllReady,
    F,
    GetBy,
    GetWith,
    ListingWith,
    PageOptions,
    Parameter,
    Resource,
    Rows,
    Saved,
    UpdateBy,
    UpdateMany,
)
from voipstudio_async.wire.filters import Condition


@attrs.frozen(kw_only=True, repr=False)
class Parcel(Entity):
    id: int


@attrs.frozen(kw_only=True)
class Draft:
    to: str
    weight: int | Unset = UNSET


def sent(id: int, /, *, to: str) -> Arguments:
    return Arguments(id, Draft(to=to))


def moved(ids: Iterable[int], /, *, shelf: str) -> Iterable[Change[int]]:
    return [Change(id, Draft(to=shelf)) for id in ids]


def with_users(*filters: Condition, include_users: bool = False, **options: Unpack[PageOptions]) -> Rows:
    return Rows(filters, (("include", "users"),) if include_users else (), options)


def one_with_users(id: int, /, *, include_users: bool = False) -> Arguments:
    return Arguments(id, query=(("include", "users"),) if include_users else ())


INCLUDE = Parameter("include", "What to put in.", ("users",))


class Parcels(Resource[F], path="parcels"):
    list = ListingWith(Parcel, "All.", with_users, INCLUDE)
    get = GetWith(Parcel, "One.", one_with_users, INCLUDE)
    get_by_digits = GetBy(DIGITS, Parcel, "One.")
    update_by_digits = UpdateBy(DIGITS, Parcel, "Change one.", body=Draft)
    create = Create(Parcel, "New.", body=Draft, read_timeout=15)
    send = Action(Parcel, "Send.", sent, body=Draft)
    forget = Command("Forget.", sent, body=Draft, later=True)
    revoke = DeleteBy(TOKEN, "Revoke.")
    move = UpdateMany(Parcel, "Move.", moved, body=Draft)
    download = Download("Its sound.", MP3, name="parcel")
    download_all = DownloadAll(Parcel, download, "Their sounds.")
    download_ready = DownloadAllReady(Parcel, download, "Those that there are.")
    delete_many = DeleteMany("Delete some.")
    delete_all = DeleteAll("Delete all.", word="parcels")


async def awaited(parcels: Parcels[Async]) -> None:
    assert_type(parcels.list(include_users=True, page_size=5), AsyncPages[Parcel])
    assert_type(await parcels.get(7, include_users=True), Parcel)
    assert_type(await parcels.get_by_digits("007"), Parcel)
    assert_type(await parcels.get_by_digits(7), Parcel)
    assert_type(await parcels.update_by_digits("007", to="here"), Parcel)
    assert_type(await parcels.create(to="here", weight=5), Parcel)
    assert_type(await parcels.send(7, to="here"), Parcel)
    await parcels.forget(7, to="here")
    await parcels.revoke(Secret("s"))
    await parcels.revoke("s")
    assert_type(await parcels.download(7, Path("a"), size=5), Saved)
    assert_type(await parcels.download_all(parcels.list(), "a"), BulkResult[Parcel, Path])
    assert_type(await parcels.download_all([1, 2], Path("a"), concurrency=2), BulkResult[int, Path])
    assert_type(await parcels.download_ready(parcels.list(), "a"), BulkResult[Parcel, Path | None])
    await parcels.download_all(parcels.list(), "a", name=lambda parcel: f"{parcel.id}", progress=print)
    assert_type(await parcels.move([1, 2], shelf="a"), BulkResult[int, Parcel | None])
    assert_type(await parcels.delete_many([1, 2]), BulkResult[int, None])
    await parcels.delete_all(confirm="parcels")


def at_once(parcels: Parcels[Blocking]) -> None:
    assert_type(parcels.list(include_users=True, page_size=5), Pages[Parcel])
    assert_type(parcels.get(7, include_users=True), Parcel)
    assert_type(parcels.get_by_digits("007"), Parcel)
    assert_type(parcels.get_by_digits(7), Parcel)
    assert_type(parcels.update_by_digits("007", to="here"), Parcel)
    assert_type(parcels.create(to="here", weight=5), Parcel)
    assert_type(parcels.send(7, to="here"), Parcel)
    parcels.forget(7, to="here")
    parcels.revoke(Secret("s"))
    parcels.revoke("s")
    assert_type(parcels.download(7, "a"), Saved)
    assert_type(parcels.download_all(parcels.list(), "a", skip_existing=False), BulkResult[Parcel, Path])
    assert_type(parcels.download_all({1, 2}, "a", name="{id}"), BulkResult[int, Path])
    assert_type(parcels.download_ready([1, 2], "a"), BulkResult[int, Path | None])
    parcels.download_all(parcels.list(), "a", name=lambda parcel: f"{parcel.id}", progress=print)
    assert_type(parcels.move([1, 2], shelf="a"), BulkResult[int, Parcel | None])
    assert_type(parcels.delete_many([1, 2]), BulkResult[int, None])
    parcels.delete_all(confirm="parcels")
