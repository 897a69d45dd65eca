"""A client that openapi-python-client makes of the document: of every operation, and it works."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from outside import program, run

from voipstudio_async.sandbox import Sandbox

GOLDEN = Path(__file__).parents[2] / "golden" / "openapi.json"

# The generator reads files of the one type that it knows.
CONFIG = """
content_type_overrides:
  application/pdf: application/octet-stream
  audio/mpeg: application/octet-stream
"""

READING = """
import json, sys
from generated import AuthenticatedClient
from generated.api.users import users_cdrs, users_list
from generated.models import CdrField

url, token, email = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=token, prefix="", auth_header_name="X-Auth-Token")
users = users_list.sync(client=client, filter_=json.dumps([{"property": "email", "operator": "eq", "value": email}]))
longer = json.dumps([{"property": "duration", "operator": "gt", "value": 60}])
calls = users_cdrs.sync(users.data[0].id, client=client, limit=5000, sort=CdrField.DURATION, filter_=longer)
print(json.dumps([[user.id for user in users.data], [call.duration for call in calls.data], calls.total]))
"""


@pytest.fixture
def generated(tmp_path: Path) -> Path:
    generator = program("openapi-python-client")
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    options = ("--meta", "none", "--config", "config.yml", "--output-path", "generated", "--fail-on-warning")
    run(generator, "generate", "--path", GOLDEN, *options, cwd=tmp_path)
    return tmp_path / "generated"


def test_it_has_every_operation_and_reads_a_filtered_listing(generated: Path) -> None:
    document = json.loads(GOLDEN.read_text(encoding="utf-8"))
    names = {call["operationId"].replace(".", "_") for path in document["paths"].values() for call in path.values()}

    assert {module.stem for module in generated.glob("api/*/*.py")} - {"__init__"} == names
    with Sandbox(users=3, calls=200) as sandbox:
        check_reading(generated, sandbox)


def check_reading(generated: Path, sandbox: Sandbox) -> None:
    user: dict[str, Any] = sandbox.store.rows("users")[1]
    rows = [row["duration"] for row in sandbox.store.rows("cdrs") if row["user_id"] == user["id"]]
    longer = sorted(duration for duration in rows if duration > 60)

    read = run(sys.executable, "-c", READING, sandbox.url, sandbox.token, user["email"], cwd=generated.parent)

    assert longer
    assert json.loads(read) == [[user["id"]], longer, len(longer)]
