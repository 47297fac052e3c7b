"""Answers of the API: serializers, declared beside the views, that also say what they are in JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

Schema = dict[str, Any]

TYPES: Mapping[str, Schema] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "amount": {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"},
    "object": {"type": "object"},
}
"""Words for the usual schemas."""


class Out:
    """One member of an answer.

    ``schema`` is a word of :data:`TYPES`, a :class:`Serializer`, ``[one of these]`` for a list, or a JSON Schema.
    ``value`` takes the record and gives the plain value; without it the attribute of the same name is taken.
    """

    def __init__(
        self,
        name: str,
        schema: str | Serializer | list[Any] | Schema,
        value: Callable[[Any], Any] | None = None,
        *,
        nullable: bool = False,
        optional: bool = False,
        description: str = "",
    ) -> None:
        self.name, self.schema, self.nullable, self.optional, self.description = name, schema, nullable, optional, description
        self.value = value or attrgetter(name)

    @property
    def nests(self) -> bool:
        """Whether its value is made by other serializers."""
        return isinstance(self.schema[0] if isinstance(self.schema, list) else self.schema, Serializer)

    def json_schema(self) -> Schema:
        """The member as JSON Schema."""
        found = json_schema(self.schema)
        if self.nullable:
            found = (
                {"anyOf": [found, {"type": "null"}]}
                if "$ref" in found or "enum" in found
                else {**found, "type": [found["type"], "null"]}
            )
        return {**found, "description": self.description} if self.description else found

    def plain(self, record: Any) -> Any:
        """The value of this member for a record."""
        value = self.value(record)
        if value is None:
            return None
        if isinstance(self.schema, Serializer):
            return self.schema.one(value)
        if isinstance(self.schema, list) and isinstance(self.schema[0], Serializer):
            return self.schema[0].many(value)
        return value


@dataclass(frozen=True, eq=False)
class Serializer:
    """Turns records, or rows of a query with the same attributes, into plain values.

    ``name`` stands in the OpenAPI document (``Repair``); ``example`` is shown there.
    """

    name: str
    fields: tuple[Out, ...] = field(default_factory=tuple)
    _plain: tuple[tuple[str, Callable[[Any], Any]], ...] = field(init=False, repr=False)
    description: str = ""
    example: Any = None

    def __init__(self, name: str, fields: Iterable[Out], description: str = "", example: Any = None) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "fields", tuple(fields))
        object.__setattr__(self, "_plain", tuple((each.name, each.plain if each.nests else each.value) for each in self.fields))
        object.__setattr__(self, "description", description)
        object.__setattr__(self, "example", example)

    def one(self, record: Any, **given: Any) -> dict[str, Any]:
        """A record as plain values; ``given`` fills members that the record cannot know (``actions``, ``links``)."""
        return {name: given[name] if name in given else plain(record) for name, plain in self._plain}

    def many(self, records: Iterable[Any]) -> list[dict[str, Any]]:
        """Records as plain values."""
        return [self.one(record) for record in records]

    def extended(self, name: str, *fields: Out) -> Serializer:
        """A serializer with further members: the whole record beside the item of a list."""
        return Serializer(name, (*self.fields, *fields), self.description)

    def json_schema(self) -> Schema:
        """The object as JSON Schema; nested serializers are referred to by name."""
        schema: Schema = {
            "type": "object",
            "properties": {each.name: each.json_schema() for each in self.fields},
            "required": [each.name for each in self.fields if not each.optional],
            "additionalProperties": False,
        }
        if self.description:
            schema["description"] = self.description
        if self.example is not None:
            schema["examples"] = [self.example]
        return schema


@dataclass(frozen=True, eq=False)
class PageOf:
    """The answer of a list: ``{items, next, total?}``."""

    item: Serializer

    @property
    def name(self) -> str:
        """Its name in the OpenAPI document."""
        return f"{self.item.name}Page"

    def json_schema(self) -> Schema:
        """The page as JSON Schema."""
        return {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": json_schema(self.item)},
                "next": {"type": ["string", "null"], "description": "Cursor of the next page; null on the last one."},
                "total": {"type": "integer", "description": "How many there are in all; only where `total=true` asked for it."},
            },
            "required": ["items", "next"],
            "additionalProperties": False,
        }


Answer = Serializer | PageOf | Schema


def json_schema(schema: str | Serializer | PageOf | list[Any] | Schema) -> Schema:
    """JSON Schema of what an answer or a member is declared as; named ones by reference."""
    if isinstance(schema, str):
        return dict(TYPES[schema])
    if isinstance(schema, Serializer | PageOf):
        return {"$ref": f"#/components/schemas/{schema.name}"}
    if isinstance(schema, list):
        return {"type": "array", "items": json_schema(schema[0])}
    return dict(schema)


def named(schema: Any) -> Iterable[Serializer | PageOf]:
    """All named schemas that a declaration uses, itself first."""
    if isinstance(schema, PageOf):
        yield schema
        yield from named(schema.item)
    elif isinstance(schema, Serializer):
        yield schema
        for each in schema.fields:
            yield from named(each.schema)
    elif isinstance(schema, list):
        yield from named(schema[0])
