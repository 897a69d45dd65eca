"""What holds for every class that can be declared, held against classes that are made up."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

import attrs
import made
import pytest
from effort import examples
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from strategies import records

from voipstudio_async import DecodeError
from voipstudio_async.columns.table import Table
from voipstudio_async.entities.base import Entity
from voipstudio_async.entities.fields import Kind, field_specs
from voipstudio_async.entities.secrecy import guarded, revealed
from voipstudio_async.openapi import schema
from voipstudio_async.sandbox.bodies import checked
from voipstudio_async.sandbox.refusals import Refusal
from voipstudio_async.texts import to_json
from voipstudio_async.wire.codec import Codec
from voipstudio_async.wire.parsing import encode, envelope
from voipstudio_async.wire.plain import Rows

many = settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "voipstudio_async")


def page(rows: list[Any]) -> bytes:
    return json.dumps({"data": rows, "total": len(rows)}).encode()


def seen(value: Any) -> Any:
    """Everything about a value: its type, its insides, and their order."""
    if isinstance(value, Entity):
        fields = [(spec.name, seen(getattr(value, spec.name))) for spec in field_specs(type(value))]
        return (
            type(value),
            fields,
            repr(list(revealed(dict(value.extra)).items())),
            json.dumps(value.to_dict(), default=repr),
        )
    if isinstance(value, tuple):
        return [seen(item) for item in value]
    return type(value), repr(revealed(value))


def outcome(read: Any) -> Any:
    try:
        rows = read()
    except DecodeError as error:
        return error.path, error.message
    return [seen(row) for row in rows.items], rows.total


def received(value: Any) -> Any:
    """Return a value as an entity keeps it that was read: a `Secret` stands under a secret's name in a free mapping."""
    if isinstance(value, Entity):
        names = [spec.name for spec in field_specs(type(value))]
        return attrs.evolve(value, **{name: received(getattr(value, name)) for name in names})
    if isinstance(value, tuple):
        return tuple(map(received, value))
    return guarded(value) if isinstance(value, dict | list) else value


def rows_of(cls: type[Entity]) -> st.SearchStrategy[list[list[dict[str, Any]]]]:
    """Pages as an API sends them: mostly of one shape, now and then with what does not belong."""
    return st.lists(st.lists(records(cls, messy=False) | records(cls), max_size=3), min_size=2, max_size=3)


@given(cls=made.entities(), data=st.data(), strict=st.booleans())
@many
def test_the_fast_way_reads_what_the_plain_way_reads(cls: type[Entity], data: st.DataObject, strict: bool) -> None:
    fast, plain = Codec(UTC, strict), Codec(UTC, strict)
    for rows in data.draw(rows_of(cls)) * 2:
        body = page(rows)
        expected = outcome(lambda body=body: plain.plain.rows(cls, envelope(body)))
        assert outcome(lambda body=body: fast.rows(cls, body)) == expected
    for row in rows[:1]:
        body = json.dumps({"data": row}).encode()
        expected = outcome(lambda body=body: Rows([plain.plain.one(cls, envelope(body))], None))
        assert outcome(lambda body=body: Rows([fast.reader(cls).read_one(body)], None)) == expected


@given(cls=made.entities(), data=st.data())
@many
def test_any_record_gives_back_what_was_sent(cls: type[Entity], data: st.DataObject) -> None:
    codec = Codec(UTC, strict=False)
    for row in data.draw(st.lists(records(cls), min_size=1, max_size=3)) * 2:
        try:
            read = codec.rows(cls, page([row])).items[0]
        except DecodeError:
            continue  # what is needed does not fit
        assert exact(read.to_dict()) == exact(row)


def exact(value: Any) -> Any:
    """JSON, with the types of its numbers; those that are written like 1e+16 may come back as 10000000000000000."""
    if isinstance(value, float) and abs(value) >= 1e16:
        value = int(value)
    if isinstance(value, dict):
        return {key: exact(inner) for key, inner in value.items()}
    return [exact(inner) for inner in value] if isinstance(value, list) else (type(value), value)


@given(cls=made.entities(), data=st.data())
@many
def test_what_fits_is_never_set_aside(cls: type[Entity], data: st.DataObject) -> None:
    row = data.draw(records(cls, messy=False))

    assert Codec(UTC, strict=True).rows(cls, page([row])).items[0].to_dict() == row


@given(cls=made.entities(), data=st.data(), strict=st.booleans())
@many
def test_an_entity_that_was_sent_is_read_as_it_was(cls: type[Entity], data: st.DataObject, strict: bool) -> None:
    codec = Codec(UTC, strict)
    sent = data.draw(made.objects(cls))
    body = encode({"data": [codec.body(sent)] * 2, "total": 2})

    for _ in range(3):
        assert codec.rows(cls, body).items == [received(sent), received(sent)]


@given(cls=made.bodies(), data=st.data())
@many
def test_the_schema_allows_what_is_sent(cls: type, data: st.DataObject) -> None:
    described = {"$defs": {}, **schema.describe_class(cls)}
    described.pop("minProperties", None)
    # Made classes share their names: each is put where it is referred to.
    described["properties"] = {spec.wire: _spelt_out(spec.type) for spec in field_specs(cls)}

    body = json.loads(encode(Codec(UTC, strict=True).body(data.draw(made.objects(cls)))))

    Draft202012Validator(described).validate(body)


def _spelt_out(of: Any) -> Any:
    printed = schema.describe(of)
    while of.items is not None and of.nested is None:
        of = of.items
    if of.nested is None:
        return printed
    inner = schema.describe_class(of.nested)
    inner.pop("minProperties", None)
    inner["properties"] = {spec.wire: _spelt_out(spec.type) for spec in field_specs(of.nested)}
    reference = json.dumps({"$ref": f"{schema.REFERENCE}{of.nested.__name__}"})
    return json.loads(json.dumps(printed).replace(reference, json.dumps(inner)))


@given(cls=made.bodies(), data=st.data())
@many
def test_a_list_of_bodies_is_sent_as_a_list(cls: type, data: st.DataObject) -> None:
    codec = Codec(UTC, strict=True)
    drafts = data.draw(st.lists(made.objects(cls), max_size=3))

    assert json.loads(encode(codec.body(drafts))) == [json.loads(encode(codec.body(draft))) for draft in drafts]


@given(cls=made.bodies(), data=st.data())
@many
def test_the_sandbox_takes_what_is_sent(cls: type, data: st.DataObject) -> None:
    text = encode(Codec(UTC, strict=True).body(data.draw(made.objects(cls))))
    assume(b'""' not in text)  # it wants a text where one is needed
    assume(text != b"{}")  # and something to do

    assert checked(cls, json.loads(text)) == json.loads(text)


@attrs.frozen(kw_only=True)
class Inner:
    alpha: str | None = None


@attrs.frozen(kw_only=True)
class Outer:
    inner: Inner | None = None
    free: Mapping[str, Any] | None = None


def test_the_sandbox_takes_what_holds_nothing_inside_but_no_body_of_nothing() -> None:
    nothing_inside: list[dict[str, Any]] = [{"inner": {}}, {"free": {}}]
    for sent in nothing_inside:
        assert checked(Outer, sent) == sent
    with pytest.raises(Refusal, match="Validation error"):
        checked(Outer, {})


@given(cls=made.entities(), data=st.data(), extras=st.booleans())
@many
def test_every_entity_is_a_row_of_plain_values(cls: type[Entity], data: st.DataObject, extras: bool) -> None:
    sent = data.draw(made.objects(cls))
    table = Table(cls, extras, UTC)

    row = dict(zip([column.name for column in table.columns], table.row(sent), strict=True))

    json.loads(to_json(row), parse_float=Decimal)
    for spec in field_specs(cls):
        value = getattr(sent, spec.name)
        if value is None or (spec.kinds[0] in (Kind.TEXT, Kind.INTEGER, Kind.DAY) and len(spec.kinds) == 1):
            assert row[spec.wire] == value
        elif Kind.SECRET in spec.kinds:
            assert row[spec.wire] == "***"
