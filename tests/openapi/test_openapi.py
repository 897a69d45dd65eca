"""The OpenAPI document, held against the vendor's page: the 26 documented operations are read from `samples`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faces import operation
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from voipstudio_async import VoipStudio
from voipstudio_async.openapi import catalogue as openapi
from voipstudio_async.operations import Answers, operations
from voipstudio_async.resources import RESOURCES

HERE = Path(__file__).parents[1]
GOLDEN = HERE / "golden" / "openapi.json"
PUBLISHED: list[dict[str, Any]] = json.loads((HERE / "samples" / "customer-module.json").read_text(encoding="utf-8"))
DOCUMENT: dict[str, Any] = json.loads(openapi.text())

# The page documents no body for these two; the field follows from the answer.
UNDOCUMENTED_BODIES = {("POST", "/queuegroups"): {"name"}, ("PATCH", "/queuegroups/{id}"): {"name"}}
# The page shows a user where the text speaks of another resource.
SAMPLES_OF_ANOTHER_RESOURCE = {f"/users/{{id}}/{part}" for part in ("contacts", "cdrs", "chatmsgs", "calls")}


def label(published: dict[str, Any]) -> str:
    return f"{published['method']} {published['path']}"


def call(published: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][published["path"]][published["method"].lower()]
    return found


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = part
    if "$ref" in part:
        found = DOCUMENT
        for key in part["$ref"].removeprefix("#/").split("/"):
            found = found[key]
    return found


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in the document."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(inner)


def calls() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in DOCUMENT["paths"].values():
        yield from ((each["operationId"], each) for each in path.values())


def json_schema(part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = part["content"]["application/json"]["schema"]
    return found


def validator(schema: dict[str, Any]) -> Any:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def named(name: str) -> Any:
    return validator({"$ref": f"#/components/schemas/{name}"})


published_operations = pytest.mark.parametrize("published", PUBLISHED, ids=label)


def test_a_public_validator_accepts_the_document() -> None:
    validate(DOCUMENT)


def test_the_document_is_the_golden_one() -> None:
    assert openapi.text() == GOLDEN.read_text(encoding="utf-8"), "run `nox -s openapi`, and read what changed"


def test_the_command_prints_the_document() -> None:
    command = [sys.executable, "-W", "error", "-m", "voipstudio_async.openapi"]

    printed = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")

    assert printed.stdout == openapi.text()
    assert printed.stderr == ""


def test_the_page_has_26_operations() -> None:
    assert len({label(published) for published in PUBLISHED}) == 26


@published_operations
def test_a_published_operation_has_its_statuses(published: dict[str, Any]) -> None:
    responses = call(published)["responses"]
    described = {status: resolve(response)["description"] for status, response in responses.items()}

    assert published["statuses"].items() <= described.items()
    assert described.keys() - published["statuses"].keys() <= {"400", "401", "403", "404", "429", "default"}


@published_operations
def test_a_published_operation_has_its_path_parameters(published: dict[str, Any]) -> None:
    parameters = [resolve(parameter) for parameter in call(published).get("parameters", ())]
    in_path = [
        {"name": each["name"], "type": each["schema"]["type"]}
        for each in parameters
        if each["in"] == "path" and each["required"]
    ]

    assert in_path == published["path_params"]


@published_operations
def test_a_published_operation_has_its_body_fields(published: dict[str, Any]) -> None:
    body = call(published).get("requestBody")
    fields = resolve(json_schema(body))["properties"] if body else {}
    documented = UNDOCUMENTED_BODIES.get((published["method"], published["path"]), published["body"])

    assert set(fields) == set(documented)
    assert all("string" in field["type"] for field in fields.values())


@pytest.mark.parametrize("published", [each for each in PUBLISHED if each["example_request_body"]], ids=label)
def test_a_published_body_is_valid(published: dict[str, Any]) -> None:
    validator(json_schema(call(published)["requestBody"])).validate(published["example_request_body"])


@published_operations
def test_an_operation_answers_something_where_the_page_shows_an_answer(published: dict[str, Any]) -> None:
    success = call(published)["responses"][min(published["statuses"])]

    assert ("content" in success) == (published["example_response"] is not None)


@pytest.mark.parametrize(
    "published",
    [
        each
        for each in PUBLISHED
        if each["example_response"] and each["path"] != "/me" and each["path"] not in SAMPLES_OF_ANOTHER_RESOURCE
    ],
    ids=label,
)
def test_a_published_answer_is_valid(published: dict[str, Any]) -> None:
    success = call(published)["responses"][min(published["statuses"])]

    validator(json_schema(success)).validate(published["example_response"])


def test_the_published_me_differs_in_two_placeholders_only() -> None:
    (published,) = (each for each in PUBLISHED if each["path"] == "/me")

    errors = named("MePage").iter_errors(published["example_response"])

    assert {error.json_path: error.message for error in errors} == {
        "$.data[0].id": "'value' is not of type 'integer', 'null'",
        "$.data[0].is_root": "'value' is not of type 'boolean', 'null'",
    }


def test_the_live_me_is_valid() -> None:
    schema = json_schema(DOCUMENT["paths"]["/me"]["get"]["responses"]["200"])

    validator(schema).validate({"data": {"id": 7206, "balance": 5.14, "is_root": True, "sip_password": "s3cret"}})


def test_the_documented_resources_come_first_in_the_order_of_the_page() -> None:
    order = [path.split("/")[1] for path in DOCUMENT["paths"]]

    documented = [path for path in order if path not in ("ping", "logout")]

    assert list(dict.fromkeys(documented))[:6] == list(dict.fromkeys(each["path"].split("/")[1] for each in PUBLISHED))


def test_every_resource_has_a_tag_that_is_described() -> None:
    assert {tag["name"] for tag in DOCUMENT["tags"]} == set(RESOURCES)
    assert all(tag["description"] for tag in DOCUMENT["tags"])


def test_operation_ids_are_the_names_of_the_client() -> None:
    ids = [each["operationId"] for path in DOCUMENT["paths"].values() for each in path.values()]

    assert [name for name in ids if name not in ("ping", "logout")][:26] == [
        "queue_groups.list",
        "queue_groups.create",
        "queue_groups.get",
        "queue_groups.update",
        "queue_groups.delete",
        "customers.delete",
        "users.list",
        "users.get",
        "users.delete",
        "users.contacts",
        "users.cdrs",
        "users.chat_messages",
        "users.calls",
        "users.audio",
        "users.reset_audio",
        "me",
        "user_groups.list",
        "user_groups.create",
        "user_groups.get",
        "user_groups.update",
        "user_groups.delete",
        "user_group_policies.list",
        "user_group_policies.create",
        "user_group_policies.get",
        "user_group_policies.update",
        "user_group_policies.delete",
    ]
    client = VoipStudio("token")
    assert all(operation(client, name.split("_or_")[0]).operation.endpoint for name in ids)


def test_either_credential_is_enough() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]

    assert DOCUMENT["security"] == [{"token": []}, {"basic": []}]
    assert (schemes["token"]["in"], schemes["token"]["name"]) == ("header", "X-Auth-Token")
    assert (schemes["basic"]["type"], schemes["basic"]["scheme"]) == ("http", "basic")
    assert DOCUMENT["servers"] == [{"url": "https://l7api.com/v1.2/voipstudio"}]


LISTINGS = {
    f"{resource}.{name}"
    for resource, cls in RESOURCES.items()
    for name, declared in operations(cls).items()
    if declared.method == "GET" and declared.answers is Answers.MANY
}
WITHOUT_TOKEN = {"auth.login", "auth.confirm"}
SUCCESSES = {"200", "201", "202", "204"}
ERROR = {"$ref": "#/components/schemas/Error"}
OTHERS = {"id", "ids", "token", "include", "group_by"}


def test_listings_and_nothing_else_take_the_parameters_of_a_listing() -> None:
    listing = {"page", "limit", "sort", "dir", "filter"}
    for name, each in calls():
        names = {resolve(parameter)["name"] for parameter in each.get("parameters", ())}
        assert names - OTHERS == (listing if name in LISTINGS else set()), name


def test_the_parameters_of_a_listing() -> None:
    parameters = DOCUMENT["components"]["parameters"]

    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 5000}
    assert parameters["page"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 10**9, "default": 1}
    assert parameters["dir"]["schema"] == {"type": "string", "enum": ["ASC", "DESC"]}
    assert parameters["CdrFilter"]["schema"]["contentMediaType"] == "application/json"
    conditions = validator(parameters["CdrFilter"]["schema"]["contentSchema"])
    conditions.validate([{"property": "duration", "operator": "gt", "value": 60}])
    assert not conditions.is_valid([{"property": "duration", "operator": "between", "value": [1, 2]}])
    assert not conditions.is_valid([{"property": "email", "operator": "eq", "value": "ann@example.com"}])
    assert not conditions.is_valid({"property": "duration", "operator": "gt", "value": 60})


@pytest.mark.parametrize("name", sorted(LISTINGS))
def test_a_listing_is_sorted_and_filtered_by_the_fields_of_its_rows(name: str) -> None:
    each = dict(calls())[name]
    parameters = {found["name"]: found for found in map(resolve, each["parameters"])}
    page = resolve(json_schema(each["responses"]["200"]))
    row = resolve(page["properties"]["data"]["items"])

    assert resolve(parameters["sort"]["schema"])["enum"] == list(row["properties"])
    assert parameters["sort"]["example"] in row["properties"]
    validator(parameters["filter"]["schema"]["contentSchema"]).validate(json.loads(parameters["filter"]["example"]))


def test_the_fields_of_a_listing_are_refused_elsewhere() -> None:
    sort = DOCUMENT["components"]["schemas"]["UserField"]

    assert validator(sort).is_valid("email")
    assert not validator(sort).is_valid("calldate")


def test_every_pattern_has_an_example_that_matches() -> None:
    schemas = [part for part in parts(DOCUMENT) if isinstance(part.get("pattern"), str)]

    assert len(schemas) > 20
    for schema in schemas:
        assert schema["examples"]
        assert all(re.search(schema["pattern"], example) for example in schema["examples"]), schema


def test_every_example_of_a_schema_is_valid() -> None:
    for schema in (part for part in parts(DOCUMENT) if isinstance(part.get("examples"), list)):
        for example in schema["examples"]:
            validator(schema).validate(example)


@pytest.mark.parametrize(("name", "each"), list(calls()))
def test_errors_that_happen_are_described(name: str, each: dict[str, Any]) -> None:
    responses = each["responses"]
    in_path = [found for found in map(resolve, each.get("parameters", ())) if found["in"] == "path"]

    assert {"400", "429", "default"} <= responses.keys()
    assert ({"401", "403"} <= responses.keys()) is (name not in WITHOUT_TOKEN)
    assert ("404" in responses) >= bool(in_path)
    assert "Retry-After" in resolve(responses["429"])["headers"]
    assert all(json_schema(resolve(found)) == ERROR for status, found in responses.items() if status not in SUCCESSES)


def test_logging_in_alone_needs_no_token() -> None:
    assert {name for name, each in calls() if each.get("security") == []} == WITHOUT_TOKEN


def test_names_are_unique_and_everything_is_described() -> None:
    names = [name for name, _ in calls()]

    assert len(set(names)) == len(names)
    assert all(each["description"] and each["summary"] for _, each in calls())
    assert all(found["description"] for found in DOCUMENT["components"]["parameters"].values())
    assert DOCUMENT["info"]["contact"]
    assert DOCUMENT["info"]["license"]


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("recordings.download", {"audio/mpeg"}),
        ("voicemails.download", {"audio/mpeg"}),
        ("faxes.download", {"application/pdf"}),
        ("transactions.download", {"application/json", "application/pdf"}),
    ],
)
def test_a_file_has_its_type(name: str, media: set[str]) -> None:
    assert dict(calls())[name]["responses"]["200"]["content"].keys() == media


def test_an_invoice_comes_in_base64() -> None:
    schema = json_schema(dict(calls())["transactions.download"]["responses"]["200"])

    validator(schema).validate({"data": {"mime_type": "application/pdf", "base64": "JVBERg=="}})
    assert not validator(schema).is_valid({"data": {"mime_type": "application/pdf"}})


@pytest.mark.parametrize(
    ("name", "answer", "valid"),
    [
        ("User", {"id": 7206}, True),
        ("User", {"id": 7206, "email": None, "tomorrow": [1]}, True),
        ("User", {"email": "a@example.com"}, False),
        ("User", {"id": None}, False),
        ("User", {"id": 7206, "created_at": "2017-11-27T23:45:52Z"}, False),
        ("Call", {"id": 4_294_967_300, "start_time": 1_700_000_000, "src_id": "0", "state": "CONNECTED"}, True),
        ("Call", {"id": 4_294_967_300, "start_time": "2017-11-27 23:45:52"}, False),
        ("Cdr", {"id": 1, "type": "O", "charge": 0.042, "labels": ["a", "b"]}, True),
        ("Cdr", {"id": 1, "type": 3, "labels": "a"}, True),
        ("Cdr", {"id": 1, "labels": [1]}, False),
        ("UserGroupDraft", {"name": "Sales", "color": None}, True),
        ("UserGroupDraft", {"color": "red"}, False),
        ("UserGroupDraft", {"name": "Sales", "colour": "red"}, False),
        ("UserGroupPatch", {"color": None}, True),
        ("UserGroupPatch", {}, False),
        ("UserGroupDraft", {"name": ""}, False),
        ("ContactDraft", {}, False),
        ("CallDraft", {"to": "442079460001", "caller_id": "anonymous"}, True),
        ("CallDraft", {"to": "+44 20 7946 0001"}, False),
        ("CallStateChange", {"state": "RINGING"}, False),
        ("ApiTokenDraft", {"name": "laptop", "expiry": 0}, False),
        (
            "Error",
            {"message": "Validation error", "errors": [{"field": "name", "message": "empty", "code": "SF1"}]},
            True,
        ),
        ("Error", {"message": "Invalid e-mail and/or password", "errors": []}, True),
        ("Error", {"errors": []}, False),
    ],
)
def test_which_values_are_valid(name: str, answer: dict[str, Any], valid: bool) -> None:
    assert named(name).is_valid(answer) is valid
