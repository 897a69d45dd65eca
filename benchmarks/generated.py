"""A client generated from our own OpenAPI document by a public generator, into a folder that is thrown away."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Self

from voipstudio_async.openapi.catalogue import text

PACKAGE = "generated_client"


class Generated:
    """The generated package, importable while this is open; `present` tells whether the generator is installed."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="generated-"))
        self.present = False
        self.problem = ""

    def __enter__(self) -> Self:
        (self._folder / "openapi.json").write_text(text(), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "openapi_python_client",
            "generate",
            "--meta",
            "none",
            "--path",
            "openapi.json",
        ]
        done = subprocess.run(
            [*command, "--output-path", PACKAGE], cwd=self._folder, capture_output=True, text=True, check=False
        )
        self.present = done.returncode == 0 and (self._folder / PACKAGE / "api" / "cdrs" / "cdrs_list.py").exists()
        self.problem = "" if self.present else (done.stderr or done.stdout).strip()[-500:]
        sys.path.insert(0, str(self._folder))
        return self

    def __exit__(self, *_: object) -> None:
        sys.path.remove(str(self._folder))
        shutil.rmtree(self._folder)

    def module(self, name: str) -> ModuleType:
        """Import a module of the generated package."""
        return importlib.import_module(f"{PACKAGE}.{name}")

    @property
    def folder(self) -> Path:
        """Where the package lies."""
        return self._folder
