"""The fast way of decoding gives what the plain way gives, for any rows whatever."""

from __future__ import annotations

import gc
import json
import logging
import os
import random
import subprocess
import sys
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ENTITIES, moments, records

from voipstudio_async import Cdr, DecodeError, User
from voipstudio_async.entities.base import Entity
from voipstudio_async.entities.fields import field_specs
from voipstudio_async.wire import gc_pause, movers, structs
from voipstudio_async.wire.codec import Codec
from voipstudio_async.wire.parsing import envelope
from voipstudio_async.wire.plain import PlainDecoder, Rows


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "voipstudio_async")


odd_moments = st.sampled_from(
    [
        "2017-11-27 23:45:52.5",
        "2017-W48-1 12:34:56",
        "2017-11-27 24:00:00",
        "2017-11-27 235959.9",
        "2017-11-27 23:45:52Z",
        "0000-00-00 00:00:00",
        "٢٠١٧-11-27 23:45:52",
    ]
)


def body(rows: list[Any], total: Any = None) -> bytes:
    return json.dumps({"data": rows, "total": len(rows) if total is None else total}).encode()


def outcome(read: Any) -> Any:
    try:
        rows = read()
    except DecodeError as error:
        return error.path, error.message
    return [(row, row.extra, _typed(row), json.dumps(row.to_dict(), sort_keys=True)) for row in rows.items], rows.total


def _typed(row: Entity) -> list[type]:
    return [type(getattr(row, spec.name)) for spec in field_specs(type(row))]


def both(cls: type[Entity], pages: list[bytes], *, strict: bool, tz: Any) -> None:
    """Read pages one after another, the reader learning as it goes, and each the plain way."""
    fast, plain = Codec(tz, strict), Codec(tz, strict)
    for page in pages:
        expected = outcome(lambda page=page: plain.plain.rows(cls, envelope(page)))
        assert outcome(lambda page=page: fast.rows(cls, page)) == expected
        expected = outcome(lambda page=page: Rows([plain.plain.one(cls, envelope(page))], None))
        assert outcome(lambda page=page: Rows([fast.reader(cls).read_one(page)], None)) == expected


def single(row: Any) -> bytes:
    return json.dumps({"data": row, "links": {}}).encode()


@given(data=st.data(), strict=st.booleans())
@settings(max_examples=examples(100), deadline=None)
def test_rows_of_any_kind_read_the_same(data: st.DataObject, strict: bool) -> None:
    cls = data.draw(st.sampled_from(ENTITIES))
    pages = data.draw(st.lists(st.lists(records(cls), max_size=4), min_size=2, max_size=4))
    both(cls, [body(page) for page in pages], strict=strict, tz=UTC)
    both(cls, [single(row) for page in pages for row in page], strict=strict, tz=UTC)


@given(data=st.data(), strict=st.booleans(), tz=st.sampled_from([UTC, ZoneInfo("Europe/Madrid")]))
@settings(max_examples=examples(300), deadline=None)
def test_rows_of_one_shape_read_the_same(data: st.DataObject, strict: bool, tz: Any) -> None:
    """Pages as an API sends them: the same keys in every row, and now and then a value that is out of line."""
    cls = data.draw(st.sampled_from([User, Cdr]))
    names = data.draw(st.sets(st.sampled_from([spec.wire for spec in field_specs(cls)] + ["grown", "0"])))
    row = st.fixed_dictionaries({"id": st.integers(1, 2**65), **{name: _value(cls, name) for name in sorted(names)}})
    pages = data.draw(st.lists(st.lists(row, min_size=1, max_size=4), min_size=2, max_size=5))
    both(cls, [body(page) for page in pages], strict=strict, tz=tz)
    both(cls, [single(row) for page in pages for row in page], strict=strict, tz=tz)


def _value(cls: type[Entity], name: str) -> st.SearchStrategy[Any]:
    form = {
        "created_at": moments | odd_moments,
        "calldate": moments | odd_moments,
        "src_id": st.sampled_from(["0", "12", "007", "x", "", "-1", "٣", 5, "9" * 25]),
        "charge": st.sampled_from([0, 0.5, 1e-7, "0.5", -3, 12345678901234567890.5, 1e300]),
        "grown": st.sampled_from([1, 1.5, "a", None, [1.25], {"x": 0.1}]),
        "labels": st.sampled_from([[], ["a"], "a", [1]]),
    }
    return form.get(name, st.integers(0, 3) | st.sampled_from(["a", True, 2.5, "1"])) | st.none()


def test_date_times_written_in_another_way_have_the_same_values() -> None:
    codec = Codec(UTC, strict=True)
    rows = [
        codec.rows(User, body([{"id": 1, "created_at": text}])).items[0]
        for text in ("2017-11-27 23:45:52", "2017-11-27T23:45:52")
    ]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("total", ["5", -1, None, "x", 2**70, 1.5])
def test_the_total_reads_the_same(total: Any) -> None:
    page = json.dumps({"data": [{"id": 1}], "total": total}).encode()
    both(User, [page, page], strict=False, tz=UTC)


@pytest.mark.parametrize(
    "page", [b"", b"{", b"[]", b'{"data": {"id": 1}}', b'{"data": null}', b'{"data": [1]}', b'{"total": 1}']
)
def test_what_is_no_page_reads_the_same_after_learning(page: bytes) -> None:
    fast = Codec(UTC, strict=False)
    fast.rows(User, body([{"id": 1}]))
    expected = outcome(lambda: Codec(UTC, strict=False).plain.rows(User, envelope(page)))
    assert outcome(lambda: fast.rows(User, page)) == expected


def _count(monkeypatch: pytest.MonkeyPatch, codec: Codec) -> list[str]:
    plain: list[str] = []
    row = PlainDecoder.row

    def counted(decoder: PlainDecoder, cls: type[User], data: Any, path: str) -> User:
        plain.append(path)
        return row(decoder, cls, data, path)

    monkeypatch.setattr(PlainDecoder, "row", counted)
    return plain


def test_only_rows_that_do_not_fit_go_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    codec = Codec(UTC, strict=False)
    rows: list[dict[str, Any]] = [{"id": key, "email": "a", "grown": 1.5} for key in range(1, 9)]
    plain = _count(monkeypatch, codec)
    codec.rows(User, body(rows))
    assert len(plain) == 8
    plain.clear()
    assert codec.rows(User, body(rows)).items[7].extra == {"grown": 1.5}
    assert plain == []
    rows[3] = {"id": 4, "email": "a", "grown": 1.5, "active": 1}
    assert codec.rows(User, body(rows)).items[3].active is True
    assert plain == ["data[3]"]


HABITS: list[tuple[type[Entity], dict[str, Any], dict[str, Any]]] = [
    (User, {"created_at": "2017-11-27 23:45:52"}, {"created_at": "0000-00-00 00:00:00"}),
    (User, {"created_at": "2017-11-27 23:45:52"}, {"created_at": "2017-11-27T23:45:52Z"}),
    (User, {"customer": 7}, {"customer": "7"}),
    (User, {"active": True, "email": "a"}, {"active": "n/a", "email": 5}),
    (Cdr, {"charge": 0.5}, {"charge": "0.50"}),
    (Cdr, {"src_id": "7"}, {"src_id": "007"}),
    (Cdr, {"labels": ["vip"], "grown": 1}, {"labels": "vip", "grown": 1}),
]


@pytest.mark.parametrize(("cls", "usual", "odd"), HABITS)
@pytest.mark.parametrize("late", [False, True])
def test_a_habit_is_met_the_slow_way_once(
    monkeypatch: pytest.MonkeyPatch, cls: type[Entity], usual: dict[str, Any], odd: dict[str, Any], late: bool
) -> None:
    rows = [{"id": key} | (odd if key % 4 == 0 else usual) for key in range(1, 9)]
    pages = [body([{"id": 1} | usual]), body(rows)] if late else [body(rows)]
    codec = Codec(UTC, strict=False)
    for page in pages:
        codec.rows(cls, page)
    plain = _count(monkeypatch, codec)

    assert outcome(lambda: codec.rows(cls, body(rows)))
    assert plain == []
    both(cls, [*pages, body(rows), body(rows)], strict=False, tz=ZoneInfo("Europe/Madrid"))


@given(data=st.data(), strict=st.booleans())
@settings(max_examples=examples(50), deadline=None)
def test_habits_that_are_known_change_nothing_in_what_is_read(data: st.DataObject, strict: bool) -> None:
    cls = data.draw(st.sampled_from([User, Cdr]))
    names = sorted(data.draw(st.sets(st.sampled_from([spec.wire for spec in field_specs(cls)]), max_size=8)) - {"id"})
    row = st.fixed_dictionaries({"id": st.integers(1, 2**65), **{name: _value(cls, name) for name in names}})
    pages = [body(page) for page in data.draw(st.lists(st.lists(row, min_size=1, max_size=3), min_size=2, max_size=3))]
    fast, plain = Codec(UTC, strict), Codec(UTC, strict)
    shape = frozenset({"id", *names})
    loose = frozenset(spec.name for spec in field_specs(cls) if spec.wire in names)
    fast.reader(cls)._decoders[shape] = structs.make_decoder(cls, shape, fast.plain, loose)

    for page in pages:
        expected = outcome(lambda page=page: plain.plain.rows(cls, envelope(page)))
        assert outcome(lambda page=page: fast.rows(cls, page)) == expected


def test_a_decoder_that_most_rows_do_not_fit_is_given_up() -> None:
    codec = Codec(UTC, strict=False)
    # A number with more digits than the parser takes: the row is written anew, and read the plain way.
    row = '{"id": %d, "customer": ' + "9" * 5000 + "}"
    page = f'{{"data": [{", ".join(row % key for key in range(1, 9))}]}}'.encode()
    codec.rows(User, body([{"id": 1, "customer": 7}]))
    codec.rows(User, page)
    codec.rows(User, page)
    assert codec.reader(User)._decoders == {}
    assert [row.customer for row in codec.rows(User, page).items] == [None] * 8
    assert codec.reader(User)._decoders == {}


def test_the_number_of_shapes_is_bounded() -> None:
    codec = Codec(UTC, strict=False)
    for index in range(20):
        assert codec.rows(User, body([{"id": 1, f"x{index}": index}])).items[0].extra == {f"x{index}": index}


def test_without_the_trick_it_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movers, "open_class", lambda cls: None)
    row = {"id": 1, "calldate": "2017-11-27 23:45:52", "src_id": "7", "charge": 0.5, "new": 1}
    page = body([row])
    both(Cdr, [page, page], strict=True, tz=UTC)
    odd = body([row, row | {"duration": "n/a", "src_id": "007"}])
    both(Cdr, [odd, odd], strict=False, tz=UTC)


def test_the_trick_works_on_this_python() -> None:
    assert all(movers.open_class(cls) is not None for cls in ENTITIES)


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 18, 19, 33, 34, 35, 52, 200])
def test_any_number_of_unknown_fields_keep_their_names(count: int) -> None:
    # The compiler parts many keywords into groups, and a group of one is no tuple.
    reader = Codec(UTC, strict=False)
    sent = {f"of {index}": index for index in range(count)}
    page = json.dumps({"data": [{"id": id} | sent for id in range(1, 9)]}).encode()

    for _ in range(3):
        rows = reader.rows(User, page).items
        assert [dict(row.extra) for row in rows] == [sent] * 8


def test_the_collector_is_paused_and_always_restored() -> None:
    with gc_pause.paused():
        assert not gc.isenabled()
        with pytest.raises(ZeroDivisionError), gc_pause.paused():
            1 / 0  # noqa: B018
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with gc_pause.paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("rows", [1, 5000])
def test_only_large_pages_pause_the_collector(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    states: set[bool] = set()
    read = PlainDecoder.row

    def watched(*arguments: Any) -> Any:
        states.add(gc.isenabled())
        return read(*arguments)

    monkeypatch.setattr(PlainDecoder, "row", watched)
    Codec(UTC, strict=True).rows(User, body([{"id": key, "email": "someone@example.com"} for key in range(rows)]))
    assert states == {rows == 1}
    assert gc.isenabled()


def test_the_pause_can_be_switched_off() -> None:
    code = "import gc; from voipstudio_async.wire import gc_pause as c\nwith c.paused(): print(gc.isenabled())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "VOIPSTUDIO_GC_PAUSE": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"


def test_rows_is_what_a_page_gives() -> None:
    rows = Codec(UTC, strict=True).rows(Cdr, body([{"id": key} for key in random.Random(1).sample(range(99), 50)]))
    assert isinstance(rows, Rows)
    assert rows.total == 50


@pytest.mark.parametrize("text", ["2026-01-01T10:00:00", "2026-01-01 10:00:00.000000", "2026-01-01t10:00:00"])
def test_an_api_that_writes_date_times_in_its_own_way_gets_them_back_so(text: str) -> None:
    codec = Codec(UTC, strict=True)
    page, one = body([{"id": 1, "created_at": text}]), single({"id": 1, "created_at": text})
    for _ in range(3):
        assert codec.rows(User, page).items[0].to_dict()["created_at"] == text
        assert codec.reader(User).read_one(one).to_dict()["created_at"] == text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_during_a_pause_leaves_the_child_its_collector() -> None:
    code = (
        "import gc, os, warnings; warnings.simplefilter('ignore'); from voipstudio_async.wire import gc_pause as c\n"
        "with c.paused():\n"
        "    child = os.fork()\n"
        "    if not child: os._exit(0 if gc.isenabled() and not c._pauses and c._lock.acquire(blocking=False) else 1)\n"
        "    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
