"""The History module: the call records of the whole account.

Source: voipstudio.com/docs/api/resources/history, and the vendor's own connectors, which read ``/cdrs``.
"""

from __future__ import annotations

from typing import Unpack

from .. import entities as e
from ..entities.arguments import is_whole_text, told
from ..errors import ConfigurationError
from ..operations import (
    MP3,
    Count,
    DatedWalk,
    DeleteAll,
    DeleteMany,
    Download,
    DownloadAll,
    F,
    Get,
    GetEach,
    Listing,
    ListingWith,
    PageOptions,
    Parameter,
    Plan,
    Resource,
    Rows,
)
from ..wire.exchange import Repeat
from ..wire.filters import Condition

_GROUP_BY = Parameter("group_by", "A field: one row for each of its values, and a total of groups.", is_field=True)


def _records(*filters: Condition, group_by: str | None = None, **options: Unpack[PageOptions]) -> Rows:
    if group_by is None:
        return Rows(filters, (), options)
    if not is_whole_text(group_by) or not group_by.strip():
        raise ConfigurationError(f"group_by names a field, 'user_id', got {told(group_by)}")
    if options.get("strategy") == "keyset":
        # It asks for the rows beyond an id, and each page would have groups of its own.
        raise ConfigurationError("a keyset walk cannot be grouped: leave out group_by, or strategy='keyset'")
    return Rows(filters, (("group_by", group_by),), options)


class Cdrs(Resource[F], path="cdrs"):
    """The call records of all users, as far as the token's owner may read them."""

    list = ListingWith(
        e.Cdr,
        "The call records of the whole account; with `group_by`, one for each value of a field.",
        _records,
        _GROUP_BY,
    )
    """The call records of the whole account; with `group_by`, one for each value of a field.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        group_by: a field: one row for each of its values
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Cdr`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Cdr, "One call record.")
    """One call record.

    Args:
        id: the id, a positive integer

    Returns: `Cdr`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    get_many = GetEach(get, "Call records by their ids.")
    """Call records by their ids.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    count = Count(list, "How many call records there are, for one small request.")
    """How many call records there are, for one small request.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``

    Returns: the total that the API tells; `PaginationError` when it tells none.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    walk = DatedWalk(list, "The call records of a range of time, in slices.", by="calldate")
    """The call records of a range of time, in slices.

    Args:
        start: the first day or moment, which belongs to the range; a day is midnight in the client's time zone
        end: the day or moment that it ends before
        filters: what all rows meet, each made like ``field(name) > value``
        slice: the length of each piece of the range that is walked on its own
        concurrency: how many at once
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in a request, from 1 to 5000
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Cdr`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    plan = Plan(list, "A range of time as slices, which other processes and machines read.", by="calldate")
    """A range of time as slices, which other processes and machines read.

    Args:
        start: the first day or moment, which belongs to the range; a day is midnight in the client's time zone
        end: the day or moment that it ends before
        filters: what all rows meet, each made like ``field(name) > value``
        slice: the length of each piece of the range that is walked on its own
        account: the name of the account, by which whoever reads a slice finds the credentials

    Returns: a tuple of `Slice`, oldest first; nothing is sent.

    Raises: ConfigurationError when the range is none, or a filter cannot be written.
    """


class Recordings(Resource[F], path="monitors"):
    """Recordings of calls. The vendor calls them *monitors*."""

    list = Listing(e.Recording, "All recordings.")
    """All recordings.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Recording`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Recording, "One recording.")
    """One recording.

    Args:
        id: the id, a positive integer

    Returns: `Recording`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    download = Download("Save the audio of a recording.", MP3, name="recording")
    """Save the audio of a recording.

    Args:
        id: the id, a positive integer
        target: the path of a file, a folder, or a file opened in binary mode
        size: the bytes that the record tells; another size is refused

    Returns: `Saved`: the path, the size and the type.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
    download_all = DownloadAll(
        e.Recording, download, "Save the audio of many recordings, those that are not there yet."
    )
    """Save the audio of many recordings, those that are not there yet.

    Args:
        source: a listing, records or ids
        folder: where the files go
        name: what a file is called: a pattern of fields, ``{calldate}-{id}``, or a function of the record
        concurrency: how many at once
        skip_existing: leave out what is there already, whole
        progress: a function of how many are done, how many there are (None while unknown) and how many failed

    Returns: a `BulkResult` with the path of each file; a failure is an outcome, not an exception.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """


class Conversations(Resource[F], path="conversations"):
    """Conversations over all channels."""

    list = Listing(e.Conversation, "All conversations.")
    """All conversations.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Conversation`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """


class Chats(Resource[F], path="chats"):
    """Chats with visitors of websites."""

    list = Listing(e.Chat, "All chats.")
    """All chats.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Chat`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Chat, "One chat.")
    """One chat.

    Args:
        id: the id, a positive integer

    Returns: `Chat`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """


class ChatMessages(Resource[F], path="chatmsgs", about=e.ChatMessage):
    """The chat messages of the account; those of a user are listed with ``client.users.chat_messages(id)``."""

    delete_many = DeleteMany("Delete chat messages for good.", repeat=Repeat.ALWAYS)
    """Delete chat messages for good.

    Args:
        ids: the ids; none is no request

    Returns: a `BulkResult` with one outcome for each id; ids that were sent together fail together.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    delete_all = DeleteAll("Delete all chat messages for good.", word="chat_messages")
    """Delete all chat messages for good.

    Args:
        confirm: the name of the collection, as a proof that it is meant

    Returns: nothing: the API accepts it, and may do it later.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """
