import pytest

from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.workflow import from_data, problems, successors
from shuhua_core.kernel.workflow_store import newest_version, put_in_force
from shuhua_core.seed import MACHINES, refuse_problems


def state(name, phase="open"):
    return {"name": name, "zh": name, "en": name, "phase": phase}


def row(action, sources, target, **more):
    return {
        "action": action,
        "from": sources,
        "to": target,
        "permission": "things.edit",
        "event": f"things.{action}",
        "zh": action,
        "en": action,
        **more,
    }


GOOD = {
    "name": "things",
    "initial": ["new"],
    "state": [state("new"), state("held"), state("done", "final")],
    "row": [
        row("hold", ["new"], "held"),
        row("resume", ["held"], "previous"),
        row("note", ["new", "held"], "same", schema="Note"),
        row("finish", ["new"], "done", guard="ready"),
    ],
}
NAMES = {
    "permissions": {"things.edit"},
    "schemas": {"Note"},
    "events": {"things.hold", "things.resume", "things.note", "things.finish"},
    "guards": {"ready"},
}


def found(change=None, names=None, used=()):
    data = {**GOOD, **(change or {})}
    return problems(from_data(data, 1), **{**NAMES, **(names or {})}, used_states=used)


def test_a_good_table_has_no_problems():
    assert found() == []


@pytest.mark.parametrize(
    ("change", "names", "used", "expected"),
    [
        ({"state": [*GOOD["state"], state("lost")]}, {}, (), "state lost cannot be reached"),
        (
            {"row": [*GOOD["row"], row("hold", ["held"], "stuck")], "state": [*GOOD["state"], state("stuck")]},
            {},
            (),
            "state stuck cannot reach an end",
        ),
        ({"row": [*GOOD["row"], row("note", ["nowhere"], "same")]}, {}, (), "note: unknown state nowhere"),
        ({"row": [*GOOD["row"], row("note", ["new"], "nowhere")]}, {}, (), "note: unknown state nowhere"),
        ({"initial": ["nowhere"]}, {}, (), "unknown initial state nowhere"),
        ({}, {"permissions": set()}, (), "hold: unknown permission things.edit"),
        ({}, {"schemas": set()}, (), "note: unknown schema Note"),
        ({}, {"events": set()}, (), "hold: unknown event things.hold"),
        ({}, {"guards": set()}, (), "finish: unknown guard ready"),
        ({}, {}, ("gone",), "stored records are in state gone, which is missing"),
    ],
)
def test_each_problem_of_a_table_is_found(change, names, used, expected):
    assert expected in found(change, names, used)


def test_previous_leads_back_to_where_the_state_was_entered_from():
    assert successors(from_data(GOOD, 1))["held"] == {"new", "held"}


@pytest.mark.parametrize(
    "broken", [{}, {**GOOD, "state": [{"name": "new"}]}, {**GOOD, "row": [{"action": "x"}]}, {**GOOD, "state": 7}]
)
def test_a_table_that_cannot_be_read_is_a_configuration_error(broken):
    with pytest.raises(ConfigurationError):
        from_data(broken, 1)


def test_a_table_comes_back_from_the_database_as_it_went():
    table = from_data(GOOD, 3)
    assert from_data(table.as_data(), 3) == table


def test_a_version_is_stored_once_and_a_change_makes_the_next_one(ctx):
    assert put_in_force(ctx.session, from_data(GOOD, 1), ctx.now) == 1
    assert put_in_force(ctx.session, from_data(GOOD, 1), ctx.now) == 1
    longer = {**GOOD, "state": [*GOOD["state"], state("more")]}
    assert put_in_force(ctx.session, from_data(longer, 1), ctx.now) == 2
    workflows = ctx.deployment.workflows
    assert "more" in workflows.newest(ctx.session, "things").states
    assert "more" not in workflows.get(ctx.session, "things", 1).states


def test_a_version_that_was_never_stored_is_told_so(ctx):
    with pytest.raises(ConfigurationError):
        ctx.deployment.workflows.get(ctx.session, "things", 9)
    with pytest.raises(ConfigurationError):
        ctx.deployment.workflows.newest(ctx.session, "nothing")


@pytest.mark.parametrize("machine", [machine for machine, _events in MACHINES], ids=lambda machine: machine.workflow)
def test_the_tables_that_come_with_the_system_are_in_force_and_without_problems(ctx, machine):
    table = ctx.deployment.workflows.newest(ctx.session, machine.workflow)
    refuse_problems(table)
    assert newest_version(ctx.session, machine.workflow) == 1
