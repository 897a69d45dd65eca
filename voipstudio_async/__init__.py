"""An async-first client for the VoIPstudio REST API, with a blocking face.

::

    async with AsyncVoipStudio(token) as client:
        async for user in client.users.list():
            print(user.email)

    with VoipStudio(token) as client:
        for user in client.users.list():
            print(user.email)
"""

from .auth import Auth, BasicAuth, TokenAuth
from .blocking import VoipStudio
from .bulk import AsyncBulk, Bulk
from .client import AsyncVoipStudio
from .entities import (
    Call,
    CallState,
    CallType,
    Cdr,
    ChatMessage,
    Contact,
    Disposition,
    Entity,
    Me,
    QueueGroup,
    Secret,
    User,
    UserAudio,
    UserGroup,
    UserGroupPolicy,
)
from .errors import (
    APIError,
    AuthenticationError,
    BulkError,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConnectTimeout,
    DeadlineExceeded,
    DecodeError,
    FieldError,
    NotFoundError,
    PaginationError,
    PermissionDeniedError,
    PreconditionFailedError,
    ProtocolError,
    RateLimitError,
    RequestInfo,
    RequestTimeout,
    ResponseTooLarge,
    ServerError,
    TransportError,
    TwoFactorRequired,
    UnsafeOperationError,
    ValidationError,
    VoipStudioError,
)
from .exchange import RawResponse
from .filters import Filter, field
from .hooks import EndEvent, Hooks, RequestEvent, ResponseEvent, RetryEvent, WaitEvent
from .outcomes import BulkResult, Outcome
from .page import Page, PageReport
from .paging import AsyncPages, Pages
from .retry import RetryPolicy
from .settings import Limits, Timeouts
from .unset import UNSET, Unset
from .version import __version__

__all__ = (
    "APIError",
    "AsyncBulk",
    "AsyncPages",
    "AsyncVoipStudio",
    "Auth",
    "AuthenticationError",
    "BasicAuth",
    "Bulk",
    "BulkError",
    "BulkResult",
    "Call",
    "CallState",
    "CallType",
    "Cdr",
    "ChatMessage",
    "ClientClosedError",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectTimeout",
    "Contact",
    "DeadlineExceeded",
    "DecodeError",
    "Disposition",
    "EndEvent",
    "Entity",
    "FieldError",
    "Filter",
    "Hooks",
    "Limits",
    "Me",
    "NotFoundError",
    "Outcome",
    "Page",
    "PageReport",
    "Pages",
    "PaginationError",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "ProtocolError",
    "QueueGroup",
    "RateLimitError",
    "RawResponse",
    "RequestEvent",
    "RequestInfo",
    "RequestTimeout",
    "ResponseEvent",
    "ResponseTooLarge",
    "RetryEvent",
    "RetryPolicy",
    "Secret",
    "ServerError",
    "Timeouts",
    "TokenAuth",
    "TransportError",
    "TwoFactorRequired",
    "UNSET",
    "UnsafeOperationError",
    "Unset",
    "User",
    "UserAudio",
    "UserGroup",
    "UserGroupPolicy",
    "ValidationError",
    "VoipStudio",
    "VoipStudioError",
    "WaitEvent",
    "__version__",
    "field",
)
