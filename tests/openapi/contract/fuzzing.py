"""For schemathesis: what a `filter` may be. The fuzzer does not read the schema of a text's content by itself."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from hypothesis import strategies as st

_NUMBERS = st.integers(-(2**70), 2**70)


def _filters(fields: list[str]) -> st.SearchStrategy[str]:
    """Make conditions that fit whatever type a field has: with null, or of the id."""
    any_field = st.fixed_dictionaries(
        {"property": st.sampled_from(fields), "operator": st.sampled_from(["eq", "ne"]), "value": st.none()}
    )
    compared = st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"])
    of_id = st.fixed_dictionaries({"property": st.just("id"), "operator": compared, "value": _NUMBERS})
    return st.lists(any_field | of_id, max_size=5).map(json.dumps)


def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    components = raw_schema["components"]
    for name, parameter in components["parameters"].items():
        content = parameter["schema"].get("contentSchema")
        if content is not None:
            field = content["items"]["allOf"][1]["properties"]["property"]["$ref"].rpartition("/")[2]
            schemathesis.openapi.format(name, _filters(components["schemas"][field]["enum"]))
            parameter["schema"] = {"type": "string", "format": name}


schemathesis.hook(before_load_schema)
