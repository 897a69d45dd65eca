"""Lines that must fail, on both faces. Never run: each ignore comment is an error where its line would pass.

A comment "NAME accepts this: ..." above a line names a type checker that does not see the mistake, and says why.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Unpack, assert_type

from voipstudio_async import AsyncVoipStudio, Cdr, Filter, Page, User, VoipStudio, field
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
    DeleteAll,
    DeleteBy,
    DeleteMany,
    Download,
    F,
    GetBy,
    GetWith,
    ListingWith,
    PageOptions,
    Resource,
    Rows,
    UpdateMany,
)
from voipstudio_async.wire.filters import Condition


async def awaited(client: AsyncVoipStudio) -> None:
    await client.user_groups.create(nmae="Sales")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.user_groups.create()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.user_groups.create(name=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await client.user_groups.create(name=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await client.user_groups.create("Sales")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.user_groups.update("12", name="Sales")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await client.user_groups.update(12, nmae="Sales")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.queue_groups.create(name="Help", color="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.users.get("7206")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await client.users.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.users.create(name="x")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    await client.customers.delete(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.me(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    user: Cdr = await client.users.get(7206)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    assert_type(await client.users.get(7206), Cdr)  # type: ignore[assert-type]  # pyright: ignore[reportAssertTypeFailure]
    assert_type(client.users.list(), Page[User])  # type: ignore[assert-type]  # pyright: ignore[reportAssertTypeFailure]
    sync: User = client.users.get(7206)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    for _ in client.users.list():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
        pass
    await client.users.list()  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    client.users.list(page_sise=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.users.list("duration > 60")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.users.list(order_by=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.users.cdrs(field("duration") > 60)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.cdrs.list(group_by=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.cdrs.walk(date(2026, 1, 1))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.with_options(tokn="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.bulk.run(client.users.get, ["7206"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
    await client.raw.request("GET", "/x", {"a": 1})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    print(user, sync)


def blocking(client: VoipStudio) -> None:
    client.user_groups.create(nmae="Sales")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.user_groups.create()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.user_groups.create(name=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.user_groups.create(name=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.user_groups.create("Sales")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.user_groups.update("12", name="Sales")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.user_groups.update(12, nmae="Sales")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.queue_groups.create(name="Help", color="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.users.get("7206")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.users.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.users.create(name="x")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    client.customers.delete(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.me(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    cdr: Cdr = client.users.get(7206)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    assert_type(client.users.get(7206), Cdr)  # type: ignore[assert-type]  # pyright: ignore[reportAssertTypeFailure]
    client.users.list(page_sise=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.users.list("duration > 60")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.users.list(order_by=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.users.cdrs(field("duration") > 60)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.cdrs.list(group_by=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.cdrs.walk(date(2026, 1, 1))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.with_options(tokn="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.bulk.run("users.get", [7206])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    client.bulk.run(partial(client.user_groups.update, nme="x"), [1])  # type: ignore[arg-type, call-arg]  # pyright: ignore[reportCallIssue]
    client.bulk.run(client.users.get, ["7206"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
    print(cdr)


async def across(client: VoipStudio) -> None:
    await client.users.get(7206)  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    async for _ in client.users.list():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
        pass


def values(user: User, page: Page[User], condition: Filter) -> None:
    user.email = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    user.emial  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    User(email="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    User(id=1, nmae="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    page.items[0].duration  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    condition.valu  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def optional(user: User) -> None:
    user.email.upper()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def sent(id: int, /, *, to: str) -> Arguments:
    return Arguments(id)


def moved(ids: Iterable[int], /, *, shelf: str) -> Iterable[Change[int]]:
    return []


def with_users(*filters: Condition, include_users: bool = False, **options: Unpack[PageOptions]) -> Rows:
    return Rows(filters, (), options)


class Made(Resource[F], path="made"):
    list = ListingWith(User, "All.", with_users)
    get = GetWith(User, "One.", sent)
    send = Action(User, "Send.", sent)
    stop = Command("Stop.", sent)
    numbered = GetBy(DIGITS, User, "One.")
    revoke = DeleteBy(TOKEN, "Revoke.")
    move = UpdateMany(User, "Move.", moved, body=User)
    download = Download("Its sound.", MP3, name="made")
    delete_many = DeleteMany("Delete some.")
    delete_all = DeleteAll("Delete all.", word="made")
    # ty accepts this: it does not look at the names in `**options: Unpack[...]`.
    wrong = Action(User, "Send.", sent, methd="PUT")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue, reportUnknownVariableType]
    untyped = Action(User, "Send.", sent, suffix=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def made_awaited(made: Made[Async]) -> None:
    # ty accepts this: it does not look at the names in `**options: Unpack[...]`.
    made.list(include_user=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    made.list(include_users="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    made.list(page_size="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await made.get(7)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await made.send("7", to="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await made.send(7, to=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await made.stop(7, too="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await made.numbered(1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await made.revoke(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await made.download(7)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await made.download(7, 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await made.move([1, 2])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await made.delete_many(["1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    await made.delete_all()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def made_blocking(made: Made[Blocking]) -> None:
    # ty accepts this: it does not look at the names in `**options: Unpack[...]`.
    made.list(include_user=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    made.list(include_users="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    made.get(7)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    made.send("7", to="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    made.stop(7, too="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    made.numbered(1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    made.revoke(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    made.download(7)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    made.move([1, 2])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    made.delete_many(["1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    made.delete_all()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
