"""What is named like a secret: the one rule, for whatever is shown, logged, written or recorded.

A name is taken apart into its words: ``sipPassword``, ``sip-password`` and ``SIP_PASSWORD`` are the words *sip* and
*password*. Some words are a secret wherever they stand, unless others say that only something about it is told
(``token_expires_at``, ``password_length``). Others have another use as well, and are a secret where they end the name,
or are followed by a word like *hash* or *value* (``pin``, ``voicemail_pin``, ``pin_hash``, but not ``pin_required``).
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .scalars import HugeNumber, is_list, is_object, loose, writable
from .secret import MASK, Secret

_WORD = re.compile(r"[0-9]*(?:[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+)[0-9]*|[0-9]+")
_LONGEST = 200
"""Names that are longer are looked at from their end."""


def words(text: str) -> frozenset[str]:
    """Read a list of words."""
    return frozenset(text.split())


_KEY_OF = words(
    "access account api app application auth authorization client consumer crypto customer encryption hmac "
    "license licence master private secret security service session shared signing ssh storage webhook"
)
_STRONG = re.compile(
    r"\w*(?:password|passwd|passphrase|passcode|secret|token|credential|pwd)s?"
    r"|\w*(?:password|passwd|token|secret)(?:hash|digest|salt|value|key|id)"
    rf"|\w*(?:{'|'.join(_KEY_OF)})keys?"
    r"|(?:admin|auth|db|ftp|http|login|my|proxy|root|sip|smtp|user)pass"
    r"|(?:c|s)?nonces?|(?:t|h)?otps?|jwts?|cv[vc]|psk|pswd?|passw|passkeys?|pincodes?|ha1b?|\w*sess(?:ion)?id"
)
"""Words that are a secret wherever they stand."""
_ABOUT = words(
    "age alg algorithm allowed at attempts attempt change changed count counts created date day days "
    "description disabled enabled endpoint errors exp expire expired expires expiration expiry failed field "
    "format hours in issued kind label len length less lifetime limit max method min minutes ms name names on "
    "per policy protected required requirements retries rule rules scheme scope scopes score seconds set size "
    "state status strength supported time timestamp title total tries ttl type types updated usage used valid "
    "validity version"
)
"""Words behind a secret that tell something about it."""
_ASKING = words("can had has is max min must needs num number require required requires should total")
"""First words of names that hold an answer or a number."""

_WEAK = words(
    "auth authorization bearer cookie cookies csrf key oauth otpauth pass pin pins puk session sig signature "
    "signatures xsrf"
)
"""Words that are a secret where they end a name."""
_CARRIES = words(
    "again base64 b64 code confirm confirmation cookie current data digest enc encrypted hash header headers "
    "hex hmac info jwt material md5 new number old params pem plain raw repeat salt sha sha1 sha256 sha512 "
    "string text value"
)
"""Words behind a secret that say in which form it is there."""
_NUMBERED = words("base64 b64 ha1 md5 sha1 sha256 sha512")
"""Words whose number is a part of them; others are numbered, like ``pin2``."""
_ORDINARY = {
    "auth": frozenset({"factor"}),
    "key": words(
        "cache column dedupe dial dict foreign function group hot i18n idempotency index lookup map menu message "
        "natural object parent partition primary public row shortcut sort star translation unique"
    ),
    "pass": frozenset({"band", "by", "first", "high", "low", "second", "through"}),
    "signature": frozenset({"email", "mail", "method"}),
    "pin": frozenset({"drop", "map", "gpio"}),
}
"""What stands before a word that has another use then."""
_CODE_OF = words(
    "2fa access activation auth authentication authorization backup confirmation factor login mfa otp pin "
    "recovery reset security tfa totp unlock verification verify"
)
"""What stands before *code* where that is a second factor, or lets somebody in."""


def is_secret(name: object) -> bool:
    """Tell whether a field, parameter or header of this name holds a secret."""
    return isinstance(name, str) and _is_secret(name[-_LONGEST:])


@lru_cache(4096)
def _is_secret(name: str) -> bool:
    parts = [word.lower() for word in _WORD.findall(name)]
    if not parts or parts[0] in _ASKING:
        return False
    parts = [word if word in _NUMBERED else word.rstrip("0123456789") or word for word in parts]
    for place in reversed(range(len(parts))):
        before, word, after = parts[:place], parts[place], parts[place + 1 :]
        if _STRONG.fullmatch(word) or _is_pair(before, word):
            return _ABOUT.isdisjoint(after)
        if word in _WEAK:
            return _is_told(before, word, after)
    return False


def _is_pair(before: list[str], word: str) -> bool:
    last = before[-1] if before else ""
    if word in ("code", "codes"):
        return last in _CODE_OF or before[-2:] == ["one", "time"]
    return f"{last}{word}" == "codeverifier" or (bool(last) and _STRONG.fullmatch(f"{last}{word}") is not None)


def _is_told(before: list[str], word: str, after: list[str]) -> bool:
    if before and before[-1] in _ORDINARY.get(word, ()):
        return False
    if word == "key" and after:
        return {*after} <= {"material", "pem"}
    if word == "session" and after[:1] in (["id"], ["key"]):
        return True
    return all(not each or each in _CARRIES or each.isdigit() for each in after)


# --- values ----------------------------------------------------------------------------------------------------

_TELLS_NOTHING: tuple[Any, ...] = (None, "", MASK)


_TUPLE: Any = tuple


def _is_open(value: Any) -> bool:
    """Tell whether a value may be seen under any name: nothing, yes and no."""
    return isinstance(value, bool | Secret) or value in _TELLS_NOTHING


def masked(value: Any, name: object = "") -> Any:
    """Copy a value for showing, with ``***`` for every secret in it; `name` is the field that it stands in."""
    return _masked(value, is_secret(name))


def _masked(value: Any, secret: bool) -> Any:
    if is_object(value):
        return {key: _masked(item, secret or is_secret(key)) for key, item in value.items()}
    if is_list(value) or isinstance(value, _TUPLE):
        return [_masked(item, secret) for item in value]
    if isinstance(value, Secret):
        return MASK
    return MASK if secret and not _is_open(value) else value


DEEPEST = 100
"""Levels of nesting in a value of no declared type. Pythons differ in how many they can bear; nobody sends so many."""


def _below(depth: int) -> int:
    if depth >= DEEPEST:
        raise RecursionError("a value is nested too deep")
    return depth + 1


def kept(name: object, value: Any, depth: int = 0) -> Any:
    """Return a received value of no declared type as an entity keeps it: secrets in it, at any depth, are `Secret`."""
    return hidden(value, depth) if is_secret(name) else guarded(value, depth)


def guarded(value: Any, depth: int = 0) -> Any:
    """Return a received value that stands under no secret name as an entity keeps it."""
    if is_object(value):
        return {key: kept(key, item, _below(depth)) for key, item in value.items()}
    if is_list(value):
        return [guarded(item, _below(depth)) for item in value]
    return loose(value) if isinstance(value, Decimal | HugeNumber) else value


def hidden(value: Any, depth: int = 0) -> Any:
    """Return a received value that stands under a secret name as an entity keeps it."""
    if is_object(value):
        return {key: hidden(item, _below(depth)) for key, item in value.items()}
    if is_list(value):
        return [hidden(item, _below(depth)) for item in value]
    return value if _is_open(value) else Secret(loose(value))


def revealed(value: Any) -> Any:
    """Return a value that an entity keeps as it was received, its numbers as `json.dumps` writes them."""
    if isinstance(value, Decimal):
        return writable(value)
    if isinstance(value, Secret):
        return value.reveal()
    if is_object(value):
        return {key: revealed(item) for key, item in value.items()}
    if is_list(value):
        return [revealed(item) for item in value]
    return value
