"""What the pages for contributors say is true: files are there, folders in order, steps do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from test_layers import LAYERS, ROOT

import voipstudio_async

TOP = Path(__file__).parents[1]
PAGES = {name: (TOP / name).read_text("utf-8") for name in ("CONTRIBUTING.md", "docs/architecture.md")}
PACKAGE = Path(voipstudio_async.__file__).parent

ENTITY = '''

@attrs.frozen(kw_only=True, repr=False)
class Ivr(Entity):
    """A menu that callers hear."""

    id: int
    name: str | None = None
    """What it is called."""


@attrs.frozen(kw_only=True)
class IvrDraft:
    """What a menu is made of."""

    name: str
'''
RESOURCE = '''

class Ivrs(Resource[F], path="ivrs"):
    """Menus that callers hear."""

    list = Listing(Ivr, "All menus.")
    get = Get(Ivr, "One menu.")
    create = Create(Ivr, "Create a menu.", body=IvrDraft)
'''
USE = """
import asyncio
from voipstudio_async import AsyncVoipStudio, VoipStudio
from voipstudio_async.cli.names import LISTINGS
from voipstudio_async.openapi import text
from voipstudio_async.sandbox import Sandbox

with Sandbox(users=1, calls=1) as sandbox:
    with VoipStudio(sandbox.token, base_url=sandbox.url) as client:
        made = client.ivrs.create(name="Welcome")
        assert client.ivrs.get(made.id).name == "Welcome"
    async def count():
        async with AsyncVoipStudio(sandbox.token, base_url=sandbox.url) as client:
            return len([ivr async for ivr in client.ivrs.list()])
    assert asyncio.run(count()) >= 1
assert "ivrs" in LISTINGS
assert '"/ivrs/{id}"' in text()
print("done")
"""


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page: str) -> None:
    named = re.findall(r"`((?:voipstudio_async|tests|docs|benchmarks)/[\w/.]+)`", PAGES[page])

    assert named
    assert [name for name in named if not (TOP / name).exists()] == []


def test_the_folders_are_told_in_the_order_in_which_they_may_import_each_other() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGES["docs/architecture.md"], re.MULTILINE)
    told = [re.findall(r"`(\w+)`", row) for row in rows]
    flat = [name for row in told for name in row]

    assert {name for name in flat if name not in LAYERS} == set()
    assert {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))} <= set(flat)
    for upper, lower in pairwise(told):
        assert min(map(LAYERS.index, upper)) < max(map(LAYERS.index, lower)), (upper, lower)


def test_the_steps_for_a_resource_make_one(tmp_path: Path) -> None:
    copy = tmp_path / "voipstudio_async"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    append(copy / "entities" / "settings.py", ENTITY)
    append(copy / "resources" / "settings.py", RESOURCE, "from ..entities.settings import Ivr, IvrDraft\n")
    catalogue = copy / "resources" / "__init__.py"
    text = catalogue.read_text("utf-8").replace("    queues: Queues[F]\n", "    queues: Queues[F]\n    ivrs: Ivrs[F]\n")
    catalogue.write_text(text.replace("import CallTracking,", "import Ivrs, CallTracking,"), "utf-8")

    done = subprocess.run(
        [sys.executable, "-c", USE],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr


def append(file: Path, content: str, imports: str = "") -> None:
    text = file.read_text("utf-8")
    place = text.index("import ")
    place = text.rindex("\n", 0, place) + 1
    at = text.index("from ..", place) if imports else 0
    file.write_text((text[:at] + imports + text[at:] if imports else text) + content, "utf-8")
