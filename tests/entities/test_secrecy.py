"""What is named like a secret, and what only looks so."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async.entities import Secret
from voipstudio_async.entities.secrecy import is_secret, kept, masked, revealed

SECRET = """
password passwd pwd pass passphrase passcode pin otp totp secret token nonce cnonce auth authorization oauth bearer
jwt psk api-key api_key apikey apiKey APIKey API_KEY x-api-key X-API-Key api.key key session session_id sessionId
SESSIONID PHPSESSID JSESSIONID private_key privateKey PrivateKey-Pem credential credentials signature cookie
set-cookie Set-Cookie password_hash passwordHash passwordhash password_md5 sip_password sipPassword SIPPassword
sippassword SipPass sip_secret userPIN voicemail_pin voicemailPin pin2 PIN_1 pin_code pinCode pinHash otp_code
2fa_code mfaCode verification_code one-time-code one_time_password new_password old_password password_confirmation
passwords tokens api_keys OTPs user_token access_token accessToken refresh_token csrf_token xCsrfToken X-CSRF-Token
client_secret clientSecret secret_key secretkey access_key aws_access_key_id X-Auth-Token Proxy-Authorization
auth_key authkey auth_code code_verifier http_auth basic_auth db_pass dbpass smtp_pass webhook_secret signing_key
encryptionKey ssh_key X-Amz-Signature X-Amz-Security-Token sig session_token session_key id_token token_id
password_reset_token ha1 sip_ha1 cvv userpwd dbPwd recovery_codes user[password] sip.password cookies auth_header
PASSWORD Password passWord token_hash tokenValue puk pins
"""
ORDINARY = """
passed passenger passport bypass compass pass_count pass_rate keyboard keyword keypad keys monkey hotkey author
authors authority authored authorized authenticated pinned pin_required pinyin spin opinion shipping tokenized
tokenized_count tokenizer token_count tokens_used tokens_per_minute max_tokens token_type token_expires_at
token_expires_in tokenExpiry token_name number_of_tokens session_count sessions session_timeout session_start
country_code area_code code error_code status_code postcode zip_code password_length password_changed_at
password_policy has_password has_fax_password is_secret last_password_change min_password_length two_factor_auth
auth_type auth_method secretary secretly public_key primary_key foreign_key sort_key idempotency-key cookie_consent
cookie_policy email_signature signature_method otp_enabled name id email extension caller_id created_at note notes
announce pronounce department phone_number codec src_codec tokyo assigned design signal signed content-type
content-length x-request-id www-authenticate retry-after date etag
"""


@pytest.mark.parametrize("name", [*SECRET.split(), "api key", "sip password", "Private Key", "set cookie"])
def test_it_is_named_like_a_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", [*ORDINARY.split(), "", "-", "7", "day of birth"])
def test_it_only_looks_like_one(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize("name", [None, 7, b"password", ("password",)])
def test_what_is_no_text_is_no_name(name: Any) -> None:
    assert not is_secret(name)


STYLES = ["_".join, "-".join, " ".join, "".join, ".".join]


@given(
    st.lists(st.sampled_from(["user", "sip", "my", "box"]), max_size=3),
    st.sampled_from(["password", "token", "secret", "passwd", "credentials"]),
    st.sampled_from(STYLES),
    st.sampled_from([str.lower, str.upper, str.title]),
)
def test_the_style_of_a_name_makes_no_difference(before: list[str], word: str, style: Any, case: Any) -> None:
    assert is_secret(style([case(each) for each in [*before, word]]))


NESTED: dict[str, Any] = {
    "profile": {
        "sip_password": "hush-1",
        "name": "Ann",
        "pin": 4711,
        "auth": {"user": "hush-2", "ways": ["hush-3", None]},
    },
    "devices": [{"apiKey": "hush-4", "passed": True, "has_password": 1}],
    "tokens": ["hush-5", ""],
    "two_factor": True,
    "password": False,
}


def test_values_are_masked_at_every_depth() -> None:
    shown = masked(NESTED)
    assert "hush" not in repr(shown)
    assert "4711" not in repr(shown)
    assert shown["profile"]["name"] == "Ann"
    assert shown["devices"] == [{"apiKey": "***", "passed": True, "has_password": 1}]
    assert (shown["tokens"], shown["password"]) == (["***", ""], False)


def test_what_is_kept_gives_back_what_was_received() -> None:
    held = kept("", NESTED)
    assert "hush" not in repr(held)
    assert held["profile"]["pin"].reveal() == 4711
    assert revealed(held) == NESTED


def test_a_secret_has_nothing_to_walk() -> None:
    secret = Secret("hush")
    assert not attrs.has(Secret)
    assert not hasattr(secret, "__dict__")
    assert "hush" not in f"{secret} {secret!r} {secret:>9} {[getattr(secret, name) for name in dir(secret)]}"
    assert secret.reveal() == "hush"


def test_a_secret_survives_a_copy() -> None:
    secret = Secret("hush")
    for again in (copy.copy(secret), copy.deepcopy(secret), pickle.loads(pickle.dumps(secret))):
        assert (again, hash(again), again.reveal()) == (secret, hash(secret), "hush")
    assert secret not in (Secret("other"), "hush")


def test_a_secret_cannot_be_changed() -> None:
    secret: Any = Secret("hush")
    with pytest.raises(AttributeError, match="cannot be changed"):
        secret._value = None
    with pytest.raises(AttributeError, match="cannot be changed"):
        del secret._value
