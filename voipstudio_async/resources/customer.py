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
    """All users of the account.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `User`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    get = Get(e.User, "One user.")
    """One user.

    Args:
        id: the id, a positive integer

    Returns: `User`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    get_many = GetEach(get, "Users by their ids.")
    """Users by their ids.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    delete = Delete("Delete a user for good.", statuses=(401, 403), repeat=Repeat.ALWAYS)
    """Delete a user for good.

    Args:
        id: the id, a positive integer

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """
    delete_many = DeleteEach(delete, "Delete users for good.")
    """Delete users for good.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """
    contacts = ListingOf(e.Contact, "The address book of a user.", "contacts")
    """The address book of a user.

    Args:
        id: the id, a positive integer
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Contact`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    cdrs = ListingOf(e.Cdr, "The call records of a user.", "cdrs")
    """The call records of a user.

    Args:
        id: the id, a positive integer
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Cdr`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    chat_messages = ListingOf(e.ChatMessage, "The chat messages of a user.", "chatmsgs")
    """The chat messages of a user.

    Args:
        id: the id, a positive integer
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `ChatMessage`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    calls = ListingOf(e.Call, "The calls of a user that are under way.", "calls")
    """The calls of a user that are under way.

    Args:
        id: the id, a positive integer
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `Call`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    audio = Get(e.UserAudio, "The audio of a user.", "audio")
    """The audio of a user.

    Args:
        id: the id, a positive integer

    Returns: `UserAudio`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    reset_audio = Delete("Set the audio of a user back.", "audio", statuses=(401, 403), repeat=Repeat.ALWAYS)
    """Set the audio of a user back.

    Args:
        id: the id, a positive integer

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """


class QueueGroups(Resource[F], path="queuegroups"):
    """Groups of call queues."""

    list = Listing(e.QueueGroup, "All queue groups.")
    """All queue groups.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `QueueGroup`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    create = Create(e.QueueGroup, "Create a queue group.", body=e.QueueGroupDraft)
    """Create a queue group.

    Args:
        name: what it is called

    Returns: the new `QueueGroup`.

    Raises: ValidationError (400); TransportError when no usable answer comes.
    """
    get = Get(e.QueueGroup, "One queue group.")
    """One queue group.

    Args:
        id: the id, a positive integer

    Returns: `QueueGroup`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    get_many = GetEach(get, "Queue groups by their ids.")
    """Queue groups by their ids.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    update = Update(e.QueueGroup, "Change a queue group.", body=e.QueueGroupPatch, repeat=Repeat.ALWAYS)
    """Change a queue group.

    Args:
        id: the id, a positive integer
        name: what it is called

    Returns: the `QueueGroup` as it is now.

    Raises: ValidationError (400), NotFoundError (404); TransportError when no usable answer comes.
    """
    delete = Delete("Delete a queue group for good.", repeat=Repeat.ALWAYS)
    """Delete a queue group for good.

    Args:
        id: the id, a positive integer

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    delete_many = DeleteEach(delete, "Delete queue groups for good.")
    """Delete queue groups for good.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """


class UserGroups(Resource[F], path="usergroups"):
    """Groups of users."""

    list = Listing(e.UserGroup, "All user groups.")
    """All user groups.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `UserGroup`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    create = Create(e.UserGroup, "Create a user group.", body=e.UserGroupDraft)
    """Create a user group.

    Args:
        name: what it is called
        color: the colour in the vendor's pages

    Returns: the new `UserGroup`.

    Raises: ValidationError (400); TransportError when no usable answer comes.
    """
    get = Get(e.UserGroup, "One user group.")
    """One user group.

    Args:
        id: the id, a positive integer

    Returns: `UserGroup`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    get_many = GetEach(get, "User groups by their ids.")
    """User groups by their ids.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    update = Update(e.UserGroup, "Change a user group.", body=e.UserGroupPatch, repeat=Repeat.ALWAYS)
    """Change a user group.

    Args:
        id: the id, a positive integer
        name: what it is called
        color: the colour in the vendor's pages

    Returns: the `UserGroup` as it is now.

    Raises: ValidationError (400), NotFoundError (404); TransportError when no usable answer comes.
    """
    delete = Delete("Delete a user group for good.", repeat=Repeat.ALWAYS)
    """Delete a user group for good.

    Args:
        id: the id, a positive integer

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    delete_many = DeleteEach(delete, "Delete user groups for good.")
    """Delete user groups for good.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """


class UserGroupPolicies(Resource[F], path="usergrouppolicies"):
    """Policies of user groups. The vendor's page shows them with the fields of a user group."""

    list = Listing(e.UserGroupPolicy, "All user group policies.")
    """All user group policies.

    Args:
        filters: what all rows meet, each made like ``field(name) > value``
        order_by: a field, ``"calldate"``, or ``"-calldate"`` for the highest first; None leaves it to the API
        page_size: rows in each request, from 1 to 5000; without it they begin small, and double
        prefetch: pages fetched ahead while one is worked on; without it more and more, from the second page on
        strategy: ``"offset"`` goes page by page; ``"keyset"`` goes by id, and misses nothing while rows come and go
        resume: what ``checkpoint()`` gave: go on from there

    Returns: a pager over `UserGroupPolicy`; nothing is sent before it is used.

    Raises: AuthenticationError (401); TransportError when no usable answer comes.
    """
    create = Create(e.UserGroupPolicy, "Create a user group policy.", body=e.UserGroupPolicyDraft)
    """Create a user group policy.

    Args:
        name: what it is called
        color: the colour in the vendor's pages

    Returns: the new `UserGroupPolicy`.

    Raises: ValidationError (400); TransportError when no usable answer comes.
    """
    get = Get(e.UserGroupPolicy, "One user group policy.")
    """One user group policy.

    Args:
        id: the id, a positive integer

    Returns: `UserGroupPolicy`.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    get_many = GetEach(get, "User group policies by their ids.")
    """User group policies by their ids.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    update = Update(e.UserGroupPolicy, "Change a user group policy.", body=e.UserGroupPolicyPatch, repeat=Repeat.ALWAYS)
    """Change a user group policy.

    Args:
        id: the id, a positive integer
        name: what it is called
        color: the colour in the vendor's pages

    Returns: the `UserGroupPolicy` as it is now.

    Raises: ValidationError (400), NotFoundError (404); TransportError when no usable answer comes.
    """
    delete = Delete("Delete a user group policy for good.", repeat=Repeat.ALWAYS)
    """Delete a user group policy for good.

    Args:
        id: the id, a positive integer

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """
    delete_many = DeleteEach(delete, "Delete user group policies for good.")
    """Delete user group policies for good.

    Args:
        ids: the ids; none is no request
        concurrency: how many at once

    Returns: a `BulkResult` with one outcome for each id; a failure is an outcome, not an exception.

    Raises: AuthenticationError (401), PermissionDeniedError (403), NotFoundError (404); TransportError when no
        usable answer comes.
    """


class Customers(Resource[F], path="customers"):
    """Customer accounts."""

    delete = DeleteConfirmed("Delete a whole customer account for good.", statuses=(401, 403))
    """Delete a whole customer account for good.

    Args:
        id: the id, a positive integer
        confirm: the same id again

    Returns: nothing.

    Raises: AuthenticationError (401), PermissionDeniedError (403); TransportError when no usable answer comes.
    """
