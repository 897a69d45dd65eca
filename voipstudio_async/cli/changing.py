"""The commands ``create`` and ``update``: one for each resource, an option for each field, from the declarations."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import attrs
import typer

from .. import BulkResult
from ..entities.fields import FieldSpec, FieldType, Kind
from ..errors import ConfigurationError
from ..operations.meanings import meaning
from ..wire.codec import Codec
from ..wire.redaction import conceal_in
from . import asking
from .advice import explained
from .changes import CREATIONS, UPDATES, Change, plain, refusal
from .connection import Connection
from .exits import FAILED, say
from .given import Reader, hides, in_json
from .options import flags_of
from .preview import DryRun, show
from .reading import Shown

_PANEL = "Fields"
_LONGEST_WORD = 5
"""Letters of what stands for a value: beside a longer one, a narrow screen cuts the names of options."""
_EXAMPLES = {
    "name": "Sales",
    "color": "#3366cc",
    "first_name": "Ann",
    "last_name": "Novak",
    "emails": "ann@example.com",
    "email": "ann@example.com",
}
_EXAMPLE_OF_KIND = {
    Kind.INTEGER: "1",
    Kind.FLOAT: "1.5",
    Kind.MONEY: "0.25",
    Kind.DAY: "2026-06-30",
    Kind.MOMENT: "2026-06-30 17:30",
    Kind.SECRET: "secret.txt",
}

Thing = Annotated[int, typer.Argument(metavar="ID", help="Which one.", show_default=False)]
FromFile = Annotated[
    str | None,
    typer.Option(
        "--from-file",
        metavar="FILE",
        rich_help_panel=_PANEL,
        help="Fields as a JSON object, by their names in the API; create takes one on each line. - is stdin. "
        "An option goes before it.",
    ),
]


@attrs.frozen(kw_only=True)
class Sending:
    """How the fields are given besides their options, and whether they are sent."""

    from_file: FromFile = None
    dry_run: DryRun = False


def _complete_known(known: tuple[str, ...]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [each for each in known if each.startswith(incomplete)]

    return complete


def _known(of: FieldType) -> tuple[str, ...]:
    """List the values that a field is known to have."""
    allowed = of.allowed.values if of.allowed is not None else ()
    return tuple(map(str, of.known or allowed or (_known(of.items) if of.items is not None else ())))


def _metavar(spec: FieldSpec) -> str:
    """Return what stands for a value in the help."""
    of = spec.type
    if hides(spec):
        return "FILE"
    if in_json(of):
        return "JSON"
    for kinds, word in (({Kind.MONEY}, "AMOUNT"), ({Kind.DAY, Kind.MOMENT}, "DATE")):
        if kinds.issuperset(of.kinds):
            return word
    words = [word for word in spec.wire.upper().split("_") if not word.isdigit()]
    word = words[-1].removesuffix("S") if of.items is not None else words[-1]
    return word if len(word) <= _LONGEST_WORD else "VALUE"


def _is_switch(spec: FieldSpec) -> bool:
    return spec.kinds == (Kind.BOOLEAN,)


def flags(change: Change) -> Mapping[str, str]:
    """Return the option of each field; one that the command has anyhow gets ``--field-`` before its name."""
    taken = flags_of(Shown, Sending, Connection) | {"--unset", "--verbose", "--debug", "--help"}
    words = {spec.name: spec.wire.replace("_", "-") for spec in change.fields}
    return {name: f"--field-{word}" if f"--{word}" in taken else f"--{word}" for name, word in words.items()}


def _option(change: Change, spec: FieldSpec, flag: str) -> inspect.Parameter:
    named: dict[str, Any] = {"help": _help(change, spec), "rich_help_panel": _PANEL, "show_default": False}
    if _is_switch(spec):
        kind: Any = bool | None
        option = typer.Option(f"{flag}/--no-{flag.removeprefix('--')}", **named)
    else:
        kind = list[str] | None if spec.type.items is not None and not in_json(spec.type) else str | None
        known = _known(spec.type)
        option = typer.Option(
            flag, metavar=_metavar(spec), autocompletion=_complete_known(known) if known else None, **named
        )
    return _keyword(f"field_{spec.name}", Annotated[kind, option], None)


def _help(change: Change, spec: FieldSpec) -> str:
    text = (meaning(change.declared.name, spec.name) or spec.wire).replace("``", "").replace("; None for none", "")
    more = [
        "with --no- before its name, not" if _is_switch(spec) else "",
        "in a file, on its first line; - is stdin" if hides(spec) else "",
        "may be repeated" if spec.type.items is not None and not in_json(spec.type) else "",
    ]
    sentence = "; ".join(filter(None, (text[:1].upper() + text[1:], *more)))
    return f"{sentence}. Required." if spec.needed else f"{sentence}."


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _can_be_cleared(spec: FieldSpec) -> bool:
    return (spec.optional and Kind.ANY not in spec.kinds) or spec.type.items is not None


def _unset(change: Change) -> inspect.Parameter:
    names = tuple(spec.wire for spec in change.fields if _can_be_cleared(spec))
    option = typer.Option(
        "--unset",
        metavar="NAME",
        autocompletion=_complete_known(names),
        rich_help_panel=_PANEL,
        help="Clear this field, by its name: null, or an empty list; may be repeated.",
    )
    return _keyword("unset", Annotated[list[str] | None, option], None)


def _parameters(change: Change) -> Iterator[inspect.Parameter]:
    if change.declared.key is not None:
        yield _keyword("id", Thing, inspect.Parameter.empty)
    named = flags(change)
    # Those that must be given come first.
    for spec in sorted(change.fields, key=lambda spec: not spec.needed):
        yield _option(change, spec, named[spec.name])
    if change.declared.key is not None:
        yield _unset(change)
    for name, group in (("sending", Sending), ("shown", Shown), ("connection", Connection)):
        yield _keyword(name, group, inspect.Parameter.empty)


@attrs.frozen
class Given:
    """The fields of bodies, as they were given: one, or one for each object of a file."""

    change: Change
    sending: Sending
    tz: Any

    def bodies(self, options: Mapping[str, Any], unset: list[str]) -> dict[str, dict[str, Any]]:
        """Read the fields: those of the file, over them the options, and what is cleared.

        The keys are the places of the bodies, in words.

        :raises ConfigurationError: one is wrong or missing, or there are none
        """
        reader, named = Reader(self.change.body, self.tz), flags(self.change)
        place = self.sending.from_file
        bodies: dict[str, dict[str, Any]] = {"": {}} if place is None else reader.file(place)
        if len(bodies) > 1 and self.change.declared.key is not None:
            raise ConfigurationError(f"--from-file must hold one JSON object, got {len(bodies)} lines")
        over: dict[str, Any] = {}
        for spec in self.change.fields:
            value = options[f"field_{spec.name}"]
            if value is not None and value != []:
                over[spec.name] = reader.option(spec, value, named[spec.name])
        return {place: self._whole({**fields, **over}, unset, named, place) for place, fields in bodies.items()}

    def _whole(self, found: dict[str, Any], unset: list[str], named: Mapping[str, str], place: str) -> dict[str, Any]:
        """Add to the fields of one body what is cleared, and what is asked for, and check that it can be sent."""
        found |= self._cleared(unset, found)
        self._ask(found, named)
        try:
            self._check(found, named)
            Codec(self.tz, strict=False).body(self.change.body(**found))
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}: {error}" if ", line " in place else str(error)) from None
        return found

    def _cleared(self, unset: list[str], given: Mapping[str, Any]) -> dict[str, Any]:
        specs = {spec.wire: spec for spec in self.change.fields if _can_be_cleared(spec)}
        for name in unset:
            if name.replace("-", "_") not in specs:
                raise ConfigurationError(f"--unset: {name!r} is none of what can be cleared: {', '.join(specs)}")
        cleared = [specs[name.replace("-", "_")] for name in unset]
        for spec in cleared:
            if spec.name in given:
                raise ConfigurationError(f"--unset {spec.wire}: a value is given for it as well")
        return {spec.name: None if spec.optional else () for spec in cleared}

    def _ask(self, found: dict[str, Any], named: Mapping[str, str]) -> None:
        """Ask for the secrets that are needed, where somebody can answer."""
        for spec in self.change.fields:
            if spec.needed and spec.name not in found and hides(spec) and asking.is_asked():
                found[spec.name] = asking.password(f"{named[spec.name].removeprefix('--')}: ")

    def _check(self, found: Mapping[str, Any], named: Mapping[str, str]) -> None:
        missing = [named[spec.name] for spec in self.change.fields if spec.needed and spec.name not in found]
        if missing:
            raise ConfigurationError(f"{', '.join(missing)} must be given")
        if not found:
            first = next(iter(named.values()))
            raise ConfigurationError(f"nothing was given: give at least one field, {first} for instance")


def command_of(change: Change, typed: str) -> Callable[..., None]:
    """Return the command that is typed as ``voipstudio {typed}``."""

    def run(
        *,
        sending: Sending,
        shown: Shown,
        connection: Connection,
        id: int | None = None,
        unset: list[str] | None = None,
        **options: Any,
    ) -> None:
        shown.check(change.entity)
        connection.check()
        bodies = Given(change, sending, connection.zone).bodies(options, unset or [])
        keys = () if id is None else (id,)
        if sending.dry_run:
            for fields in bodies.values():
                _preview(change, keys, fields, connection)
        elif len(bodies) == 1:
            (fields,) = bodies.values()
            shown.one(change.entity, connection, lambda: _send(change, keys, fields, connection))
        else:
            _create_all(change, bodies, shown, connection)

    run.__doc__ = _documentation(change, typed)
    run.__signature__ = inspect.Signature(list(_parameters(change)))  # type: ignore[attr-defined]
    return run


async def _send(change: Change, keys: tuple[int, ...], fields: Mapping[str, Any], connection: Connection) -> Any:
    async with connection.client() as client:
        return await change.bound(client)(*keys, **fields)


def _create_all(change: Change, bodies: Mapping[str, Mapping[str, Any]], shown: Shown, connection: Connection) -> None:
    """Create several things, some at once; show those that were made, and say which were not."""

    async def send() -> Any:
        async with connection.client() as client:
            create = change.bound(client)
            return await client.bulk.run(lambda place: create(**bodies[place]), list(bodies))

    result: BulkResult[str, Any] = connection.run(send)
    shown.many(change.entity, connection, [outcome.unwrap() for outcome in result.succeeded])
    for outcome in result.failed:
        assert outcome.error is not None, "it failed"
        say(f"{outcome.input.removeprefix('--from-file, ')}: not created: {explained(outcome.error)}")
    if result.failed:
        say(f"{len(result.failed):,} of {len(bodies):,} not created")
        raise typer.Exit(FAILED)


def _preview(change: Change, keys: tuple[int, ...], fields: Mapping[str, Any], connection: Connection) -> None:
    hidden = [str(_open(fields[spec.name])) for spec in change.fields if hides(spec) and spec.name in fields]
    written = Codec(connection.zone, connection.strict).body(change.body(**fields))
    show(change.declared.method, change.place(*keys), conceal_in(written, hidden))


def _open(value: Any) -> Any:
    return value.reveal() if hasattr(value, "reveal") else value


def _example(spec: FieldSpec) -> str:
    of = spec.type if spec.type.items is None else spec.type.items
    examples = of.allowed.examples if of.allowed is not None else ()
    by_name = _EXAMPLES.get(spec.wire)
    by_kind = next((_EXAMPLE_OF_KIND[kind] for kind in of.kinds if kind in _EXAMPLE_OF_KIND), "text")
    return str(examples[0] if examples else by_name or ("'{}'" if in_json(of) else by_kind))


def _documentation(change: Change, typed: str) -> str:
    named = flags(change)
    needed = [spec for spec in change.fields if spec.needed] or _usual(change)
    options = " ".join(f"{named[spec.name]} {shlex.quote(_example(spec))}" for spec in needed)
    words = f"voipstudio {typed}" + (" 7206" if change.declared.key is not None else "")
    return f"""{change.declared.summary}

    Examples:
    * `{words} {options}`
    * `{words} {options} --dry-run`
    * `{words} --from-file fields.json`
    """


def _usual(change: Change) -> list[FieldSpec]:
    """Return a field that an example can show where none is needed."""
    known = [spec for spec in change.fields if spec.wire in _EXAMPLES]
    return (known or [spec for spec in change.fields if not _is_switch(spec)])[:1]


class ByResource(dict[str, Callable[..., None]]):
    """The commands of one verb, by their resources."""

    def __init__(self, verb: str, changes: Mapping[str, Change]) -> None:
        super().__init__({name: command_of(change, f"{verb} {name}") for name, change in changes.items()})
        self._verb = verb

    def called(self, word: str) -> str:
        """Return the name that a word stands for."""
        return plain(word)

    def refusal(self, word: str) -> str:
        """Say why a word is no name of these."""
        return refusal(self._verb, word)


COMMANDS = {"create": ByResource("create", CREATIONS), "update": ByResource("update", UPDATES)}
