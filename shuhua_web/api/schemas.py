"""Input schemas (colander) as JSON Schema of OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import colander

from shuhua_core.kernel.choices import book
from shuhua_core.kernel.objects import Objects
from shuhua_core.kernel.schema import InputSchema, Text, coded, instance

Schema = dict[str, Any]


def input_schema(schema: type[InputSchema]) -> Schema:
    """The object that ``schema`` takes; made once for the choice lists that it names, not to be changed."""
    # colander's metaclass hides that a class can be hashed
    return _made(schema, book().token if _names_lists(schema) else None)  # type: ignore[arg-type]


@lru_cache(1000)
def _made(schema: type[InputSchema], _lists: str | None) -> Schema:
    return _object(instance(schema))  # type: ignore[arg-type]


@cache
def _names_lists(schema: type[InputSchema]) -> bool:
    """Whether a field, or one of the objects in it, is a word of a list that the deployment keeps."""
    inner = [node.typ.schema for node in instance(schema).children if isinstance(node.typ, Objects)]  # type: ignore[arg-type]
    return bool(coded(schema)) or any(_names_lists(each) for each in inner)  # type: ignore[arg-type]


def _object(node: Any) -> Schema:
    found: Schema = {
        "type": "object",
        "properties": {child.name: _member(child) for child in node.children},
        "additionalProperties": False,
    }
    required = [child.name for child in node.children if child.required]
    if required:
        found["required"] = required
    return found


def _member(node: Any) -> Schema:
    found = _object(node) if isinstance(node.typ, colander.Mapping) else _typed(node.typ)
    if node.required or getattr(node, "keeps_value", False):
        # A patch may leave out what was required when the record was made, but not empty it.
        if isinstance(node.typ, Text) and "pattern" not in found:
            found["minLength"] = max(1, found.get("minLength", 0))
    else:
        found = _or_null(_or_empty(found) if isinstance(node.typ, Text) else found)
        if node.missing is not None and node.missing is not colander.drop:
            found["default"] = node.typ.serialize(node, node.missing)
    found["title"] = str(node.title)
    if node.description:
        found["description"] = str(node.description)
    return found


def _typed(typ: Any) -> Schema:
    if isinstance(typ, Objects):
        return {"type": "array", "items": input_schema(typ.schema), "minItems": typ.minimum, "maxItems": typ.maximum}
    return dict(typ.json_schema())


def _or_empty(schema: Schema) -> Schema:
    """A text that is not required may be left empty."""
    loose = {name: value for name, value in schema.items() if name != "minLength"}
    return {**loose, "pattern": f"{loose['pattern'].removesuffix('$')}?$"} if "pattern" in loose else loose


def _or_null(schema: Schema) -> Schema:
    """Null means "not given" for every member that is not required."""
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def example_of(schema: Schema) -> Any:
    """A value that the schema takes, for a reader to begin with."""
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    return _EXAMPLES[kind[0] if isinstance(kind, list) else kind](schema)


def _example_object(schema: Schema) -> dict[str, Any]:
    required = schema.get("required", ())
    return {name: example_of(member) for name, member in schema.get("properties", {}).items() if name in required}


def _example_list(schema: Schema) -> list[Any]:
    return [example_of(schema["items"])] if schema.get("minItems") else []


def _example_text(schema: Schema) -> str:
    formats = {"date": "2026-11-22", "date-time": "2026-11-22T16:56:00+08:00"}
    if schema.get("format") in formats:
        return formats[schema["format"]]
    return "1280.50" if "[0-9]{1,12}" in schema.get("pattern", "") else "text"


def _example_number(schema: Schema) -> Any:
    return max(1, schema.get("minimum", 1))


_EXAMPLES: dict[str, Callable[[Schema], Any]] = {
    "object": _example_object,
    "array": _example_list,
    "string": _example_text,
    "integer": _example_number,
    "number": _example_number,
    "boolean": lambda _schema: True,
}
