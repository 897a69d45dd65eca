"""The Customer module, all 26 operations of it (with `Catalogue.me`).

Source: voipstudio.com/docs/api/resources/customer. Where the page's sample of an answer is a copy of another
resource's, the text is followed: a user's contacts are contacts.
"""

from __future__ import annotations

from .. import entities as e
from ..operations import (
    Create,
    Delete,
    DeleteConfirmed,
    DeleteEach,
    F,
    Get,
    GetEach,
    Listing,
    ListingOf,
    Resource,
    Update,
)
from ..wire.exchange import Repeat


class Users(Resource[F], path="users"):
    """The people of the account, and what belongs to each."""

    list = Listing(e.User, "All users of the account.")
    get = Get(e.User, "One user.")
    get_many = GetEach(get, "Users by their ids.")
    delete = Delete("Delete a user for good.", statuses=(401, 403), repeat=Repeat.ALWAYS)
    delete_many = DeleteEach(delete, "Delete users for good.")
    contacts = ListingOf(e.Contact, "The address book of a user.", "contacts")
    cdrs = ListingOf(e.Cdr, "The call records of a user.", "cdrs")
    chat_messages = ListingOf(e.ChatMessage, "The chat messages of a user.", "chatmsgs")
    calls = ListingOf(e.Call, "The calls of a user that are under way.", "calls")
    audio = Get(e.UserAudio, "The audio of a user.", "audio")
    reset_audio = Delete("Set the audio of a user back.", "audio", statuses=(401, 403), repeat=Repeat.ALWAYS)


class QueueGroups(Resource[F], path="queuegroups"):
    """Groups of call queues."""

    list = Listing(e.QueueGroup, "All queue groups.")
    create = Create(e.QueueGroup, "Create a queue group.", body=e.QueueGroupDraft)
    get = Get(e.QueueGroup, "One queue group.")
    get_many = GetEach(get, "Queue groups by their ids.")
    update = Update(e.QueueGroup, "Change a queue group.", body=e.QueueGroupPatch, repeat=Repeat.ALWAYS)
    delete = Delete("Delete a queue group for good.", repeat=Repeat.ALWAYS)
    delete_many = DeleteEach(delete, "Delete queue groups for good.")


class UserGroups(Resource[F], path="usergroups"):
    """Groups of users."""

    list = Listing(e.UserGroup, "All user groups.")
    create = Create(e.UserGroup, "Create a user group.", body=e.UserGroupDraft)
    get = Get(e.UserGroup, "One user group.")
    get_many = GetEach(get, "User groups by their ids.")
    update = Update(e.UserGroup, "Change a user group.", body=e.UserGroupPatch, repeat=Repeat.ALWAYS)
    delete = Delete("Delete a user group for good.", repeat=Repeat.ALWAYS)
    delete_many = DeleteEach(delete, "Delete user groups for good.")


class UserGroupPolicies(Resource[F], path="usergrouppolicies"):
    """Policies of user groups. The vendor's page shows them with the fields of a user group."""

    list = Listing(e.UserGroupPolicy, "All user group policies.")
    create = Create(e.UserGroupPolicy, "Create a user group policy.", body=e.UserGroupPolicyDraft)
    get = Get(e.UserGroupPolicy, "One user group policy.")
    get_many = GetEach(get, "User group policies by their ids.")
    update = Update(e.UserGroupPolicy, "Change a user group policy.", body=e.UserGroupPolicyPatch, repeat=Repeat.ALWAYS)
    delete = Delete("Delete a user group policy for good.", repeat=Repeat.ALWAYS)
    delete_many = DeleteEach(delete, "Delete user group policies for good.")


class Customers(Resource[F], path="customers"):
    """Customer accounts."""

    delete = DeleteConfirmed("Delete a whole customer account for good.", statuses=(401, 403))
