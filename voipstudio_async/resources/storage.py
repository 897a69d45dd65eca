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
    """All text messages.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Sms`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Sms, "One text message.")
    """One text message.

    Args:
        id: the id, a positive integer

    Returns: `Sms`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
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
    """Send a text message, which costs money: it is never sent twice by itself.

    Args:
        to: the number that receives it
        message: the words that are sent
        from_number: one of the account's numbers, which it is sent from

    Returns: `Sms`.

    Raises: ValidationError (400), AuthenticationError (401); TransportError when no usable answer comes.
    """
    delete_all = DeleteAll("Delete all text messages for good.", word="sms")
    """Delete all text messages for good.

    Args:
        confirm: the name of the collection, as a proof that it is meant

    Returns: nothing: the API accepts it, and may do it later.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """


class Voicemails(Resource[F], path="voicemessages"):
    """Voice messages. The vendor calls them *voicemessages*."""

    list = Listing(e.Voicemail, "All voice messages.")
    """All voice messages.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Voicemail`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Voicemail, "One voice message.")
    """One voice message.

    Args:
        id: the id, a positive integer

    Returns: `Voicemail`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    download = Download("Save the audio of a voice message.", MP3, name="voicemail")
    """Save the audio of a voice message.

    Args:
        id: the id, a positive integer
        target: the path of a file, a folder, or a file opened in binary mode
        size: the bytes that the record tells; another size is refused

    Returns: `Saved`: the path, the size and the type.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
    download_all = DownloadAll(e.Voicemail, download, "Save the audio of many voice messages, those not there yet.")
    """Save the audio of many voice messages, those not there yet.

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


class Faxes(Resource[F], path="faxes"):
    """Faxes, in and out."""

    list = Listing(e.Fax, "All faxes.")
    """All faxes.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Fax`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.Fax, "One fax.")
    """One fax.

    Args:
        id: the id, a positive integer

    Returns: `Fax`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    download = Download("Save the pages of a fax.", PDF, name="fax")
    """Save the pages of a fax.

    Args:
        id: the id, a positive integer
        target: the path of a file, a folder, or a file opened in binary mode
        size: the bytes that the record tells; another size is refused

    Returns: `Saved`: the path, the size and the type.

    Raises: ValidationError (400), AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404);
        TransportError when no usable answer comes.
    """
    download_all = DownloadAll(e.Fax, download, "Save the pages of many faxes, those that are not there yet.")
    """Save the pages of many faxes, those that are not there yet.

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
