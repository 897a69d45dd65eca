"""What the arguments of operations mean: the words of ``help()``, of the editor and of the reference."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

_WIDTH = 108

MEANINGS: dict[str, str] = {
    # listings
    "filters": "what all rows meet, each made like ``field(name) > value``",
    "order_by": 'a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API',
    "page_size": "rows in each request, from 1 to 5000; without it they begin small, and double",
    "walk.page_size": "rows in a request, from 1 to 5000",
    "prefetch": "pages fetched ahead while one is worked on; without it more and more, from the second page on",
    "strategy": '``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go',
    "resume": "what ``checkpoint()`` gave: go on from there",
    "group_by": "a field: one row for each of its values",
    "include_users": "answer with the users themselves instead of their ids",
    "start": "the first day or moment, which belongs to the range; a day is midnight in the client's time zone",
    "end": "the day or moment that it ends before",
    "account": "the name of the account, by which whoever reads a slice finds the credentials",
    "slice": "the length of each piece of the range that is walked on its own",
    # things, and many of them
    "id": "the id, a positive integer",
    "ids": "the ids; none is no request",
    "concurrency": "how many at once",
    "confirm": "the same id again",
    "delete_all.confirm": "the name of the collection, as a proof that it is meant",
    # files
    "target": "the path of a file, a folder, or a file opened in binary mode",
    "size": "the bytes that the record tells; another size is refused",
    "source": "a listing, records or ids",
    "folder": "where the files go",
    "download_all.name": "what a file is called: a pattern of fields, ``{calldate}-{id}``, or a function of the record",
    "skip_existing": "leave out what is there already, whole",
    "progress": "a function of how many are done, how many there are (None while unknown) and how many failed",
    # calls and messages
    "to": "the number to call: ``+44 20 7946 0000``, its digits, or an extension",
    "transfer.to": "the number or extension that the call goes to",
    "send.to": "the number that receives it",
    "from_user": "the id of the user whose phone rings first; the token's owner, if none is given",
    "from_number": "the number of the customer, which is called first",
    "send.from_number": "one of the account's numbers, which it is sent from",
    "caller_id": "the number that the called party sees, or ``anonymous``",
    "url": "a link that begins with https:// or http://",
    "text": "the words that are shown",
    "create.text": "the words that are spoken",
    "message": "the words that are sent",
    "until": "a state, ``CallState.CONNECTED``, or a function of the call that is true when it is reached",
    "timeout": "seconds to wait at most; None for no limit",
    # logins
    "email": "the address of the user",
    "create.email": "an e-mail address",
    "update.email": "an e-mail address",
    "password": "the password of the user",
    "remember_me": "whether this device need not give a code again",
    "device_fingerprint": "what the device is known by",
    "nonce": "what the first half of the login answered with",
    "code": "the code that was mailed",
    "token": "the token itself",
    "expiry": "seconds without use after which it ends",
    # people and their settings
    "name": "what it is called",
    "color": "the colour in the vendor's pages",
    "first_name": "the given name",
    "last_name": "the family name",
    "company": "where the person works",
    "tel": "the first telephone number",
    "tel_1": "the second telephone number",
    "tel_2": "the third telephone number",
    "mobile": "the first mobile number",
    "mobile_1": "the second mobile number",
    "mobile_2": "the third mobile number",
    "speed_dial_phone": "the short number of `tel`",
    "speed_dial_phone_1": "the short number of `tel_1`",
    "speed_dial_phone_2": "the short number of `tel_2`",
    "speed_dial_mobile": "the short number of `mobile`",
    "speed_dial_mobile_1": "the short number of `mobile_1`",
    "speed_dial_mobile_2": "the short number of `mobile_2`",
    "notes": "free text",
    "labels": "words that it is marked with",
    "global_": "whether the whole account sees it",
    "type": "its kind; the values are not documented",
    "dialler_source_id": "the list of a dialler that it came from",
    "outcome_id": "how the last call of a dialler ended",
    "group_name": "the folder that it is in; None for none",
    "groups": "the groups that it belongs to",
    "transfer_list": "whether calls can be transferred to it with a click",
    "user_id": "the user that it belongs to",
    "user_ids": "the ids of the users, at least one",
    "numbers": "the numbers, ``+44 20 7946 0000`` or their digits",
    "campaign_id": "the campaign; None for none",
    # a button that calls back
    "button_id": "the button that it is a setting of",
    "ddi_e164": "the number that calls: E.164 digits without ``+``",
    "position": "where the button is on the page",
    "floating_icon": "whether the button floats above the page",
    "culture": "its language",
    "allowed_countries": "the countries that may be called; the form is not documented",
    "show_to_allowed_countries_only": "whether visitors from elsewhere do not see it",
    "welcome_screen_msg": "the words that greet",
    "privacy_policy_url": "a link to the privacy policy",
    "max_call_rate": "the highest price of a minute that is accepted",
    # reports by e-mail
    "report_id": "which of the vendor's reports it is",
    "emails": "who receives it",
    "format": "the type of the file",
    "description": "what it is called",
    "frequency": "how often it is sent",
    "start_at": "the first day",
    "end_at": "the last day",
    "status": "whether it is sent at present",
    "timezone": "the zone of its days",
    "tz": "the zone of its days, by its number at the vendor",
    # whatever there is
    "method": "``GET``, ``POST`` or any other",
    "path": "what stands below the base URL, ``/users/7206``, percent-encoded and without a query",
    "params": "the query",
    "json": "the body; without it, none is sent",
}
"""By the name of the argument; before it stands the operation, where the name means something else there."""


def meaning(operation: str, argument: str) -> str | None:
    """Return what an argument of an operation means; None for one that nothing is said of."""
    return MEANINGS.get(f"{operation}.{argument}") or MEANINGS.get(argument)


def described(operation: str, arguments: Iterable[str]) -> Iterator[str]:
    """Write what each argument means, as the lines of a docstring."""
    for name in arguments:
        text = meaning(operation, name)
        if text is not None:
            yield textwrap.indent(filled(f"{name}: {text}"), "    ")


def filled(text: str) -> str:
    """Break a paragraph of a docstring into lines."""
    return textwrap.fill(text, _WIDTH, subsequent_indent="    ", break_on_hyphens=False)
