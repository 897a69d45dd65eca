"""The catalogue: every resource and operation, declared once. One file per module of the vendor's documentation.

A resource is part of the API when it is an annotation of `Catalogue`: the clients, the sandbox, the OpenAPI document,
the command line and the reference all read it from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, get_origin, get_type_hints

from .. import entities
from ..hints import NotThere, did_you_mean
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
    """Who the token belongs to.

    Returns: `Me`.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """
    ping = Show(entities.Pong, "Use the session, so that it does not end.", "ping")
    """Use the session, so that it does not end.

    Returns: `Pong`.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """
    logout = Command("End the session that the token belongs to.", ended, key=None, suffix="logout", statuses=(401,))
    """End the session that the token belongs to.

    Returns: nothing.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """

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

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._called = "client"

    def __init__(self, caller: Caller) -> None:
        self._bind(caller)

    def _at(self, caller: Caller) -> Resource[Any]:
        # A client takes other arguments than a caller, and owns its connections.
        return Catalogue(caller)

    def __dir__(self) -> list[str]:
        # What is for users: the resources, and what their own face adds.
        names = {*PARTS, *vars(self), *dir(type(self))}
        return sorted(name for name in names if not name.startswith("_"))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            words = did_you_mean(name, dir(self), _ELSEWHERE)
            raise AttributeError(f"the client has no {name!r}{words}", name=name, obj=None)

        __call__ = NotThere("a client is no function: call one of its operations, client.users.list()")
        __getitem__ = NotThere("a client is no list: iterate one of its listings, client.users.list()")

    def _bind(self, caller: Caller) -> None:
        self._caller = caller
        for name, resource in PARTS.items():
            setattr(self, name, resource(caller))


def _parts() -> dict[str, type[Resource[Any]]]:
    hints = {name: get_origin(hint) for name, hint in get_type_hints(Catalogue).items()}
    return {name: kind for name, kind in hints.items() if isinstance(kind, type) and issubclass(kind, Resource)}


def _named(parts: dict[str, type[Resource[Any]]]) -> dict[str, type[Resource[Any]]]:
    Catalogue._called = "client"
    for name, resource in parts.items():
        resource._called = f"client.{name}"
    return parts


PARTS: dict[str, type[Resource[Any]]] = _named(_parts())
"""What a client has, by name: the resources of the API, and `Raw`."""
_ELSEWHERE = {
    **{resource._path: name for name, resource in PARTS.items()},
    **dict.fromkeys(("history", "call_history", "call_records", "call_log", "records", "calldetails"), "cdrs"),
    **dict.fromkeys(("text_messages", "texts", "messages"), "sms"),
    **dict.fromkeys(("invoices", "billing", "payments"), "transactions"),
    **dict.fromkeys(("request", "get", "post", "patch", "put"), "raw.request"),
    **dict.fromkeys(("account", "balance", "whoami"), "me"),
    **dict.fromkeys(("live_calls", "active_calls"), "calls"),
    "tokens": "api_tokens",
    "api_keys": "api_tokens",
    "phone_numbers": "numbers",
    "did": "numbers",
    "agents": "users",
    "teams": "user_groups",
}
"""What the API, or a reader, may call a part of a client."""

RESOURCES: dict[str, type[Resource[Any]]] = {
    "me": Catalogue,
    **{name: resource for name, resource in PARTS.items() if operations(resource)},
}
"""The resources of the API, by the name that they have on a client. What a client itself offers goes by ``me``."""

__all__ = ("PARTS", "RESOURCES", "Catalogue", "Raw")
