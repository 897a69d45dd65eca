"""The questions: all that the code had to decide without knowing, in one list, and how an account is asked."""

from __future__ import annotations

import asyncio
import enum
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from ..entities.base import Entity
from ..entities.fields import field_specs
from ..operations import Answers, operations
from ..pagination.page import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from ..resources import RESOURCES
from ..wire.filters import OPERATORS
from .readings import Patient, Place, Seen, condition, moment, safe

_NOBODY = "voipstudio_doctor"
"""A property that no resource has."""
_FAR_PAGE = 100_000
_SOON = timedelta(minutes=5)
_RECENT = timedelta(hours=1)


class Verdict(enum.StrEnum):
    """Whether an assumption holds."""

    HOLDS = "holds"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


Found = tuple[Verdict, str]
Check = Callable[[Patient], Awaitable[Found]]


@attrs.frozen
class Question:
    """Something that nobody has published, and what the code takes for granted."""

    name: str
    assumed: str
    check: Check | None = attrs.field(default=None, repr=False)
    """Asks an account; None where to ask would change something."""


def _named(found: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
    """Write what was found by name, equal findings together: ``403: chats, faxes``."""
    by_finding: dict[str, list[str]] = {}
    for name, finding in dict(found).items():
        by_finding.setdefault(finding, []).append(name)
    return "; ".join(f"{finding}: {', '.join(names)}" for finding, names in by_finding.items())


def _verdict(holds: bool) -> Verdict:
    return Verdict.HOLDS if holds else Verdict.DIFFERS


# --- who may read what -----------------------------------------------------------------------------------------


async def _access(patient: Patient) -> Found:
    told = {name: seen.told for name, seen in patient.samples.items()}
    return _verdict(set(told.values()) == {"200"}), _named(told)


async def _single(patient: Patient) -> Found:
    known = {cls._path: operations(cls).get("get") for cls in RESOURCES.values()}
    asked = {
        name: place.path
        for name, place in patient.readable.items()
        if place.path.strip("/") in known and known[place.path.strip("/")] is not None
    }
    ids = {name: patient.samples[name].rows[0].get("id") for name in asked}
    seen = await asyncio.gather(*(patient.ask(f"{path}/{ids[name]}") for name, path in asked.items()))
    told = {name: each.told for name, each in zip(asked, seen, strict=True)}
    if not told:
        return Verdict.UNKNOWN, "no listing has rows"
    return _verdict(set(told.values()) == {"200"}), _named(told)


async def _owned(patient: Patient) -> Found:
    users = patient.samples["users"].rows
    if not users:
        return Verdict.UNKNOWN, "no user can be read"
    parts = [each for each in operations(RESOURCES["users"]).values() if each.method == "GET" and each.suffix]
    asked = [f"/users/{users[0].get('id')}/{each.suffix}" for each in parts]
    seen = await asyncio.gather(*(patient.ask(path) for path in asked))
    forms = {part.suffix: each.form if each.is_fine else each.told for part, each in zip(parts, seen, strict=True)}
    expected = {each.suffix: "data: list" if each.answers is Answers.MANY else "data: object" for each in parts}
    return _verdict(all(forms[name].startswith(form) for name, form in expected.items())), _named(forms)


# --- pages -----------------------------------------------------------------------------------------------------


async def _default_page(patient: Patient) -> Found:
    sizes: dict[str, str] = {}
    for name in ("cdrs", "users"):
        seen = await patient.ask(f"/{name}")
        count, total = len(seen.rows), seen.total
        whole = total is not None and count >= total
        sizes[name] = seen.told if not seen.is_fine else f"all {count} rows" if whole else f"{count} of {total} rows"
    known = any(" of " in size for size in sizes.values())
    return (Verdict.HOLDS if known else Verdict.UNKNOWN), f"without a limit: {_named(sizes)}"


async def _largest_page(patient: Patient) -> Found:
    most, beyond = MAX_PAGE_SIZE, MAX_PAGE_SIZE + 1
    allowed, refused = [await patient.ask("/cdrs", limit=each, filter=_none()) for each in (most, beyond)]
    if refused.status == 400 and allowed.is_fine:
        return Verdict.HOLDS, f"a limit of {most} is taken, one of {beyond} is refused ({refused.told})"
    if not refused.is_fine or not allowed.is_fine:
        return Verdict.UNKNOWN, f"a limit of {most}: {allowed.told}; one of {beyond}: {refused.told}"
    total = patient.samples["cdrs"].total or 0
    if total <= most:
        return Verdict.UNKNOWN, f"a limit of {beyond} is taken; {total} rows are too few to see if it is cut"
    count = len((await patient.ask("/cdrs", limit=beyond)).rows)
    return Verdict.DIFFERS, f"a limit of {beyond} gives {count} rows"


async def _deep_page(patient: Patient) -> Found:
    seen = await patient.ask("/cdrs", page=_FAR_PAGE, limit=1)
    if seen.is_fine:
        total = f"{len(seen.rows)} rows, and the total is {'told' if seen.total is not None else 'not told'}"
        return _verdict(not seen.rows), f"page {_FAR_PAGE}: {total}"
    return (Verdict.DIFFERS if seen.status else Verdict.UNKNOWN), f"page {_FAR_PAGE}: {seen.told}"


async def _total(patient: Patient) -> Found:
    told = {
        name: "told" if seen.total is not None else "not told" for name, seen in patient.samples.items() if seen.is_fine
    }
    return _verdict(set(told.values()) <= {"told"}), _named(told) or "no listing can be read"


# --- filters, order and groups ---------------------------------------------------------------------------------


def _none() -> str:
    """Write a filter that no row meets."""
    return condition("id", "lt", 0)


async def _of_each(patient: Patient, ask: Callable[[Place], Awaitable[str]]) -> dict[str, str]:
    known = patient.readable
    found = await asyncio.gather(*(ask(place) for place in known.values()))
    return dict(zip(known, found, strict=True))


def _effect(seen: Seen, before: Seen) -> str:
    """Say what became of a filter that should leave no row."""
    if not seen.is_fine:
        return "refused" if seen.status == 400 else seen.told
    return "obeyed" if not seen.rows else "ignored" if seen.total == before.total else "obeyed in part"


async def _wrong_filter(patient: Patient) -> Found:
    async def ask(place: Place) -> str:
        seen = await patient.ask(place.path, limit=1, filter=condition(_NOBODY, "eq", 1))
        return _effect(seen, patient.samples[place.name]).replace("obeyed", "no rows")

    found = await _of_each(patient, ask)
    return _sum_up(found, "refused")


async def _date_filter(patient: Patient) -> Found:
    async def ask(place: Place) -> str:
        if place.moment is None:
            return "no date is known"
        seen = await patient.ask(place.path, limit=1, filter=condition(place.moment, "gt", "2200-01-01 00:00:00"))
        return _effect(seen, patient.samples[place.name])

    found = {name: each for name, each in (await _of_each(patient, ask)).items() if each != "no date is known"}
    return _sum_up(found, "obeyed")


def _sum_up(found: dict[str, str], expected: str) -> Found:
    if not found:
        return Verdict.UNKNOWN, "no listing has rows"
    return _verdict(set(found.values()) == {expected}), _named(found)


async def _operators(patient: Patient) -> Found:
    rows, total = patient.samples["cdrs"].rows, patient.samples["cdrs"].total
    if not rows or total is None:
        return Verdict.UNKNOWN, "there are no call records"
    id = rows[0].get("id")
    found: dict[str, str] = {}
    for operator in (*OPERATORS, "between"):
        value = [id, id] if operator in ("in", "between") else str(id) if "like" in operator else id
        seen = await patient.ask("/cdrs", limit=1, filter=condition("id", operator, value))
        found[operator] = f"{seen.total} of {total}" if seen.is_fine else seen.told
    expected = {"eq": 1, "ne": total - 1, "in": 1, "lte": total, "lt": total - 1, "gt": 0, "gte": 1}
    obeyed = all(found[name] == f"{count} of {total}" for name, count in expected.items())
    taken = all(" of " in found[name] for name in OPERATORS)
    return _verdict(obeyed and taken and " of " not in found["between"]), f"rows by the newest id: {_named(found)}"


async def _order(patient: Patient) -> Found:
    async def ask(place: Place) -> str:
        newest, *others = (row.get("id") for row in patient.samples[place.name].rows)
        if not others:
            return "one row"
        seen = await patient.ask(place.path, limit=1, sort="id", dir="ASC")
        oldest = seen.rows[0].get("id") if seen.rows else None
        return seen.told if not seen.is_fine else "obeyed" if oldest != newest else "ignored"

    found = {name: each for name, each in (await _of_each(patient, ask)).items() if each != "one row"}
    return _sum_up(found, "obeyed")


async def _signed_order(patient: Patient) -> Found:
    rows = patient.samples["cdrs"].rows
    if len(rows) < 2:
        return Verdict.UNKNOWN, "there are too few call records"
    seen = await patient.ask("/cdrs", limit=1, sort="-id")
    if not seen.is_fine:
        return Verdict.HOLDS, f"sort=-id: {seen.told}"
    obeyed = [row.get("id") for row in seen.rows] == [rows[0].get("id")]
    return _verdict(not obeyed), f"sort=-id is {'obeyed' if obeyed else 'ignored'}"


async def _groups(patient: Patient) -> Found:
    before = patient.samples["cdrs"].total
    seen = await patient.ask("/cdrs", limit=1, group_by="user_id")
    if before is None or before < 2 or not seen.is_fine:
        return Verdict.UNKNOWN, f"group_by=user_id: {seen.told}, {before} call records"
    return _verdict(seen.total != before), f"group_by=user_id: a total of {seen.total} of {before}"


async def _relations(patient: Patient) -> Found:
    if not any(row.get("users") for row in patient.samples["queues"].rows):
        return Verdict.UNKNOWN, "no queue with agents can be read"
    seen = await patient.ask("/queues", limit=20, include="users")
    kinds = Counter(type(user).__name__ for row in seen.rows for user in row.get("users") or ())
    shown = ", ".join(sorted(kinds)).replace("dict", "objects").replace("int", "ids")
    return _verdict(set(kinds) == {"dict"}), f"include=users gives {shown or seen.told}"


# --- what stands in records ------------------------------------------------------------------------------------


async def _envelopes(patient: Patient) -> Found:
    forms = {name: seen.form for name, seen in patient.samples.items() if seen.status == 200}
    for path in ("/me", "/ping"):
        seen = await patient.ask(path)
        forms[path] = seen.form if seen.is_fine else seen.told
    usual = all("data: list" in form for name, form in forms.items() if not name.startswith("/"))
    return _verdict(usual and "data: object" in forms["/me"]), _named(forms)


def _decoded(patient: Patient) -> Iterable[tuple[str, Place, list[Entity]]]:
    for name, place in patient.readable.items():
        yield name, place, patient.samples[name].decoded(place.entity)


async def _unknown_fields(patient: Patient) -> Found:
    found: dict[str, str] = {}
    for name, place, rows in _decoded(patient):
        known = {spec.wire for spec in field_specs(place.entity)}
        if strange := sorted({key for row in rows for key in row.extra} - known):
            found[name] = ", ".join(map(safe, strange))
    return _verdict(not found), "; ".join(f"{name}: {each}" for name, each in found.items()) or "none"


async def _misfits(patient: Patient) -> Found:
    found: dict[str, str] = {}
    for name, place, rows in _decoded(patient):
        known = {spec.wire for spec in field_specs(place.entity)}
        kinds = {key: type(row.extra[key]).__name__ for row in rows for key in row.extra if key in known}
        if kinds:
            found[name] = ", ".join(f"{key} is a {kind}" for key, kind in sorted(kinds.items()))
    return _verdict(not found), "; ".join(f"{name}: {each}" for name, each in found.items()) or "none"


async def _codes(patient: Patient) -> Found:
    known = {"type": {"O", "I", "M"}, "disposition": {"CONNECTED", "NO ANSWER", "BUSY", "FAILED"}}
    rows = patient.samples["cdrs"].rows
    found = {name: {_code(row.get(name)) for row in rows if row.get(name) is not None} for name in known}
    strange = {name: ", ".join(sorted(found[name] - known[name])) for name in known if found[name] - known[name]}
    if not rows:
        return Verdict.UNKNOWN, "there are no call records"
    return _verdict(not strange), "; ".join(f"{name}: {each}" for name, each in strange.items()) or "none"


def _code(value: Any) -> str:
    """Show the value of an enumeration; what is too long for one may be anything."""
    return safe(value) if not isinstance(value, int) else f"the number {value}" if 0 <= value < 100 else "a number"


async def _zone(patient: Patient) -> Found:
    now = datetime.now(UTC)
    moments = (
        moment(row.get(place.moment or ""))
        for name, place in patient.readable.items()
        for row in patient.samples[name].rows[:1]
    )
    newest = max((each for each in moments if each is not None), default=None)
    if newest is None:
        return Verdict.UNKNOWN, "no record with a date can be read"
    age = now - newest
    if age < -_SOON:
        return Verdict.DIFFERS, f"read as UTC, the newest record is {_span(-age)} in the future"
    told = f"read as UTC, the newest record is {_span(age)} old"
    return (Verdict.HOLDS if age < _RECENT else Verdict.UNKNOWN), told


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


async def _limits(patient: Patient) -> Found:
    words = ("ratelimit", "rate-limit", "retry-after", "x-limit")
    names = {name.lower() for seen in patient.samples.values() for name in seen.headers}
    told = sorted(safe(name) for name in names if any(word in name for word in words))
    slowed = sum(seen.status == 429 for seen in patient.samples.values())
    return _verdict(not told and not slowed), f"headers: {', '.join(told) or 'none'}; {slowed} answers were 429"


async def _error_form(patient: Patient) -> Found:
    seen = await patient.ask("/cdrs", limit=1, sort=_NOBODY)
    if seen.is_fine:
        return Verdict.DIFFERS, "a sort by a field that there is not is not refused"
    return (Verdict.HOLDS if seen.codes else Verdict.UNKNOWN), f"a sort by no field: {seen.told}"


QUESTIONS: tuple[Question, ...] = (
    Question("access", "the owner of the token may read every listing", _access),
    Question("single records", "one record is read by its id wherever the SDK offers it", _single),
    Question("belongings of a user", "a user's contacts, calls and records are listings, and the audio is one", _owned),
    Question("envelopes", "a listing is a list with a total, /me is one object", _envelopes),
    Question("totals", "every listing tells its total", _total),
    Question("default page", f"it is not known; the SDK sends {DEFAULT_PAGE_SIZE}", _default_page),
    Question("largest page", f"a limit above {MAX_PAGE_SIZE} is refused", _largest_page),
    Question("deep pages", "a page beyond the end is empty, and not refused", _deep_page),
    Question("wrong filter", "a filter on a property that there is not is refused, and not ignored", _wrong_filter),
    Question("date filter", "every listing is filtered by its date", _date_filter),
    Question("operators", f"these work: {' '.join(OPERATORS)}; between is refused", _operators),
    Question("sort and dir", "every listing is sorted by id, both ways", _order),
    Question("signed sort", "sort=-id does not work: dir is sent", _signed_order),
    Question("group_by", "call records are grouped", _groups),
    Question("include", "include=users puts users in the place of their ids", _relations),
    Question("zone", "date-times without an offset are in UTC", _zone),
    Question("unknown fields", "the SDK declares every field", _unknown_fields),
    Question("values of other types", "every value is of the type that the SDK declares", _misfits),
    Question("unknown codes", "the types and dispositions of call records are those that are known", _codes),
    Question("rate limits", "none is told", _limits),
    Question("error codes", "an error names its code as `code`", _error_form),
    Question("tokens that never expire", "the expiry that means never is not known, and not offered"),
    Question("idle sessions", "they end after 30 minutes (a page says 15): the SDK pings every 5"),
    Question("deleting a whole collection", "filters may not narrow it: none are sent"),
    Question("changing many at once", "the answer may be one object, a list, or nothing"),
    Question("repeating a deletion", "a record that is gone is 404 the second time"),
    Question("agents without a phone", "a call from one is 412, after some 10 seconds"),
)
"""All that the code had to decide. What has no check cannot be asked without changing something."""
