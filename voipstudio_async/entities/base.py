"""What every entity has. What its fields can be stands in `fields`.

An entity is data and nothing else: a frozen attrs class with slots. Every field but ``id`` may be missing in
an answer, or null; both read as None. What the SDK does not know, or what does not fit its declared type,
is kept in `Entity.extra`. `Entity.to_dict` gives back what the API sent.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

import attrs

from ..errors import ConfigurationError
from ..hints import NotThere, did_you_mean
from .arguments import is_one_of, told
from .fields import INSIDE, Code, DigitId, EpochTime, check_when_declared, field_specs
from .meanings import Documentation
from .notebook import table
from .secrecy import masked, revealed
from .secret import Secret
from .typed import Money, json_schema, typed


class Extra(dict[str, Any]):
    """A read-only dict: an entity is a value, and so is what it carries along."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(masked(self))

    def _refuse(self: object, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError("an entity cannot be changed; its extra fields are read-only")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # unlike a dict it cannot be changed
        return hash(frozenset(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return Extra, (dict(self),)


NO_EXTRA: Final = Extra()
"""Shared by all entities without extra fields: it cannot be changed, and saves a dict each."""


@attrs.frozen
class Origin:
    """What `Entity.to_dict` needs in order to give back exactly what was received."""

    absent: frozenset[str]
    """The known fields that the record did not have."""
    originals: Mapping[str, tuple[Any, Any]]
    """For values that were converted: the field's name to (the value here, the value as it was sent)."""


_MAY_HIDE = frozenset((Secret, dict, list))
"""Types of values that are a secret, or hold some."""
_NOT_PLAIN = _MAY_HIDE | {Decimal}
"""The same, and numbers that `json.dumps` cannot write."""


@attrs.frozen(kw_only=True, repr=False)
class Entity:
    """The base of all entities."""

    extra: Mapping[str, Any] = attrs.field(default=NO_EXTRA, hash=False, metadata=INSIDE)
    """Fields that the SDK does not know, and values that did not fit their declared type, under their wire names."""
    _origin: Origin | None = attrs.field(default=None, alias="origin", eq=False, repr=False, metadata=INSIDE)

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        check_when_declared(cls)
        if cls.__doc__ is not None:
            cls.__doc__ = cast("str", Documentation(inspect.cleandoc(cls.__doc__)))

    def to_dict(self) -> dict[str, Any]:
        """Return the record as the API sent it: its names, its formats, its nulls.

        An entity that was made by hand gives the fields that are not None. Secrets are in the clear. `json.dumps` can
        write it: a number with more digits than a float has is the nearest float, as for Python's own decoder.
        """
        record: dict[str, Any] = {}
        origin = self._origin
        for spec in field_specs(type(self)):
            value = getattr(self, spec.name)
            if origin is None:
                if value is not None:
                    record[spec.wire] = spec.type.plain(value)
                continue
            original = origin.originals.get(spec.name)
            if original is not None and type(original[0]) is type(value) and original[0] == value:
                record[spec.wire] = original[1]
            elif value is not None or not (spec.name in origin.absent or spec.wire in self.extra):
                record[spec.wire] = spec.type.plain(value)
        # A field that has a value now stands above the misfit that was kept in its place.
        record |= {name: value for name, value in self.extra.items() if name not in record}
        return {name: revealed(value) if type(value) in _NOT_PLAIN else value for name, value in record.items()}

    def to_json(self, *, money: Money = "text") -> dict[str, Any]:
        """Return the record in a form for others, of values that `json.dumps` can write: a web service answers with it.

        Every declared field is there, each value has one form, moments are ISO 8601 with their offset, and secrets
        show as ``***``. What the SDK does not know stands beside them; what did not fit its type is null.

        :param money: ``"text"`` keeps every digit; ``"number"`` can be summed at once, with the rounding of floats
        """
        if not is_one_of(money, ("text", "number")):
            raise ConfigurationError(f"money is 'text' or 'number', got {told(money)}")
        record = {spec.wire: typed(getattr(self, spec.name), money) for spec in field_specs(type(self))}
        return {**typed(self.extra, money), **record}

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> dict[str, Any]:
        # By this name pydantic, and with it FastAPI, asks how to check and to write what it does not know.
        writing = {"type": "function-plain", "function": cls.to_json, "when_used": "json"}
        return {"type": "is-instance", "cls": cls, "serialization": writing}

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return json_schema(cls)

    if not TYPE_CHECKING:
        # For the error alone.
        __getitem__ = NotThere(lambda self: f"a {type(self).__name__} is no dict: write .name, or .to_dict()['name']")

        def __getattr__(self, name: str) -> Any:
            if name == "__dict__":
                # By this name `vars` asks, for `json.dumps(user, default=vars)`, and FastAPI for what has no type.
                return self.to_json()
            if name.startswith("_") or name in ("id", "extra"):  # the first is asked of many rows
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            raise AttributeError(f"a {type(self).__name__} has no {name!r}{_instead(self, name)}", name=name, obj=None)

    def __dir__(self) -> list[str]:
        return dir(type(self))

    def __repr__(self) -> str:
        shown = [f"{name}={value!r}" for name, value in self.__rich_repr__()]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _repr_html_(self) -> str:
        rows = list(self.__rich_repr__())
        return table(type(self).__name__, ("field", "value"), rows, len(rows))

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        for spec in field_specs(type(self)):
            value = getattr(self, spec.name)
            if value is not None:
                yield spec.name, masked(value) if type(value) in _MAY_HIDE else value
        if self.extra:
            yield "extra", masked(self.extra)


def _instead(entity: Entity, name: str) -> str:
    if name in entity.extra:
        return f", but the answer had: write .extra[{name!r}]"
    return did_you_mean(name, [name for name in dir(type(entity)) if not name.startswith("_")])


__all__ = (
    "NO_EXTRA",
    "Code",
    "DigitId",
    "Entity",
    "EpochTime",
    "Extra",
    "Origin",
    "Secret",
)
