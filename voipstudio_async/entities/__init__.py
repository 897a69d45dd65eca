"""Entities: frozen attrs classes, one file per module of the vendor's documentation."""

from .base import Code, DigitId, Entity, EpochTime, Extra, Secret
from .calls import Call, CallState
from .customer import (
    Me,
    QueueGroup,
    QueueGroupDraft,
    QueueGroupPatch,
    User,
    UserAudio,
    UserGroup,
    UserGroupDraft,
    UserGroupPatch,
    UserGroupPolicy,
    UserGroupPolicyDraft,
    UserGroupPolicyPatch,
)
from .history import CallType, Cdr, ChatMessage, Disposition
from .settings import Contact

__all__ = (
    "Call",
    "CallState",
    "CallType",
    "Cdr",
    "ChatMessage",
    "Code",
    "Contact",
    "DigitId",
    "Disposition",
    "Entity",
    "EpochTime",
    "Extra",
    "Me",
    "QueueGroup",
    "QueueGroupDraft",
    "QueueGroupPatch",
    "Secret",
    "User",
    "UserAudio",
    "UserGroup",
    "UserGroupDraft",
    "UserGroupPatch",
    "UserGroupPolicy",
    "UserGroupPolicyDraft",
    "UserGroupPolicyPatch",
)
