"""What the phone app reads of records is in the API's answers, by the same names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import shuhua_web

RECORDS_TS = Path(shuhua_web.__file__).parent / "frontend" / "mobile" / "api" / "records.ts"
READ_FROM = {
    "Article": ("/articles/{id}",),
    "LifeEntry": ("/equipment/{id}/life", "items"),
    "Media": ("/tasks/{id}", "media"),
    "Message": ("/messages", "items"),
    "Piece": ("/equipment", "items"),
    "Quotation": ("/quotations/{id}",),
    "QuotationLine": ("/quotations/{id}", "lines"),
    "Repair": ("/repairs/{id}",),
    "RequestOfTask": ("/tasks/{id}", "requests"),
    "Session": ("/session",),
    "Site": ("/sites", "items"),
    "Step": ("/tasks/{id}/timeline", "items"),
    "Task": ("/tasks/{id}",),
    "User": ("/session", "user"),
}
"""Interface of records.ts -> the answer that it is read from, and the member of that."""
POSTED = {"Session", "User"}


def interfaces() -> dict[str, list[str]]:
    """The members that are always there, by interface. Those with ``?`` come from another answer, or not at all."""
    found = re.findall(
        r"^export interface (\w+)[^{]*\{\n(.*?)^\}", RECORDS_TS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return {name: re.findall(r"^  (\w+):", body, re.MULTILINE) for name, body in found if name != "Row"}


@pytest.fixture
def document(anonymous) -> dict[str, Any]:
    return anonymous.get("/openapi.json", status=200).json


def members(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Properties of a schema, of what it refers to, or of the items of an array."""
    if "$ref" in schema:
        return members(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "items" in schema:
        return members(document, schema["items"])
    return schema["properties"]


def test_each_record_of_the_phone_is_read_from_an_answer():
    assert set(interfaces()) == set(READ_FROM)


@pytest.mark.parametrize("name", sorted(READ_FROM))
def test_what_the_phone_reads_is_answered(document, name):
    path, *way = READ_FROM[name]
    operation = document["paths"]["/api/v1" + path]["post" if name in POSTED else "get"]
    answer = next(each for status, each in operation["responses"].items() if status.startswith("2"))
    found = members(document, answer["content"]["application/json"]["schema"])
    for member in way:
        found = members(document, found[member])
    assert set(interfaces()[name]) - set(found) == set()
