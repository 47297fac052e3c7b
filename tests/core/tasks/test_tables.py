"""Both workflow tables hold exactly the rows of the domain, and a walk over all their states finds no dead end."""

from __future__ import annotations

from pathlib import Path

import pytest

import shuhua_core
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.workflow import PREVIOUS, SAME, Workflow, closure, from_data, from_toml, problems, successors
from shuhua_core.repairs.events import RepairEvent
from shuhua_core.repairs.machine import MACHINE as REPAIRS
from shuhua_core.tasks.events import TaskEvent
from shuhua_core.tasks.machine import MACHINE as TASKS

ROOT = Path(shuhua_core.__file__).parent

WORKING = ["assigned", "en_route", "on_site", "repairing", "on_hold"]
BEFORE_COMPLETED = ["unallocated", "pending_accept", "accepted", "pending_reallocation", *WORKING]
OPEN_TASK = [*BEFORE_COMPLETED, "pending_check", "rework"]

TASK_ROWS = {
    "allocate": [(["unallocated", "pending_reallocation"], "pending_accept")],
    "accept": [(["pending_accept"], "accepted"), (["pending_accept"], "assigned")],
    "object": [(["pending_accept", "accepted"], "pending_reallocation")],
    "recall": [(["pending_accept", "accepted", *WORKING], "pending_reallocation")],
    "assign": [(["accepted", "rework"], "assigned")],
    "take": [(["assigned"], SAME)],
    "decline": [(["assigned", "en_route"], "accepted"), (["assigned", "en_route"], "pending_reallocation")],
    "unassign": [([*WORKING, "rework"], "accepted")],
    "appoint": [(WORKING, SAME)],
    "depart": [(["assigned"], "en_route")],
    "arrive": [(["en_route"], "on_site")],
    "start": [(["assigned", "en_route", "on_site", "rework"], "repairing")],
    "feedback": [([*WORKING, "completed", "pending_check", "rework"], SAME)],
    "urge": [(OPEN_TASK, SAME)],
    "hold": [(["accepted", "assigned", "en_route", "on_site", "repairing"], "on_hold")],
    "resume": [(["on_hold"], PREVIOUS)],
    "complete": [(["on_site", "repairing"], "completed"), (["on_site", "repairing"], "pending_check")],
    "pass_check": [(["pending_check"], "completed")],
    "fail_check": [(["pending_check"], "rework")],
    "rework": [(["completed", "followed_up"], "rework")],
    "followup_attempt": [(["completed"], SAME)],
    "follow_up": [(["completed"], "followed_up")],
    "close": [(["followed_up"], "closed")],
    "close_unreached": [(["completed"], "closed")],
    "cancel": [(BEFORE_COMPLETED, "cancelled")],
}

REPAIR_ROWS = {
    "submit": [(["draft"], "pending_review")],
    "approve": [(["pending_review"], "in_progress")],
    "reject": [(["pending_review", "need_info"], "rejected")],
    "answer": [(["pending_review"], "resolved")],
    "ask_more": [(["pending_review"], "need_info")],
    "supply": [(["need_info"], "pending_review")],
    "expire": [(["need_info"], "closed")],
    "merge": [(["pending_review", "need_info", "in_progress"], "merged")],
    "unmerge": [(["merged"], "pending_review")],
    "withdraw": [(["draft", "pending_review", "need_info"], "withdrawn")],
    "ask_withdraw": [(["in_progress"], SAME)],
    "add_task": [(["in_progress"], SAME)],
    "resolve": [(["in_progress"], "resolved")],
    "redo": [(["resolved"], "in_progress")],
    "fall_back": [(["in_progress"], "pending_review")],
    "confirm": [(["resolved"], "closed")],
    "dispute": [(["resolved"], "in_progress")],
    "reopen": [(["closed", "rejected"], "pending_review")],
}

BOTH = pytest.mark.parametrize(
    ("name", "expected", "machine", "events"),
    [("tasks", TASK_ROWS, TASKS, TaskEvent), ("repairs", REPAIR_ROWS, REPAIRS, RepairEvent)],
    ids=["tasks", "repairs"],
)


def _table(name: str) -> Workflow:
    return from_toml(ROOT / name / "workflow.toml")


@BOTH
def test_table_holds_exactly_the_rows_of_the_domain(name, expected, machine, events):
    found: dict[str, set[tuple[frozenset[str], str]]] = {}
    for row in _table(name).rows:
        found.setdefault(row.action, set()).add((frozenset(row.sources), row.target))
    assert found == {action: {(frozenset(sources), target) for sources, target in rows} for action, rows in expected.items()}


@BOTH
def test_every_name_in_the_table_exists_and_every_state_is_reachable_and_can_end(name, expected, machine, events):
    table = _table(name)
    assert (
        problems(
            table,
            permissions={*Permission, "system"},
            schemas=machine.schemas,
            events={*events},
            guards=machine.guards,
        )
        == []
    )
    assert set(machine.effects) <= table.actions
    assert {row.schema for row in table.rows} == set(machine.schemas)
    assert {row.guard for row in table.rows} - {None} == set(machine.guards)


@BOTH
def test_no_set_of_states_can_be_entered_but_never_left_to_an_end(name, expected, machine, events):
    """The model check: from wherever any sequence of actions leads, some sequence leads on to a final state."""
    table = _table(name)
    edges = successors(table)
    finals = {state.name for state in table.states.values() if state.phase == "final"}
    for state in closure(table.initial, edges):
        assert closure([state], edges) & finals, state


@BOTH
def test_planted_faults_in_a_table_are_found(name, expected, machine, events):
    data = _table(name).as_data()
    names = {
        "permissions": {*Permission, "system"},
        "schemas": machine.schemas,
        "events": {*events},
        "guards": machine.guards,
    }
    finals = {state["name"] for state in data["state"] if state["phase"] == "final"}
    without_ends = {**data, "row": [row for row in data["row"] if row["to"] not in finals]}
    assert any("cannot" in problem for problem in problems(from_data(without_ends, 1), **names))
    unknown = {**data, "row": [{**data["row"][0], "permission": "tasks.fly"}, *data["row"][1:]]}
    assert problems(from_data(unknown, 1), **names)[0].endswith("unknown permission tasks.fly")
    assert problems(_table(name), **names, used_states=["long_gone"]) == [
        "stored records are in state long_gone, which is missing"
    ]


@BOTH
def test_a_table_survives_the_database(name, expected, machine, events):
    table = _table(name)
    assert from_data(table.as_data(), 1) == table


@BOTH
def test_every_state_and_action_is_labelled_in_both_languages(name, expected, machine, events):
    table = _table(name)
    for labelled in (*table.states.values(), *table.rows):
        assert labelled.label("zh_Hans") != labelled.label("en")
        assert labelled.label("en").isascii()
