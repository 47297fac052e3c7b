"""The permission matrix as data: who calls what about whose record, and with which status that has to end.

``matrix.csv`` has a row for each route, method and action; ``reach.toml`` says which records each role reaches. A cell is a
row, a role and a record; :func:`expected` gives its status:

1. ``gate``, what the view asks for: who does not hold it is 403, a stranger 401 in the API and sent to sign in elsewhere.
2. ``kind`` of the record in the path: out of sight is 404, whether it exists or not.
3. ``act``, what is done: in sight but not allowed is 403.
4. Else ``done``: the status of what was let through. Unsafe requests carry nothing that would be carried out (an unknown
   field, a stale version), so being let through is 409, 412 or 422.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent

STRANGER = "public"
ROLES = (
    STRANGER,
    "customer",
    "call_centre",
    "reviewer",
    "dispatcher",
    "agent_manager",
    "department_manager",
    "repairer",
    "inspector",
    "collector",
    "followup_clerk",
    "quality_engineer",
    "content_editor",
    "host_unit",
    "authority",
    "leader",
    "administrator",
    "auditor",
)
"""Logins of the small world, each with the role of its name, and nobody."""

SEEN_BY = {
    "repair": "repairs.view",
    "task": "tasks.view",
    "followup": "followups.view",
    "part": "parts.view",
    "quotation": "quotations.view",
    "inspection": "inspections.view",
    "plan": "inspections.view",
    "checklist": "checklists",
    "media": "pictures",
    "site": "sites.view",
    "equipment": "equipment.view",
    "code": "equipment.view",
    "customer": "customers.view",
    "project": "projects.view",
    "model": "models.view",
    "lifetime": "lifetimes.view",
    "label": "labels",
    "message": "messages.view",
    "held": "quarantine.view",
    "held_media": "quarantine.decide",
    "user": "accounts.view",
    "organisation": "accounts.view",
    "code_word": "choices.edit",
    "kind_word": "choices.edit",
    "absent": "system.manage",
}
"""Kind of record -> whose reach decides whether it is in sight."""

WHOSE = {
    **dict.fromkeys(("repair", "task", "followup", "part", "quotation", "media"), "abced"),
    **dict.fromkeys(("site", "equipment", "code", "customer", "project", "inspection", "plan"), "acd"),
    "label": "abd",
    "message": "ad",
    **dict.fromkeys(
        ("model", "lifetime", "user", "organisation", "absent", "checklist", "held", "held_media", "code_word", "kind_word"), "a"
    ),
    "": " ",
}
"""Kind of record -> which of them there are; see reach.toml."""


@dataclass(frozen=True)
class Row:
    """A row of matrix.csv."""

    route: str
    method: str
    gate: str
    kind: str
    act: str
    done: frozenset[int]
    fill: dict[str, str]
    send: str

    @property
    def is_api(self) -> bool:
        """Whether it is a route of the API."""
        return self.route.startswith("api.")


def rows() -> list[Row]:
    """The matrix."""
    with (HERE / "matrix.csv").open(newline="") as file:
        return [
            Row(
                each["route"],
                each["method"],
                each["gate"],
                each["kind"],
                each["act"],
                frozenset(int(status) for status in each["done"].split("/")),
                dict(part.split("=") for part in each["fill"].split()),
                each["send"],
            )
            for each in csv.DictReader(file)
        ]


def reach() -> dict[str, dict[str, str]]:
    """Permission -> role -> records."""
    with (HERE / "reach.toml").open("rb") as file:
        return tomllib.load(file)


def expected(row: Row, role: str, record: str, table: dict[str, dict[str, str]]) -> frozenset[int]:
    """The statuses that may answer this cell: one, but where the row itself leaves a choice."""
    stranger = role == STRANGER
    unknown = frozenset({401 if row.is_api else 303})
    if row.gate in {"signed_in", "visitor"}:
        if stranger:
            return unknown
    elif stranger and not row.is_api and row.gate != "public":
        return unknown  # also where the public holds the permission, for a code or token of theirs: the office is for people
    elif row.gate != "public" and role not in table[row.gate]:
        return unknown if stranger else frozenset({403})
    if row.kind and record not in table[SEEN_BY[row.kind]].get(role, ""):
        return frozenset({404})
    if row.act and row.act != "nobody":
        allowed = table[row.act].get(role)
        if allowed is None or (row.kind and record not in allowed):
            return frozenset({403})
    return frozenset({403}) if row.act == "nobody" else row.done


def cells() -> Iterator[tuple[Row, str, str, frozenset[int]]]:
    """(row, role, record, statuses) of all cells. Those that are let through have the row's own ``done``, the same object."""
    table = reach()
    for row in rows():
        for role in ROLES:
            for record in WHOSE[row.kind]:
                yield row, role, record, expected(row, role, record, table)
