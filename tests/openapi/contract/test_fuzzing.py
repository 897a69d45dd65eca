"""What schemathesis finds, with all its checks, where the sandbox and the document differ."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from outside import program, run

from voipstudio_async.sandbox import Sandbox

HERE = Path(__file__).parent
TOKEN = "0123456789abcdef0123456789abcdef01234567"
GOLDEN = HERE.parents[1] / "golden" / "openapi.json"


@pytest.mark.timeout(600)
def test_a_fuzzer_finds_nothing(tmp_path: Path) -> None:
    fuzzer = program("schemathesis")
    # The same cases each time, so that a change is to blame for what is found; a seed is for the curious.
    seed, examples = os.environ.get("FUZZ_SEED"), os.environ.get("FUZZ_EXAMPLES", "4")
    chosen = ("--generation-deterministic",) if seed is None else ("--seed", seed, "--generation-database", "none")
    with Sandbox(users=5, calls=50, token=TOKEN) as sandbox:
        options = ("--url", sandbox.url, "--header", f"X-Auth-Token: {sandbox.token}", "--checks", "all")
        bounds = (*chosen, "--max-examples", examples, "--continue-on-failure")
        environment = {"SCHEMATHESIS_HOOKS": "fuzzing", "PYTHONPATH": str(HERE)}
        config = ("--config-file", HERE / "schemathesis.toml")

        printed = run(fuzzer, *config, "run", GOLDEN, *options, *bounds, cwd=tmp_path, env=environment)

        assert len(sandbox.requests) > 1000, printed
