"""Events as they are delivered: known and unknown names, odd values, what is no event."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipstudio_async import CallState, ConfigurationError, DecodeError
from voipstudio_async.webhooks import (
    EVENTS,
    CallDtmf,
    CallHangup,
    CallMissed,
    RecordingReady,
    SmsReceived,
    UnknownEvent,
    parse,
)

HANGUP = {
    "id": "sip3-5ef1c0",
    "event_time": "2026-06-01 10:00:05",
    "event_name": "call.hangup",
    "call_id": 4_294_967_301,
    "root_call_id": 4_294_967_300,
    "state": "HANGUP",
    "start_time": "2026-06-01 09:59:00",
    "connected_at": "2026-06-01 09:59:12",
    "context": "RG-12",
    "destination": "in",
    "duration": 65,
    "src": "442079460000",
    "src_id": "0",
    "src_name": "Ann Lee",
    "dst": "101",
    "dst_id": "7206",
    "t_cause": "Normal Clearing",
    "terminated_by": "caller",
}


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def test_a_hangup_is_typed() -> None:
    event = parse(json.dumps(HANGUP).encode())

    assert isinstance(event, CallHangup)
    assert event.event_time == datetime(2026, 6, 1, 10, 0, 5, tzinfo=UTC)
    assert (event.call_id, event.root, event.dst_id, event.duration) == (4_294_967_301, 4_294_967_300, 7206, 65)
    assert event.state == CallState.HANGUP
    assert event.source == "delivered"
    assert event.to_dict() == HANGUP


@pytest.mark.parametrize("form", [body(**HANGUP), body(**HANGUP).decode(), HANGUP], ids=["bytes", "text", "object"])
def test_an_event_is_read_from_every_form(form: Any) -> None:
    assert parse(form) == parse(body(**HANGUP))


@pytest.mark.parametrize(("name", "cls"), EVENTS.items())
def test_each_known_name_has_its_class(name: str, cls: type) -> None:
    event = parse(body(event_name=name, id="a"))

    assert type(event) is cls
    assert pickle.loads(pickle.dumps(event)) == event


def test_what_a_missed_call_a_key_a_recording_and_a_text_message_carry() -> None:
    missed = parse(body(event_name="call.missed", call_id=7, final=True, connected_at=None, duration=0))
    key = parse(body(event_name="call.dtmf", dtmf_tag="5", dtmf_target="U:7206", state="DTMF_RECEIVED"))
    recording = parse(body(event_name="monitor.audio_ready", monitor_id=3, size=512_000, customer_id=1, user_id=2))
    text = parse(body(event_name="sms.received", from_no="BANK", to_no="442079460000", text="Code 1"))

    assert isinstance(missed, CallMissed)
    assert (missed.final, missed.root, missed.connected_at) == (True, 7, None)
    assert isinstance(key, CallDtmf)
    assert (key.dtmf_tag, key.dtmf_target, key.state) == ("5", "U:7206", "DTMF_RECEIVED")
    assert isinstance(recording, RecordingReady)
    assert (recording.monitor_id, recording.size) == (3, 512_000)
    assert isinstance(text, SmsReceived)
    assert (text.from_no, text.text) == ("BANK", "Code 1")


@pytest.mark.parametrize("name", ["queue.wrap_up", "", 7, None, ["call.missed"], {"a": 1}])
def test_a_name_that_is_not_known_loses_nothing(name: Any) -> None:
    sent = {"event_name": name, "call_id": 7, "wrap_up_time": 30, "nested": {"a": [1, None]}}

    event = parse(json.dumps(sent).encode())

    assert type(event) is UnknownEvent
    assert event.extra["wrap_up_time"] == 30
    assert event.to_dict() == sent


def test_a_value_of_another_type_is_kept() -> None:
    event = parse(body(event_name="call.missed", call_id="seven", final="perhaps", event_time=5))

    assert isinstance(event, CallMissed)
    assert (event.call_id, event.final, event.event_time) == (None, None, None)
    assert event.to_dict() == {"event_name": "call.missed", "call_id": "seven", "final": "perhaps", "event_time": 5}


@pytest.mark.parametrize("wrong", [b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe", b"[" * 30_000, b"{}{}"])
def test_what_is_no_event_is_refused(wrong: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(wrong)


@pytest.mark.parametrize("wrong", [None, 7, [HANGUP]])
def test_an_event_is_read_from_a_body(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="an event is the body of a request"):
        parse(wrong)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS | st.sampled_from(sorted(HANGUP)), JSON), st.sampled_from([*EVENTS, "other"]))
def test_whatever_an_event_holds_comes_back(fields: dict[str, Any], name: str) -> None:
    sent = json.loads(json.dumps(fields | {"event_name": name}))

    assert parse(sent).to_dict() == sent
