"""The catalogue: every resource and operation, declared once. One file per module of the vendor's documentation.

A resource is part of the API when it is an annotation of `Catalogue`: the clients, the sandbox, the OpenAPI document,
the command line and the reference all read it from there.
"""

from __future__ import annotations

from typing import Any, get_origin, get_type_hints

from .. import entities
from ..operations import Caller, Command, F, Resource, Show, operations
from .auth import ApiTokens, Logins, ended
from .billing import Transactions
from .callmeback import CallMeBack
from .calls import Calls, LeadCalls, WebCalls
from .customer import Customers, QueueGroups, UserGroupPolicies, UserGroups, Users
from .history import Cdrs, ChatMessages, Chats, Conversations, Recordings
from .raw import Raw
from .reports import ReportSchedules
from .settings import CallTracking, Contacts, Numbers, Queues
from .storage import Faxes, TextMessages, Voicemails


class Catalogue(Resource[F], path=""):
    """All that a client offers, on one face."""

    me = Show(entities.Me, "Who the token belongs to.", "me")
    ping = Show(entities.Pong, "Use the session, so that it does not end.", "ping")
    logout = Command("End the session that the token belongs to.", ended, key=None, suffix="logout", statuses=(401,))

    users: Users[F]
    queue_groups: QueueGroups[F]
    user_groups: UserGroups[F]
    user_group_policies: UserGroupPolicies[F]
    customers: Customers[F]
    auth: Logins[F]
    api_tokens: ApiTokens[F]
    calls: Calls[F]
    web_calls: WebCalls[F]
    lead_calls: LeadCalls[F]
    cdrs: Cdrs[F]
    recordings: Recordings[F]
    conversations: Conversations[F]
    chats: Chats[F]
    chat_messages: ChatMessages[F]
    sms: TextMessages[F]
    voicemails: Voicemails[F]
    faxes: Faxes[F]
    transactions: Transactions[F]
    contacts: Contacts[F]
    queues: Queues[F]
    numbers: Numbers[F]
    call_tracking: CallTracking[F]
    call_me_back: CallMeBack[F]
    report_schedules: ReportSchedules[F]
    raw: Raw[F]

    def __init__(self, caller: Caller) -> None:
        self._bind(caller)

    def _at(self, caller: Caller) -> Resource[Any]:
        # A client takes other arguments than a caller, and owns its connections.
        return Catalogue(caller)

    def _bind(self, caller: Caller) -> None:
        self._caller = caller
        for name, resource in PARTS.items():
            setattr(self, name, resource(caller))


def _parts() -> dict[str, type[Resource[Any]]]:
    hints = {name: get_origin(hint) for name, hint in get_type_hints(Catalogue).items()}
    return {name: kind for name, kind in hints.items() if isinstance(kind, type) and issubclass(kind, Resource)}


PARTS: dict[str, type[Resource[Any]]] = _parts()
"""What a client has, by name: the resources of the API, and `Raw`."""

RESOURCES: dict[str, type[Resource[Any]]] = {
    "me": Catalogue,
    **{name: resource for name, resource in PARTS.items() if operations(resource)},
}
"""The resources of the API, by the name that they have on a client. What a client itself offers goes by ``me``."""

__all__ = ("PARTS", "RESOURCES", "Catalogue", "Raw")
