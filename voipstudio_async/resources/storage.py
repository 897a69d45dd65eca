"""The Storage module: text messages, voicemail and faxes.

Source: voipstudio.mx/docs/api/resources/storage, and the vendor's own command line.
"""

from __future__ import annotations

from .. import entities as e
from ..entities.phones import optional_phone, phone_digits
from ..operations import MP3, PDF, Action, Arguments, DeleteAll, Download, DownloadAll, F, Get, Listing, Resource
from ..unset import UNSET, Unset
from .calls import filled


def _sent(*, to: str, message: str, from_number: str | Unset = UNSET) -> Arguments:
    draft = e.SmsDraft(to=phone_digits(to), message=filled("message", message), from_=optional_phone(from_number))
    return Arguments(body=draft)


class TextMessages(Resource[F], path="sms"):
    """Text messages, in and out."""

    list = Listing(e.Sms, "All text messages.")
    get = Get(e.Sms, "One text message.")
    send = Action(
        e.Sms,
        "Send a text message, which costs money: it is never sent twice by itself.",
        _sent,
        method="POST",
        key=None,
        body=e.SmsDraft,
        success=(201,),
        statuses=(400, 401),
        read_timeout=20.0,
    )
    delete_all = DeleteAll("Delete all text messages for good.", word="sms")


class Voicemails(Resource[F], path="voicemessages"):
    """Voice messages. The vendor calls them *voicemessages*."""

    list = Listing(e.Voicemail, "All voice messages.")
    get = Get(e.Voicemail, "One voice message.")
    download = Download("Save the audio of a voice message.", MP3, name="voicemail")
    download_all = DownloadAll(e.Voicemail, download, "Save the audio of many voice messages, those not there yet.")


class Faxes(Resource[F], path="faxes"):
    """Faxes, in and out."""

    list = Listing(e.Fax, "All faxes.")
    get = Get(e.Fax, "One fax.")
    download = Download("Save the pages of a fax.", PDF, name="fax")
    download_all = DownloadAll(e.Fax, download, "Save the pages of many faxes, those that are not there yet.")
