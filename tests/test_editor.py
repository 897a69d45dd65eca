"""What an editor shows, asked of a language server: pyright's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

import voipstudio_async

pytest.importorskip("pyright", reason="the language server is in the dependency group `types`, whose session runs this")

PACKAGE = Path(voipstudio_async.__file__).parents[1]
PROGRAM = """\
from voipstudio_async import AsyncVoipStudio, VoipStudio

def awaited(client: AsyncVoipStudio) -> None:
    client.users.list()

def blocking(client: VoipStudio) -> None:
    client.users.list()
    client.user_groups.create(name="Sales")
    client.users.get(7).dnd
"""


class Server:
    """A language server, spoken to over its pipes."""

    def __init__(self, out: IO[bytes], into: IO[bytes]) -> None:
        self._out, self._into = out, into
        self._asked = 0

    def tell(self, **message: Any) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._out.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._out.flush()

    def ask(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self.tell(id=self._asked, method=method, params=params)
        while (heard := self._hear()).get("id") != self._asked or "method" in heard:
            if "method" in heard and "id" in heard:
                self.tell(id=heard["id"], result=self._settings(heard))
        return heard["result"]

    def _hear(self) -> dict[str, Any]:
        size = 0
        while line := self._into.readline().strip():
            if line.lower().startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
        found: dict[str, Any] = json.loads(self._into.read(size))
        return found

    def _settings(self, request: dict[str, Any]) -> Any:
        if request["method"] != "workspace/configuration":
            return None
        settings = {"pythonPath": sys.executable, "analysis": {"extraPaths": [str(PACKAGE)]}}
        return [settings for _ in request["params"]["items"]]


@contextmanager
def language_server() -> Iterator[Server]:
    command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        server = Server(process.stdin, process.stdout)
        try:
            yield server
        finally:
            server.ask("shutdown")
            server.tell(method="exit")
            process.stdin.close()
            process.wait(60)


def opened(server: Server, folder: Path) -> dict[str, str]:
    text = {
        "hover": {"contentFormat": ["plaintext"]},
        "signatureHelp": {"signatureInformation": {"documentationFormat": ["plaintext"]}},
    }
    server.ask(
        "initialize",
        processId=None,
        rootUri=folder.as_uri(),
        workspaceFolders=[{"uri": folder.as_uri(), "name": "program"}],
        capabilities={"workspace": {"configuration": True}, "textDocument": text},
    )
    server.tell(method="initialized", params={})
    document = {"uri": (folder / "program.py").as_uri()}
    opening = {**document, "languageId": "python", "version": 1, "text": PROGRAM}
    server.tell(method="textDocument/didOpen", params={"textDocument": opening})
    return document


def places(of: str) -> list[dict[str, int]]:
    lines = enumerate(PROGRAM.splitlines())
    return [{"line": number, "character": line.index(of) + len(of)} for number, line in lines if of in line]


def test_an_editor_shows_what_an_operation_does_and_what_its_options_mean(tmp_path: Path) -> None:
    with language_server() as server:
        document = opened(server, tmp_path)
        hovers = [
            server.ask("textDocument/hover", textDocument=document, position=place)["contents"]["value"]
            for of in ("users.lis", "groups.creat", "dn")
            for place in places(of)
        ]
        helps = [
            server.ask("textDocument/signatureHelp", textDocument=document, position=place)
            for place in places("users.list(")
        ]

    awaited, blocking, create, field = hovers
    for text in (awaited, blocking, *(each["signatures"][0]["documentation"]["value"] for each in helps)):
        assert "All users of the account." in text
        assert "page_size: rows in each request" in text
    assert "Create a user group." in create
    assert "color: the colour" in create
    assert "Do not disturb" in field
