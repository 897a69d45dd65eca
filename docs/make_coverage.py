"""Writes docs/coverage.md from the declarations, and from what is known of each: `python docs/make_coverage.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import attrs

from voipstudio_async.operations import Answers, Derived, Operation, Resource, operations
from voipstudio_async.resources import RESOURCES
from voipstudio_async.resources.certainty import CERTAINTY, Certainty

TARGET = Path(__file__).with_name("coverage.md")
LITERAL_TEST = "tests/operations/test_wire_literal.py::test_an_operation_sends_exactly_this"
HEAD = """# Coverage

Made from the declarations by `python docs/make_coverage.py`; a test keeps it true. It lists every operation that the
SDK speaks, and says how sure we are that the API has it:

| | operations | |
|---|---|---|
"""
MEANINGS = {
    Certainty.DOCUMENTED: "on a page of the vendor's documentation",
    Certainty.VENDOR: "done by the vendor's own command line, connector or scripts",
    Certainty.REPORTED: "done by users of the API, who say that it works",
    Certainty.GUESSED: "follows from others; nobody is known to have done it",
}
NOTES = f"""
The name is the same on both clients. Calls of `AsyncVoipStudio` are awaited, and its listings are iterated with
`async for`; `VoipStudio` is called, and iterated with `for`. `client.auth` is what `AsyncVoipStudio.login` and
`VoipStudio.login` are made of. What each takes and gives is in the [reference](api.md).

Each is sent byte for byte as its literal in `tests/literals.py` says, on both clients. Its tests are those in brackets
of `{LITERAL_TEST}`.

`voipstudio doctor` asks an account of yours what can be asked without changing anything, and says which of our
assumptions hold there.
"""


@attrs.frozen
class Row:
    """One operation, for the table."""

    name: str
    resource: type[Resource[Any]]
    operation: Operation[Any, Any]

    @property
    def place(self) -> str:
        """The method and the path."""
        return f"{self.operation.method} {self.operation.template(self.resource)}"

    @property
    def test(self) -> str:
        """The tests that cover it, in the words of pytest."""
        return f"[async-{self.name}]` `[blocking-{self.name}]"

    def line(self) -> str:
        """Write the line of the table."""
        known = CERTAINTY[self.name]
        sure = f"{known.certainty.value}; {known.doubt}" if known.doubt else known.certainty.value
        awaited, waited = self._calls()
        return f"| {awaited} | {waited} | `{self.place}` | {sure} | `{self.test}` |"

    def _calls(self) -> tuple[str, str]:
        call = f"client.{self.name}()"
        if self.operation.method == "GET" and self.operation.answers is Answers.MANY:
            return f"`async for ... in {call}`", f"`for ... in {call}`"
        return f"`await {call}`", f"`{call}`"


def rows() -> Iterator[Row]:
    """List what the API has a place for."""
    for resource, cls in RESOURCES.items():
        for name, operation in operations(cls).items():
            yield Row(name if resource == "me" else f"{resource}.{name}", cls, operation)


def derived() -> Iterator[tuple[str, str]]:
    """List what is made of other operations."""
    for resource, cls in RESOURCES.items():
        for name, operation in vars(cls).items():
            if isinstance(operation, Derived):
                yield f"client.{resource}.{name}()", operation.summary


def document() -> str:
    """Write the whole page."""
    every = list(rows())
    counts = Counter(CERTAINTY[row.name].certainty for row in every)
    lines = [HEAD + "\n".join(f"| {each.value} | {counts[each]} | {MEANINGS[each]} |" for each in Certainty), NOTES]
    for module, of_module in groupby(every, key=lambda row: row.resource.__module__.rpartition(".")[2]):
        lines += [f"## {_title(module)}\n\n| awaited | blocking | place | how sure | tests |\n|---|---|---|---|---|"]
        lines += [row.line() for row in of_module]
        lines.append("")
    lines.append("## Made of others\n\nThese have no place of their own in the API.\n\n| | |\n|---|---|")
    lines += [f"| `{call}` | {summary} |" for call, summary in derived()]
    return "\n".join(lines) + "\n"


def _title(module: str) -> str:
    return "The client itself" if module == "resources" else module.capitalize()


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
