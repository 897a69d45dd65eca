"""What readers are told of operations: in the editor, which reads the source, and by `help()`."""

from __future__ import annotations

import ast
import inspect
import pydoc
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from voipstudio_async import AsyncVoipStudio, VoipStudio
from voipstudio_async.operations import Operation, Resource
from voipstudio_async.resources import RESOURCES, Raw

CLASSES: dict[str, type[Resource[Any]]] = {**RESOURCES, "raw": Raw}
HERE: dict[str, Any] = {"token": "t", "base_url": "http://localhost:1"}
FACES = (AsyncVoipStudio(**HERE), VoipStudio(**HERE))


def declared(cls: type) -> Iterator[tuple[Operation[Any, Any], ast.stmt]]:
    """List the operations of a class, each with what stands below it in the source."""
    for assignment, below in pairwise([*ast.parse(inspect.getsource(cls)).body[0].body, ast.Pass()]):  # type: ignore[attr-defined]
        operation = isinstance(assignment, ast.Assign) and vars(cls)[ast.unparse(assignment.targets[0])]
        if isinstance(operation, Operation):
            yield operation, below


@pytest.mark.parametrize("cls", CLASSES.values(), ids=list(CLASSES))
def test_the_text_below_a_declaration_says_what_the_declaration_says(cls: type) -> None:
    for operation, below in declared(cls):
        assert isinstance(below, ast.Expr), f"{cls.__name__}.{operation.name}: run python docs/make_api.py"
        assert isinstance(below.value, ast.Constant)
        said = below.value.value
        assert isinstance(said, str)
        assert inspect.cleandoc(said) == operation.doc, f"{operation.name}: run python docs/make_api.py"


@pytest.mark.parametrize("cls", CLASSES.values(), ids=list(CLASSES))
def test_every_argument_has_a_meaning(cls: type) -> None:
    for operation, _ in declared(cls):
        missing = [name for name in operation.signature().parameters if f"\n    {name}: " not in operation.doc]
        assert not missing, f"voipstudio_async/operations/meanings.py has no words for {missing} of {operation.name}"


@pytest.mark.parametrize("client", FACES, ids=["async", "blocking"])
def test_help_explains_an_operation_and_each_of_its_options(client: Any) -> None:
    text = pydoc.plain(pydoc.render_doc(client.users.list))

    assert "client.users.list(*filters: Condition, order_by: str | None = '-id', page_size: int | None = None" in text
    assert "prefetch: pages fetched ahead" in text
    assert "unset.Unset" not in pydoc.plain(pydoc.render_doc(client.user_groups.create))


@pytest.mark.parametrize("face", [AsyncVoipStudio, VoipStudio])
def test_help_names_the_arguments_and_the_resources_of_a_client(face: type) -> None:
    text = pydoc.plain(pydoc.render_doc(face))

    assert "token: str | None = None" in text
    assert "auth: Auth | None = None" in text
    assert "timeouts: how long to wait" in text
    assert "users: The people of the account, and what belongs to each." in text


@pytest.mark.parametrize("client", FACES, ids=["async", "blocking"])
def test_a_client_and_its_resources_offer_what_is_for_users(client: Any) -> None:
    offered = [name for name in dir(client) if not name.startswith("_")]

    assert {"users", "cdrs", "me", "bulk", "close", "with_options", "login"} <= set(offered)
    assert not {"path", "about", "called"} & {*offered, *dir(client.users)}
    assert sorted(dir(client.user_groups)) == sorted(
        ["list", "create", "get", "get_many", "update", "delete", "delete_many"]
    )
