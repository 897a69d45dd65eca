"""The catalogue: every resource and operation, declared once. One file per module of the vendor's documentation.

The clients, the sandbox, the OpenAPI document and the command line all read these declarations.
"""

from __future__ import annotations

from typing import Any

from .. import entities
from ..operations import Caller, F, Resource, Show
from .customer import Customers, QueueGroups, UserGroupPolicies, UserGroups, Users
from .history import Cdrs
from .raw import Raw


class Catalogue(Resource[F], path=""):
    """All that a client offers, on one face."""

    me = Show(entities.Me, "Who the token belongs to.", "me")

    def __init__(self, caller: Caller) -> None:
        self._bind(caller)

    def _at(self, caller: Caller) -> Resource[Any]:
        # A client takes other arguments than a caller, and owns its connections.
        return Catalogue(caller)

    def _bind(self, caller: Caller) -> None:
        self._caller = caller
        self.users: Users[F] = Users(caller)
        self.queue_groups: QueueGroups[F] = QueueGroups(caller)
        self.user_groups: UserGroups[F] = UserGroups(caller)
        self.user_group_policies: UserGroupPolicies[F] = UserGroupPolicies(caller)
        self.customers: Customers[F] = Customers(caller)
        self.cdrs: Cdrs[F] = Cdrs(caller)
        self.raw: Raw[F] = Raw(caller)


RESOURCES: dict[str, type[Resource[Any]]] = {
    "me": Catalogue,
    "users": Users,
    "queue_groups": QueueGroups,
    "user_groups": UserGroups,
    "user_group_policies": UserGroupPolicies,
    "customers": Customers,
    "cdrs": Cdrs,
}
"""The resources of the API, by the name that they have on a client."""

__all__ = (
    "RESOURCES",
    "Catalogue",
    "Cdrs",
    "Customers",
    "QueueGroups",
    "Raw",
    "UserGroupPolicies",
    "UserGroups",
    "Users",
)
