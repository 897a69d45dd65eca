"""Decoding: types never lie, and data is never lost. Properties of every entity, for any JSON that may come."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ENTITIES, json_values, records

from voipstudio_async import Cdr, DecodeError, Me, QueueGroup, Secret, User, UserGroup
from voipstudio_async.entities.base import Entity
from voipstudio_async.entities.fields import Kind, field_specs
from voipstudio_async.entities.secrecy import revealed
from voipstudio_async.wire.codec import Codec, codec
from voipstudio_async.wire.parsing import excerpt, parse

LENIENT = codec(UTC)
STRICT = codec(UTC, strict=True)

every_entity = pytest.mark.parametrize("cls", ENTITIES, ids=lambda cls: cls.__name__)
needs_id = pytest.mark.parametrize(
    "cls",
    [
        cls
        for cls in ENTITIES
        if "id" in attrs.fields_dict(cls) and attrs.fields_dict(cls)["id"].default is attrs.NOTHING
    ],
    ids=lambda cls: cls.__name__,
)


def body(record: Any) -> bytes:
    return json.dumps({"data": record}).encode()


def decode(cls: type[Entity], record: Any) -> Any:
    return LENIENT.reader(cls).read_one(body(record))


def refused(read: Callable[[bytes], object], content: bytes) -> str:
    """Return the path that a `DecodeError` names."""
    try:
        read(content)
    except DecodeError as error:
        return error.path
    return "nothing"


def misfits(entity: Entity) -> list[str]:
    return [spec.wire for spec in field_specs(type(entity)) if spec.wire in entity.extra]


# --- properties ----------------------------------------------------------------------------------------------


@every_entity
@given(data=st.data())
def test_any_record_decodes_and_gives_back_what_was_sent(cls: type[Entity], data: st.DataObject) -> None:
    record = data.draw(records(cls))

    assert decode(cls, record).to_dict() == record


@every_entity
@given(data=st.data())
def test_a_field_has_its_declared_type_or_is_none(cls: type[Entity], data: st.DataObject) -> None:
    record = data.draw(records(cls))

    entity = decode(cls, record)

    for spec in field_specs(cls):
        value = getattr(entity, spec.name)
        if record.get(spec.wire) is None:
            assert value is None
        elif value is not None and Kind.ANY not in spec.kinds:
            assert type(value).__name__ in {kind.value for kind in spec.kinds}
            assert value != "None" or record[spec.wire] == "None"


@every_entity
@given(data=st.data())
def test_what_does_not_fit_and_what_is_not_known_is_in_extra(cls: type[Entity], data: st.DataObject) -> None:
    record = data.draw(records(cls))

    entity = decode(cls, record)

    unknown = record.keys() - {spec.wire for spec in field_specs(cls)}
    assert entity.extra.keys() == unknown | set(misfits(entity))
    assert all(revealed(entity.extra[name]) == record[name] for name in entity.extra)


@every_entity
@given(data=st.data())
def test_strict_refuses_exactly_what_lenient_keeps_aside(cls: type[Entity], data: st.DataObject) -> None:
    record = data.draw(records(cls))
    aside = misfits(decode(cls, record))

    # The misfit may be within the field: ``data.users[0]``.
    path = re.match(r"(?:data\.)?\w*", refused(STRICT.reader(cls).read_one, body(record)))

    assert path is not None
    assert path[0] in ({f"data.{name}" for name in aside} or {"nothing"})
    assert aside or STRICT.reader(cls).read_one(body(record)) == decode(cls, record)


@every_entity
@given(data=st.data())
def test_what_fits_is_never_set_aside(cls: type[Entity], data: st.DataObject) -> None:
    assert misfits(decode(cls, data.draw(records(cls, messy=False)))) == []


@every_entity
@given(data=st.data())
def test_an_entity_is_a_value(cls: type[Entity], data: st.DataObject) -> None:
    record = data.draw(records(cls))
    entity, again = decode(cls, record), decode(cls, record)

    assert entity == again
    assert hash(entity) == hash(again)
    assert repr(entity).startswith(f"{cls.__name__}(")
    for copied in (pickle.loads(pickle.dumps(entity)), copy.copy(entity), copy.deepcopy(entity)):
        assert copied == entity
        assert copied.to_dict() == record


@every_entity
@given(data=json_values)
def test_any_json_at_all_is_an_entity_or_a_decode_error(cls: type[Entity], data: Any) -> None:
    lenient, strict = LENIENT.reader(cls), STRICT.reader(cls)
    for read in (lenient.read_one, lenient.read, strict.read_one, strict.read):
        assert refused(read, body(data)).startswith(("data", "nothing"))


@given(content=st.binary(max_size=60))
def test_any_bytes_at_all_are_rows_or_a_decode_error(content: bytes) -> None:
    with pytest.raises(DecodeError):
        LENIENT.rows(User, content)


@needs_id
@given(id=json_values)
def test_an_id_is_an_integer_or_a_decode_error_that_names_it(cls: Any, id: Any) -> None:
    path = refused(LENIENT.reader(cls).read_one, body([{"id": id}]))

    assert path == "data[0].id" or type(decode(cls, [{"id": id}]).id) is int


@given(amount=st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_money_keeps_every_digit(amount: Decimal) -> None:
    cdr = LENIENT.reader(Cdr).read_one(f'{{"data": {{"id": 1, "charge": {amount:f}}}}}'.encode())

    assert cdr.charge is not None
    assert str(cdr.charge) == f"{amount:f}" or cdr.charge == amount
    assert cdr.charge.as_tuple().exponent == -4


# --- the rest, one by one ------------------------------------------------------------------------------------


@needs_id
@pytest.mark.parametrize(
    ("record", "message"), [({}, "is missing"), ({"id": None}, "is null"), ({"id": "x"}, "expected an int")]
)
def test_a_record_without_an_id_says_so(cls: type[Entity], record: Any, message: str) -> None:
    with pytest.raises(DecodeError, match=f"^data.id: {message}"):
        decode(cls, record)


def test_the_path_of_an_error_counts_the_rows() -> None:
    rows = [{"id": 1}, {"id": 2, "created_at": "yesterday"}]

    with pytest.raises(DecodeError, match="expected a date-time") as caught:
        STRICT.rows(User, body(rows))

    assert caught.value.path == "data[1].created_at"
    assert "yesterday" not in str(caught.value)


def test_a_misfit_is_logged_once_for_each_field_and_without_its_value(caplog: pytest.LogCaptureFixture) -> None:
    fresh = Codec(UTC, strict=False)
    rows = [{"id": n, "customer": "s3cret", "dnd": "maybe"} for n in range(5)]

    with caplog.at_level(logging.WARNING, logger="voipstudio_async"):
        fresh.rows(User, body(rows))
        fresh.rows(User, body(rows))

    assert sorted(entry.getMessage().split()[0] for entry in caplog.records) == ["User.customer", "User.dnd"]
    assert "s3cret" not in caplog.text


def test_a_value_that_was_changed_shows_in_to_dict_and_nothing_else_does() -> None:
    user = decode(User, {"id": 1, "first_name": "Ann", "ext": 1001, "new": 5, "last_name": None})

    changed = attrs.evolve(user, first_name="Zoë")

    assert changed.to_dict() == {"id": 1, "first_name": "Zoë", "ext": 1001, "new": 5, "last_name": None}
    assert user.first_name == "Ann"
    assert attrs.evolve(user, ext="1002").to_dict()["ext"] == "1002"
    assert attrs.evolve(user, dnd=True).to_dict()["dnd"] is True
    assert attrs.evolve(user, first_name=None).to_dict()["first_name"] is None


def test_a_misfit_that_was_put_right_shows_in_to_dict() -> None:
    user = decode(User, {"id": 1, "dnd": "maybe"})

    assert attrs.evolve(user, dnd=True).to_dict()["dnd"] is True


def test_an_entity_made_by_hand_gives_what_is_set() -> None:
    me = Me(id=7, balance=Decimal("1.50"), sip_password=Secret("x"), extra={"more": [1]})

    assert me.to_dict() == {"id": 7, "balance": 1.5, "sip_password": "x", "more": [1]}
    assert User(id=1, created_at=datetime(2026, 1, 1, tzinfo=UTC), roles=("a",)).to_dict() == {
        "id": 1,
        "created_at": "2026-01-01 00:00:00",
        "roles": ["a"],
    }


def test_an_entity_cannot_be_changed() -> None:
    group: Any = decode(QueueGroup, {"id": 1, "new": 2})

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        group.name = "x"
    with pytest.raises(TypeError, match="read-only"):
        group.extra["new"] = 3
    with pytest.raises(AttributeError):
        object.__setattr__(group, "of_its_own", 3)


def test_entities_of_different_classes_are_not_equal() -> None:
    assert decode(QueueGroup, {"id": 1}) != decode(UserGroup, {"id": 1})


def test_a_repr_shows_what_is_set() -> None:
    assert repr(decode(UserGroup, {"id": 1, "name": "Sales", "color": None, "new": 2})) == (
        "UserGroup(id=1, name='Sales', extra={'new': 2})"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the body is empty"),
        (b"<html>  <body>\n502", "is not JSON .*'<html> <body> 502'"),
        (b"\xff\xfe", "is not JSON"),
        (b"[1]", "expected an object with 'data', got a list"),
        (b'{"rows": []}', "^data: is missing"),
        (b'{"data": [], "total": 1', "is not JSON"),
        (b'{"data": 5}', "^data: expected a list, got an integer"),
        (b"[" * 100_000, "too deep|is not JSON"),
    ],
)
def test_a_body_that_is_no_envelope_is_quoted(content: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message) as caught:
        LENIENT.rows(User, content)

    assert len(str(caught.value)) < 400


def test_a_quote_is_short() -> None:
    assert excerpt(b"xyz " * 10_000) == repr("xyz " * 30 + "...")
    assert parse(b'{"a": 1.10}') == {"a": Decimal("1.10")}
