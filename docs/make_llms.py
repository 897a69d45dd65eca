"""Writes docs/llms.txt, the index of the pages for language models: `python docs/make_llms.py`.

The order and the headings are those of the navigation in mkdocs.yml; what a page is about is its first paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).parent
TARGET = DOCS / "llms.txt"
HEAD = """# voipstudio_async

> An async-first Python SDK for the VoIPstudio REST API, with a blocking client that has the same methods, a sandbox
> server for tests, call reports, exports and a command line. Python 3.11 or newer.

Async code uses `AsyncVoipStudio` (await operations, `async for` over listings); blocking code uses `VoipStudio` (call
operations, `for` over listings). Listings are never awaited. The token is read from VOIPSTUDIO_API_TOKEN.
"""
_ENTRY = re.compile(r"^( +)- (.+?):(?: (\S+\.md))?$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_SENTENCE = re.compile(r"(?<=[.!?])\s")


def about(page: Path) -> str:
    """Return the first sentence of a page, without its links."""
    for paragraph in page.read_text(encoding="utf-8").split("\n\n")[1:]:
        text = _LINK.sub(r"\1", " ".join(paragraph.split()))
        if text[:1].isalpha() or text[:1] in "`*":
            return _SENTENCE.split(text)[0].rstrip(":.") + "."
    return ""


def lines() -> Iterator[str]:
    """Write a heading for each section, and a line for each page."""
    navigation = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]
    yield HEAD
    for _, title, page in _ENTRY.findall(navigation):
        if page:
            yield f"- [{title}]({Path(page).with_suffix('.html')}): {about(DOCS / page)}".removesuffix(": ")
        else:
            yield f"\n## {title}\n"


def document() -> str:
    """Write the whole index."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
