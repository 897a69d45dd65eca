"""How sure we are of each operation: who says that the API has it. This is the one place that says so.

The documentation prints it (``docs/coverage.md``).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

import attrs


class Certainty(enum.Enum):
    """Where an operation is known from, the surest first."""

    DOCUMENTED = "documented"
    """It is on a page of the vendor's documentation."""
    VENDOR = "vendor's clients"
    """The vendor's own command line, connector or script does it."""
    REPORTED = "reported"
    """Users of the API do it, and say that it works."""
    GUESSED = "guessed"
    """It follows from others; nobody is known to have done it."""


@attrs.frozen
class Known:
    """What is known of an operation."""

    certainty: Certainty
    doubt: str = ""
    """What of it is less sure than the rest, in a sentence without its end."""


_ON_A_PAGE = """
me ping
users.list users.get users.delete users.reset_audio
queue_groups.list queue_groups.get queue_groups.delete
user_groups.list user_groups.create user_groups.get user_groups.update user_groups.delete
customers.delete
auth.login auth.confirm api_tokens.create
calls.list calls.place web_calls.create lead_calls.create
cdrs.list chats.list chats.get chat_messages.delete_many chat_messages.delete_all
sms.list sms.get sms.send sms.delete_all
contacts.list contacts.get contacts.create contacts.update contacts.move
call_tracking.numbers call_tracking.campaigns call_tracking.assign
call_me_back.websites call_me_back.settings call_me_back.create
report_schedules.list report_schedules.create
users.contacts users.cdrs users.chat_messages users.calls users.audio
queue_groups.create queue_groups.update
user_group_policies.list user_group_policies.create user_group_policies.get user_group_policies.update
user_group_policies.delete
"""
_IN_THE_VENDORS_CLIENTS = """
logout api_tokens.list api_tokens.delete
calls.answer calls.transfer calls.attach_link calls.hang_up
recordings.list recordings.get recordings.download conversations.list
voicemails.list voicemails.get voicemails.download
faxes.list faxes.get faxes.download
transactions.list transactions.get transactions.download
queues.list queues.join queues.leave
"""
_BY_USERS = """
calls.get cdrs.get queues.get numbers.list call_me_back.delete
"""
_SAMPLE = "the page's sample is a copy of a user; its text is followed"
_DOUBTS = {
    "me": "the page shows a list of one, and the API answers one object",
    "users.contacts": _SAMPLE,
    "users.cdrs": _SAMPLE,
    "users.chat_messages": _SAMPLE,
    "users.calls": _SAMPLE,
    "users.audio": "the page's sample is a copy of a user; what really comes is unknown",
    "queue_groups.create": "the page tells no body; that it takes a name is a guess",
    "queue_groups.update": "the page tells no body; that it takes a name is a guess",
    **dict.fromkeys(
        (f"user_group_policies.{name}" for name in ("list", "create", "get", "update")),
        "the page shows the fields of a user group",
    ),
    "auth.confirm": "no account with a second factor is known to have been tried",
    "calls.place": "that 412 means an agent without a phone is reported by users",
    "lead_calls.create": "that all three arguments are needed is reported by users",
    "cdrs.get": "it is known from the documentation of a third party",
    "chat_messages.delete_all": "whether filters narrow it is unknown: none are sent",
    "sms.delete_all": "whether filters narrow it is unknown: none are sent",
    "contacts.move": "the page shows one object for an answer to many",
    "call_tracking.campaigns": "the fields of a campaign are unknown",
    "call_tracking.assign": "the page shows one object for an answer to many",
    "transactions.download": "the path ends in .pdf, and JSON with the document in Base64 comes",
}


def _table() -> Mapping[str, Known]:
    said = (
        (Certainty.DOCUMENTED, _ON_A_PAGE),
        (Certainty.VENDOR, _IN_THE_VENDORS_CLIENTS),
        (Certainty.REPORTED, _BY_USERS),
    )
    table = {name: Known(certainty, _DOUBTS.get(name, "")) for certainty, names in said for name in names.split()}
    assert len(table) == sum(len(names.split()) for _, names in said), "an operation is named twice"
    return table


CERTAINTY: Mapping[str, Known] = _table()
"""What is known of each operation, by its dotted name on a client: ``users.list``; ``me`` is the client's own."""
