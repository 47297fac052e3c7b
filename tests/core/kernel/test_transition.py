import pytest
from sqlalchemy import select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale, WrongState
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.schema import InputSchema, Text, field
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.kernel.transition import Machine
from shuhua_core.kernel.workflow import from_data
from shuhua_core.kernel.workflow_store import put_in_force


class ReasonSchema(InputSchema):
    reason = field(Text(50), _("Reason"), required=True)


class Thing:
    """A record that no table stores: the engine changes its attributes and nothing else."""

    __scope__ = ScopeColumns("thing", own={"user_id": "owner_id"})

    def __init__(self, state="new"):
        self.id, self.number, self.state, self.state_before, self.version, self.workflow_version = 7, "T-7", state, None, 1, 1
        self.owner_id = 5
        self.updated_at = None


def row(action, sources, target, permission="things.edit", **more):
    return {
        "action": action,
        "from": sources,
        "to": target,
        "permission": permission,
        "event": f"things.{action}",
        "zh": action,
        "en": action,
        **more,
    }


TABLE = {
    "name": "things",
    "initial": ["new"],
    "state": [{"name": name, "zh": name, "en": name} for name in ("new", "busy", "held", "done")],
    "row": [
        row("start", ["new"], "busy"),
        row("hold", ["new", "busy"], "held", schema="Reason"),
        row("resume", ["held"], "previous"),
        row("note", ["new", "busy"], "same"),
        row("finish", ["busy"], "done", guard="not_thirteen"),
        row("finish", ["busy"], "held", permission="things.skip"),
        row("expire", ["new"], "done", permission="system"),
    ],
}


def not_thirteen(_ctx, thing):
    return _("Not today.") if thing.id == 13 else None


def note_effect(_ctx, thing, values, row):
    return {"told": row.action, "owner": thing.owner_id}


MACHINE = Machine("thing", "things", {"Reason": ReasonSchema}, {"not_thirteen": not_thirteen}, {"note": note_effect})


@pytest.fixture
def things(ctx):
    put_in_force(ctx.session, from_data(TABLE, 1), ctx.now)
    return ctx


def owner(*permissions, user_id=5):
    return Actor("user", user_id=user_id, grants={each: (Grant(ScopeKind.OWN),) for each in permissions})


@pytest.fixture
def mine(things):
    """The context of somebody who holds the record's code."""
    grants = {"things.edit": (Grant(ScopeKind.OWN),)}
    return things.deployment.context(things.session, Actor("public", grants=grants, holds=frozenset({("thing", 7)})))


def test_a_row_moves_the_record_and_writes_step_event_and_audit(mine):
    thing = Thing()
    MACHINE.perform(mine, thing, "start")
    assert (thing.state, thing.state_before, thing.version, thing.updated_at) == ("busy", "new", 2, mine.now)
    (step,) = steps_of(mine.session, "thing", 7)
    assert (step.action, step.before, step.after, step.at, step.actor_kind) == ("start", "new", "busy", mine.now, "public")
    event = mine.session.scalars(select(OutboxEntry)).one()
    assert (event.event, event.number, event.payload["before"], event.payload["after"]) == ("things.start", "T-7", "new", "busy")
    audit = mine.session.scalars(select(AuditEntry)).one()
    assert audit.detail == {"before": "new", "after": "busy"}


def test_resume_goes_back_to_the_state_before_the_hold(mine):
    thing = Thing("busy")
    MACHINE.perform(mine, thing, "hold", {"reason": "缺配件"})
    assert thing.state == "held"
    MACHINE.perform(mine, thing, "resume")
    assert thing.state == "busy"


def test_the_same_state_keeps_what_was_before(mine):
    thing = Thing("busy")
    thing.state_before = "new"
    MACHINE.perform(mine, thing, "note")
    assert (thing.state, thing.state_before, thing.version) == ("busy", "new", 2)
    event = mine.session.scalars(select(OutboxEntry)).one()
    assert event.payload["values"] == {"told": "note", "owner": 5}


def test_a_reason_is_the_note_of_the_step_and_personal_in_the_audit(mine):
    MACHINE.perform(mine, Thing(), "hold", {"reason": "等 139 0000 0000 回电"})
    (step,) = steps_of(mine.session, "thing", 7)
    assert step.note == "等 139 0000 0000 回电"
    audit = mine.session.scalars(select(AuditEntry)).one()
    assert "139" not in str(audit.detail)
    assert audit.personal == {"note": "等 139 0000 0000 回电"}
    assert "139" not in str(mine.session.scalars(select(OutboxEntry)).one().payload)


def refused(ctx, error, action, thing=None, data=None, **options):
    thing = thing or Thing()
    before = dict(vars(thing))
    with pytest.raises(error) as raised:
        MACHINE.perform(ctx, thing, action, data, **options)
    assert vars(thing) == before
    assert steps_of(ctx.session, "thing", 7) == []
    return raised.value


def test_an_action_that_does_not_exist_is_not_found(mine):
    refused(mine, NotFound, "explode")


def test_what_is_not_permitted_is_refused_whatever_the_state(mine):
    refused(mine, NotAllowed, "expire")
    refused(mine, NotAllowed, "expire", Thing("done"))


def test_the_wrong_state_is_told_together_with_the_present_one(mine):
    assert refused(mine, WrongState, "resume").details == {"state": "new", "action": "resume"}


def test_a_guard_says_why(mine):
    thing = Thing("busy")
    thing.id = 13
    context = mine.deployment.context(mine.session, Actor("public", grants=mine.actor.grants, holds=frozenset({("thing", 13)})))
    error = refused(context, WrongState, "finish", thing)
    assert error.message == "Not today."


def test_a_version_that_was_overtaken_is_stale(mine):
    assert refused(mine, VersionStale, "start", expected_version=3).details["version"] == 1


def test_input_is_checked_before_anything_changes(mine):
    assert set(refused(mine, Invalid, "hold").errors) == {"reason"}
    assert set(refused(mine, Invalid, "start", data={"state": "done"}).errors) == {"state"}


def test_the_system_takes_its_own_rows(things):
    thing = Thing()
    MACHINE.perform(things, thing, "expire")
    assert thing.state == "done"


def test_what_is_offered_is_what_can_be_done(mine):
    for state in ("new", "busy", "held", "done"):
        thing = Thing(state)
        thing.state_before = "new"
        offered = [each.action for each in MACHINE.available(mine, thing)]
        assert (
            offered
            == {"new": ["start", "hold", "note"], "busy": ["hold", "note", "finish"], "held": ["resume"], "done": []}[state]
        )


def test_somebody_elses_record_offers_nothing(things):
    stranger = things.deployment.context(things.session, owner("things.edit", user_id=6))
    assert MACHINE.available(stranger, Thing()) == []
    refused(stranger, NotAllowed, "start")


def test_a_record_stays_under_the_version_it_began_with(mine):
    longer = {**TABLE, "row": [*TABLE["row"], row("restart", ["busy"], "new")]}
    assert put_in_force(mine.session, from_data(longer, 1), mine.now) == 2
    refused(mine, NotFound, "restart", Thing("busy"))
    newer = Thing("busy")
    newer.workflow_version = 2
    MACHINE.perform(mine, newer, "restart")
    assert newer.state == "new"


def test_a_step_is_never_changed(mine):
    MACHINE.perform(mine, Thing(), "start")
    step = mine.session.scalars(select(Step)).one()
    step.note = "anders"
    with pytest.raises(RuntimeError, match="never"):
        mine.session.flush()
