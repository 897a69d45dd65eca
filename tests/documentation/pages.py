"""The pages of the documentation, and the blocks of code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import attrs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]

_FENCE = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
# In the form of three lines: that of one line is Python, which the formatter would write in its own way.
_SNIPPET = re.compile(r"--8<--\n(\S+)\n--8<--\n")


@attrs.frozen
class Block:
    """A fenced block: where it stands, its language, and what is in it."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def id(self) -> str:
        """How pytest calls it."""
        return f"{self.page.name}:{self.line}"

    @property
    def source(self) -> str | None:
        """The file that the block is a copy of, from the top of the repository."""
        found = _SNIPPET.fullmatch(self.text)
        return found[1] if found else None


def blocks(page: Path) -> Iterator[Block]:
    """Find the blocks of a page, those in tabs too."""
    text = page.read_text("utf-8")
    for fence in _FENCE.finditer(text):
        line = text.count("\n", 0, fence.start()) + 1
        yield Block(page, line, fence[2], dedent(fence[4]))


def all_blocks(language: str) -> list[Block]:
    """Find the blocks of a language on all pages."""
    return [block for page in PAGES for block in blocks(page) if block.language == language]
