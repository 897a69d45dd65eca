"""The History module: the call records of the whole account.

Source: voipstudio.com/docs/api/resources/history, and the vendor's own connectors, which read ``/cdrs``.
"""

from __future__ import annotations

from .. import entities as e
from ..operations import MP3, Count, DatedWalk, DeleteAll, DeleteMany, Download, F, Get, GetEach, Listing, Resource
from ..wire.exchange import Repeat


class Cdrs(Resource[F], path="cdrs"):
    """The call records of all users, as far as the token's owner may read them."""

    list = Listing(e.Cdr, "The call records of the whole account.")
    get = Get(e.Cdr, "One call record.")
    get_many = GetEach(get, "Call records by their ids.")
    count = Count(list, "How many call records there are, for one small request.")
    walk = DatedWalk(list, "The call records of a range of time, in slices.", by="calldate")


class Recordings(Resource[F], path="monitors"):
    """Recordings of calls. The vendor calls them *monitors*."""

    list = Listing(e.Recording, "All recordings.")
    get = Get(e.Recording, "One recording.")
    download = Download("Save the audio of a recording.", MP3, name="recording")


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
