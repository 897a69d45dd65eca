"""What both clients have in common: their arguments, checked once, and the catalogue."""

from __future__ import annotations

import inspect
import ipaddress
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict

import attrs
from yarl import URL

from ..entities.arguments import is_duration
from ..entities.secret import Secret
from ..entities.zones import known
from ..errors import ConfigurationError
from ..hints import did_you_mean
from ..http.auth import Auth, TokenAuth
from ..http.gates import Gate
from ..http.hooks import Hooks
from ..http.retry import RetryPolicy
from ..http.settings import Limits, Timeouts
from ..operations import F, operations
from ..operations.signatures import method_signature
from ..resources import PARTS, Catalogue
from ..surroundings import BASE_URL, TOKEN_VARIABLE, URL_VARIABLE
from ..wire.codec import Codec, codec

if TYPE_CHECKING:
    import ssl as tls

    import aiohttp

_ODD_IN_A_URL = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]")
"""Some of it would vanish: a line end in a host, half of a surrogate pair in a path."""


@attrs.frozen(kw_only=True)
class Setup:
    """The arguments of a client, checked, with what the environment fills in."""

    auth: Auth
    base: str
    timeouts: Timeouts
    retry: RetryPolicy
    limits: Limits
    session: aiohttp.ClientSession | None = attrs.field(repr=False)
    proxy: Secret | None = attrs.field(repr=False)
    ssl: tls.SSLContext | bool | None
    codec: Codec
    hooks: Hooks
    gate: Gate | None = None


class ClientOptions(TypedDict, total=False):
    """The arguments of a client, by their names: see `BaseClient`."""

    token: str | None
    auth: Auth | None
    base_url: str | URL | None
    timeouts: Timeouts
    retry: RetryPolicy
    limits: Limits
    session: aiohttp.ClientSession | None
    proxy: str | URL | None
    ssl: tls.SSLContext | bool | None
    trust_env: bool
    allow_http: bool
    tz: tzinfo
    strict: bool
    hooks: Hooks
    gate: Gate | None


class BaseClient(Catalogue[F]):
    """The VoIPstudio API.

    Use it with ``with`` (or ``async with``), or call ``close()``. Connections are made on first use.
    """

    if not TYPE_CHECKING:

        def __new__(cls, *_: object, **given: object) -> Self:
            names = tuple(given)
            del _, given  # no frame of an error that is raised here holds a secret
            if cls.__init__ is BaseClient.__init__ and cls is not BaseClient:
                _check_names(names, cls.__signature__.parameters)
            return super().__new__(cls)

    __signature__: ClassVar[inspect.Signature]
    _is_view = False
    _client: object = None
    """The client of a view, which lives as long as its views do."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # What `help()` shows; without it, the arguments of what makes the object.
        cls.__signature__ = method_signature(cls.__init__)
        cls.__doc__ = "\n".join((inspect.cleandoc(cls.__doc__ or ""), "", "It has:", "", *_parts()))

    def __init__(
        self,
        token: str | None = None,
        *,
        auth: Auth | None = None,
        base_url: str | URL | None = None,
        timeouts: Timeouts = Timeouts(),
        retry: RetryPolicy = RetryPolicy(),
        limits: Limits = Limits(),
        session: aiohttp.ClientSession | None = None,
        proxy: str | URL | None = None,
        ssl: tls.SSLContext | bool | None = None,
        trust_env: bool = False,
        allow_http: bool = False,
        tz: tzinfo = UTC,
        strict: bool = False,
        hooks: Hooks = Hooks(),
        gate: Gate | None = None,
    ) -> None:
        """Make a client. Nothing is sent, and no connection made.

        :param token: an API key, or the token of a login; falls back to ``VOIPSTUDIO_API_TOKEN``
        :param auth: credentials of another scheme, instead of `token`: `BasicAuth`, or your own
        :param base_url: where the API is, with its version; falls back to ``VOIPSTUDIO_API_URL``
        :param timeouts: how long to wait
        :param retry: how often and how patiently to try again
        :param limits: how much to take
        :param session: an aiohttp session to use, which is not closed (`AsyncVoipStudio` only)
        :param proxy: the URL of an HTTP proxy
        :param ssl: a TLS context for a host with a certificate of its own; False checks nothing
        :param trust_env: use the proxies that the environment names (``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``,
            ``NO_PROXY``); credentials are never taken from it
        :param allow_http: send the token over plain http to a host that is not this machine: for a network that you
            trust, as that of a compose file
        :param tz: the zone of the API's date-times, which carry none
        :param strict: raise `DecodeError` for values that do not fit, instead of keeping them in ``extra``
        :param hooks: functions to call as requests are sent and answered
        :param gate: a budget that this client shares with others, beside its own limits: `FileGate`, or your own
        :raises ConfigurationError: the settings cannot work, or there is neither `token` nor `auth`
        """
        # No frame of an error that is raised here holds a secret.
        hidden, place, through = _hidden(token), _hidden(base_url), _hidden(proxy)
        del token, base_url, proxy
        check_kinds(timeouts=(timeouts, Timeouts), retry=(retry, RetryPolicy), limits=(limits, Limits))
        check_kinds(hooks=(hooks, Hooks), strict=(strict, bool), trust_env=(trust_env, bool))
        check_kinds(allow_http=(allow_http, bool))
        _check_ssl(ssl)
        _check_gate(gate)
        base = _base(place, allow_http=allow_http)
        self._start(
            Setup(
                auth=_credentials(hidden, auth),
                base=base,
                timeouts=timeouts,
                retry=retry,
                limits=limits,
                session=session,
                proxy=_proxy(through, base, trust_env=trust_env),
                ssl=ssl,
                codec=codec(known(tz), strict),
                hooks=hooks,
                gate=gate,
            )
        )

    @property
    def base_url(self) -> str:
        """Where the API is, with its version: what was given, or what the environment said."""
        raise NotImplementedError

    def _start(self, setup: Setup) -> None:
        """Make what the face needs."""
        raise TypeError("use AsyncVoipStudio or VoipStudio")

    def _attach(self, caller: Any) -> None:
        """Bind the catalogue, and what the face has beside it, to a caller."""
        raise NotImplementedError

    @classmethod
    def _view(cls, client: object, caller: Any) -> Self:
        """Return a client of this face that stands on the connections of another one."""
        view = cls.__new__(cls)
        view._is_view = True
        view._client = client
        view._attach(caller)
        return view


_WRITTEN: dict[str, str] = {
    "timeouts": "Timeouts(total={0})",
    "retry": "RetryPolicy(attempts={0})",
    "limits": "Limits(concurrency={0})",
    "hooks": "Hooks(on_response=...)",
}
"""How the settings of a client are written, with the number that stands in their place."""
_LARGEST = 1e6
_NUMBER = {"timeouts": "30", "retry": "4", "limits": "16"}
_OTHER_WORDS = {
    **dict.fromkeys(("timeout", "read_timeout", "connect_timeout", "total_timeout"), "timeouts=Timeouts(total=30)"),
    **dict.fromkeys(("retries", "max_retries", "attempts", "retry_policy"), "retry=RetryPolicy(attempts=4)"),
    **dict.fromkeys(("concurrency", "max_connections", "pool_size", "limit"), "limits=Limits(concurrency=16)"),
    **dict.fromkeys(("rate", "rate_limit", "per_second"), "limits=Limits(per_second=10)"),
    **dict.fromkeys(("api_key", "apikey", "key", "access_token", "api_token", "bearer"), "token='...'"),
    **dict.fromkeys(("username", "email", "user", "password"), "auth=BasicAuth(...), or the classmethod login()"),
    **dict.fromkeys(("url", "host", "endpoint", "base"), "base_url='https://...'"),
    **dict.fromkeys(("timezone", "zone", "time_zone", "tzinfo"), "tz=zoneinfo.ZoneInfo('Europe/London')"),
    **dict.fromkeys(("verify", "cert", "verify_ssl", "ca", "context"), "ssl=..., a TLS context, or False for no check"),
    **dict.fromkeys(("proxies", "http_proxy", "https_proxy"), "proxy='http://host:port'"),
    **dict.fromkeys(("headers", "default_headers"), "auth=..., an object of yours with a method headers()"),
    **dict.fromkeys(("http_client", "client", "connector"), "session=..., an aiohttp.ClientSession"),
}
"""What other clients call a setting, and how it is written here."""


def check_kinds(**given: tuple[Any, type]) -> None:
    """Refuse arguments that are not of the kind that they must be, by their names."""
    for name, (value, kind) in given.items():
        if not isinstance(value, kind):
            raise ConfigurationError(f"{name} must be a {kind.__name__}, got {_instead(name, value)}")


def _parts() -> Iterator[str]:
    for name, operation in operations(Catalogue).items():
        yield f"* {name}(): {operation.summary}"
    for name, resource in PARTS.items():
        yield f"* {name}: {inspect.cleandoc(resource.__doc__ or '').splitlines()[0]}"
    yield "* bulk: One operation on many inputs."


def _instead(name: str, value: Any) -> str:
    kind = type(value).__name__
    if name not in _WRITTEN:
        return kind
    is_number = is_duration(value) and value < _LARGEST
    return f"{kind}: write {name}={_WRITTEN[name].format(value if is_number else _NUMBER.get(name))}"


def _check_names(names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            words = f"; write {_OTHER_WORDS[name]}" if name in _OTHER_WORDS else did_you_mean(name, known)
            raise TypeError(f"a client has no argument {name!r}{words}")


def _check_ssl(ssl: Any) -> None:
    if ssl is None or isinstance(ssl, bool):
        return
    # Imported where it is wanted: it is slow to import.
    import ssl as tls  # noqa: PLC0415

    check_kinds(ssl=(ssl, tls.SSLContext))


def _check_gate(gate: Any) -> None:
    if gate is None:
        return
    if isinstance(gate, type) or not isinstance(gate, Gate):
        raise ConfigurationError(f"gate must be like FileGate('/run/lock/voipstudio'), got {_kind(gate)}")


def _kind(value: Any) -> str:
    return f"the class {value.__name__} itself" if isinstance(value, type) else type(value).__name__


def _hidden(text: str | URL | None) -> Secret | None:
    return None if text is None else Secret(str(text) if isinstance(text, URL) else text)


def _credentials(token: Secret | None, auth: Auth | None) -> Auth:
    if auth is not None:
        if token is not None:
            raise ConfigurationError("give either a token or auth, not both")
        if isinstance(auth, type):
            raise ConfigurationError(f"auth must be an instance: {auth.__name__}(...), not the class itself")
        if not isinstance(auth, Auth):
            raise ConfigurationError(f"auth must have a method headers(), got {type(auth).__name__}")
        return auth
    token = token if token is not None else _hidden(os.environ.get(TOKEN_VARIABLE))
    if token is None:
        raise ConfigurationError(
            f"no credentials: give a token, or auth, or set {TOKEN_VARIABLE}; a token is made in the dashboard:"
            " Administration, edit a user, API keys"
        )
    return TokenAuth(token.reveal())


def _base(given: Secret | None, *, allow_http: bool) -> str:
    read = _read_base(None if given is None else given.reveal(), allow_http=allow_http)
    if isinstance(read, ConfigurationError):
        raise read
    return read


def _read_base(given: Any, *, allow_http: bool) -> str | ConfigurationError:
    is_given = given is not None and not (isinstance(given, str) and not given)
    text = given if is_given else os.environ.get(URL_VARIABLE) or BASE_URL
    if not isinstance(text, str) or _ODD_IN_A_URL.search(text):
        return ConfigurationError("base_url is not a URL: it is a text without spaces, line ends and half characters")
    try:
        url = URL(text)
    except (ValueError, TypeError):
        return ConfigurationError("base_url is not a URL")
    if url.user is not None or url.password is not None:
        return ConfigurationError("base_url must not hold credentials; give them as token or auth")
    if url.scheme not in ("http", "https") or not url.host:
        return ConfigurationError("base_url must be https://host/...")
    if url.query_string or url.fragment:
        # What stands there may be a token: it is not repeated here.
        return ConfigurationError("base_url must end with its path, without '?' and '#'")
    if url.scheme == "http" and not allow_http and not _is_loopback(url.host):
        return ConfigurationError(
            f"plain http would show the token to the network; use https://{url.host}, "
            "or allow_http=True (--allow-http of the command) in a network that you trust"
        )
    return str(url).rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _proxy(given: Secret | None, base: str, *, trust_env: bool) -> Secret | None:
    if given is None and not trust_env:
        return None
    # Imported where it is wanted: it is slow to import.
    from ..http.proxies import fault_of, proxy_from_environment  # noqa: PLC0415

    name, proxy = ("proxy", given) if given is not None else proxy_from_environment(base)
    # The URL of a proxy often holds a password: it is not repeated here.
    if proxy is not None and (fault := fault_of(proxy)) is not None:
        raise ConfigurationError(f"{name} must be http://host:port{fault}")
    return proxy
