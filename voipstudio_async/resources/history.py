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
    get = Get(e.Cdr, "One call record.")
    get_many = GetEach(get, "Call records by their ids.")
    count = Count(list, "How many call records there are, for one small request.")
    walk = DatedWalk(list, "The call records of a range of time, in slices.", by="calldate")


class Recordings(Resource[F], path="monitors"):
    """Recordings of calls. The vendor calls them *monitors*."""

    list = Listing(e.Recording, "All recordings.")
    get = Get(e.Recording, "One recording.")
    download = Download("Save the audio of a recording.", MP3, name="recording")
    download_all = DownloadAll(
        e.Recording, download, "Save the audio of many recordings, those that are not there yet."
    )


class Conversations(Resource[F], path="conversations"):
    """Conversations over all channels."""

    list = Listing(e.Conversation, "All conversations.")


class Chats(Resource[F], path="chats"):
    """Chats with visitors of websites."""

    list = Listing(e.Chat, "All chats.")
    get = Get(e.Chat, "One chat.")


class ChatMessages(Resource[F], path="chatmsgs", about=e.ChatMessage):
    """The chat messages of the account; those of a user are listed with ``client.users.chat_messages(id)``."""

    delete_many = DeleteMany("Delete chat messages for good.", repeat=Repeat.ALWAYS)
    delete_all = DeleteAll("Delete all chat messages for good.", word="chat_messages")
