from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale, WrongState
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.workflow import closure, successors
from shuhua_core.media.models import MediaFile
from shuhua_core.sites.codes import make_code
from shuhua_core.sites.derived import after_months
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.events import EquipmentEvent
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Site
from shuhua_core.sites.states import SITE_STATES, worst


def picture(ctx):
    media = MediaFile(
        key=f"key-{uuid4()}",
        sha256="0" * 64,
        kind="photo",
        state="ready",
        size=1,
        content_type="image/jpeg",
        width=1,
        height=1,
        uploader_id=ctx.actor.user_id,
        created_at=ctx.now,
    )
    ctx.session.add(media)
    ctx.session.flush()
    return media


def state_of(ctx, site):
    return ctx.session.scalar(select(Site.state).where(Site.id == site.id))


def test_a_piece_is_kept_with_all_eight_fields(as_user, world):
    model_id = world.pieces["one_1"].model_id
    dates = {"produced_on": "2026-01-05", "installed_on": "2026-03-01"}
    data = {"model_id": model_id, "serial": "SN-1", "site_id": world.sites["one"].id, **dates}
    made = EquipmentService(as_user("dispatcher")).create(data)
    assert made.number.startswith("CP20261122-")
    assert (made.name, made.model_id, made.produced_on, made.installed_on) == (
        "太空漫步机",
        model_id,
        date(2026, 1, 5),
        date(2026, 3, 1),
    )
    assert (made.customer_id, made.project_id) == (world.sites["one"].customer_id, world.sites["one"].project_id)
    assert (made.organisation_path, made.division_code) == (world.units["agent"].path, "350582")
    assert (made.state, made.state_source) == ("normal", "create")


def test_a_piece_without_a_site_is_in_stock_of_the_branch(as_user, world):
    made = EquipmentService(as_user("dispatcher")).create({"model_id": world.pieces["one_1"].model_id})
    assert (made.state, made.organisation_path, made.division_code) == ("in_stock", world.units["branch"].path, None)


def test_a_term_ends_the_day_before():
    assert after_months(date(2026, 3, 1), 24) == date(2028, 2, 29)
    assert after_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert after_months(date(2026, 1, 1), 12) == date(2026, 12, 31)
    assert after_months(None, 12) is after_months(date(2026, 1, 1), None) is None


def test_warranty_and_safe_life_are_reckoned_from_the_model(as_user, world):
    from shuhua_core.archives.service import ModelService

    ctx = as_user("dispatcher")
    model = ModelService(ctx).create({"name": "扭腰器", "type": "twister", "warranty_months": 24, "safe_life_years": 8})
    made = EquipmentService(ctx).create({"model_id": model.id, "site_id": world.sites["one"].id, "installed_on": "2026-03-01"})
    assert (made.warranty_to, made.safe_life_to) == (date(2028, 2, 29), date(2034, 2, 28))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"model_id": None}, "model_id"),
        ({"site_id": 10**9}, "site_id"),
        ({"number": "CP1-1"}, "number"),
        ({"code": "ABCDEFGH"}, "code"),
        ({"installed_on": "2025-01-01", "produced_on": "2025-01-02"}, "installed_on"),
        ({"installed_on": "2025-02-30"}, "installed_on"),
        ({"state": "faulty"}, "state"),
        ({"state": "normal", "site_id": None}, "site_id"),
    ],
)
def test_bad_input_is_told_by_field(as_user, world, more, field):
    data = {"model_id": world.pieces["one_1"].model_id, "site_id": world.sites["one"].id, **more}
    with pytest.raises(Invalid) as error:
        EquipmentService(as_user("dispatcher")).create(data)
    assert list(error.value.errors) == [field]


def test_a_label_is_bound_once_and_its_other_piece_is_named(as_user, world):
    service = EquipmentService(as_user("dispatcher"))
    code = world.pieces["one_1"].code
    with pytest.raises(Invalid) as error:
        service.edit(world.pieces["one_2"].id, {"code": code})
    assert error.value.errors["code"].mapping["number"] == "CP1-1"
    edited = service.edit(world.pieces["one_2"].id, {"code": f"{make_code(900)[:4].lower()} {make_code(900)[4:]}"})
    assert edited.code == make_code(900)


def test_a_piece_is_found_by_its_label_as_people_type_it(as_user, world):
    code = world.pieces["one_1"].code
    assert EquipmentService(as_user("repairer")).by_code(f" {code[:4].lower()}-{code[4:]} ").id == world.pieces["one_1"].id
    with pytest.raises(NotFound):
        EquipmentService(as_user("repairer_2")).by_code(code)


def test_a_piece_moves_with_the_scope_of_its_new_site(as_user, world):
    ctx = as_user("dispatcher")
    piece = EquipmentService(ctx).edit(world.pieces["one_1"].id, {"site_id": world.sites["two"].id}, expected_version=1)
    assert (piece.organisation_path, piece.host_unit_id, piece.version) == (world.units["agent_2"].path, None, 2)
    EquipmentService(as_user("repairer_2")).get(piece.id)
    with pytest.raises(NotFound):
        EquipmentService(as_user("repairer")).get(piece.id)


def test_sites_left_and_entered_both_change_their_state(as_user, world):
    ctx = as_user("dispatcher")
    EquipmentService(as_user("inspector")).stop_use(world.pieces["one_1"].id, {"reason": "立柱松动"})
    assert state_of(ctx, world.sites["one"]) == "out_of_use"
    EquipmentService(ctx).edit(world.pieces["one_1"].id, {"site_id": world.sites["two"].id})
    assert (state_of(ctx, world.sites["one"]), state_of(ctx, world.sites["two"])) == ("normal", "out_of_use")


@pytest.mark.parametrize("login", ["inspector", "repairer", "reviewer"])
def test_a_dangerous_piece_is_out_of_use_at_once(as_user, world, login):
    ctx = as_user(login)
    media = picture(ctx)
    piece = EquipmentService(ctx).stop_use(world.pieces["one_1"].id, {"reason": "立柱松动", "media_ids": [media.id]})
    assert (piece.state, piece.state_at, piece.state_source) == ("out_of_use", ctx.now, "stop_use")
    assert state_of(ctx, world.sites["one"]) == "out_of_use"
    ctx.session.refresh(media)
    assert (media.record_kind, media.record_id) == ("equipment", piece.id)
    (step,) = EquipmentService(ctx).timeline(piece)
    assert (step.action, step.before, step.after) == ("stop_use", "normal", "out_of_use")
    assert (step.note, step.actor_id) == ("立柱松动", ctx.actor.user_id)


def test_a_reason_is_needed_to_stop_use_and_proof_to_restore(as_user, world):
    with pytest.raises(Invalid) as error:
        EquipmentService(as_user("inspector")).stop_use(world.pieces["one_1"].id, {})
    assert list(error.value.errors) == ["reason"]
    EquipmentService(as_user("inspector")).stop_use(world.pieces["one_1"].id, {"reason": "立柱松动"})
    for media_ids in (None, []):
        with pytest.raises(Invalid) as error:
            EquipmentService(as_user("reviewer")).restore(world.pieces["one_1"].id, {"reason": "已加固", "media_ids": media_ids})
        assert list(error.value.errors) == ["media_ids"]


def test_a_reviewer_restores_with_proof_and_an_inspector_does_not(as_user, world):
    EquipmentService(as_user("inspector")).stop_use(world.pieces["one_1"].id, {"reason": "立柱松动"})
    proof = {"reason": "已加固", "media_ids": [picture(as_user("inspector")).id]}
    with pytest.raises(NotAllowed):
        EquipmentService(as_user("inspector")).restore(world.pieces["one_1"].id, proof)
    ctx = as_user("reviewer")
    with pytest.raises(Invalid):
        EquipmentService(ctx).restore(world.pieces["one_1"].id, proof)
    assert (
        EquipmentService(ctx).restore(world.pieces["one_1"].id, {"reason": "已加固", "media_ids": [picture(ctx).id]}).state
        == "normal"
    )
    assert state_of(ctx, world.sites["one"]) == "normal"


def test_a_piece_out_of_use_cannot_be_stopped_again(as_user, world):
    service = EquipmentService(as_user("inspector"))
    service.stop_use(world.pieces["one_1"].id, {"reason": "立柱松动"})
    with pytest.raises(WrongState) as error:
        service.stop_use(world.pieces["one_1"].id, {"reason": "又一次"})
    assert error.value.details["state"] == "out_of_use"


def test_actions_go_by_role_and_state(as_user, world):
    piece = world.pieces["one_1"]

    def actions(login):
        return [row.action for row in EquipmentService(as_user(login)).actions(piece)]

    assert actions("inspector") == ["stop_use", "watch", "propose_scrap"]
    assert actions("reviewer") == ["stop_use", "watch", "propose_scrap", "remove"]
    assert actions("repairer") == ["stop_use", "propose_scrap", "replace", "remove"]
    assert actions("leader") == []
    EquipmentService(as_user("inspector")).stop_use(piece.id, {"reason": "立柱松动"})
    assert actions("inspector") == ["propose_scrap"]
    assert actions("reviewer") == ["restore", "propose_scrap", "remove"]
    assert actions("leader") == []


def test_a_stranger_stops_nothing(as_user, world):
    with pytest.raises(NotFound):
        EquipmentService(as_user("inspector_other")).stop_use(world.pieces["one_1"].id, {"reason": "立柱松动"})


def test_nobody_takes_the_rows_of_the_system(as_user, world):
    with pytest.raises(NotAllowed):
        EquipmentService(as_user("administrator")).act(world.pieces["one_1"].id, "finish_repair", {})


def test_a_request_and_its_task_move_a_piece_through_its_states(as_user, world):
    ctx = as_user("reviewer")
    service, piece, other = EquipmentService(ctx), world.pieces["one_1"], world.pieces["one_2"]
    service.react_fault([piece.id, None], "BX1")
    assert (piece.state, other.state, state_of(ctx, world.sites["one"])) == ("faulty", "normal", "faulty")
    service.react_repairing([piece.id], "RW1")
    service.react_fault([piece.id], "BX2")
    assert (piece.state, state_of(ctx, world.sites["one"])) == ("repairing", "repairing")
    service.react_repaired([piece.id], "RW1")
    assert (piece.state, state_of(ctx, world.sites["one"])) == ("normal", "normal")
    assert [(step.action, step.input["reference"]) for step in service.timeline(piece)] == [
        ("report_fault", "BX1"),
        ("start_repair", "RW1"),
        ("finish_repair", "RW1"),
    ]


def test_a_repaired_piece_that_is_out_of_use_stays_so_until_it_is_restored(as_user, world):
    service, piece = EquipmentService(as_user("inspector")), world.pieces["one_1"]
    service.stop_use(piece.id, {"reason": "立柱松动"})
    service.react_fault([piece.id])
    service.react_repairing([piece.id])
    service.react_repaired([piece.id])
    assert piece.state == "out_of_use"


def test_a_site_without_pieces_that_count_is_empty():
    assert worst([]) == worst(["in_stock", "removed", "scrapped", "replaced"]) == "empty"
    assert worst(["normal", "watched", "repairing", "faulty"]) == "faulty"


def test_every_state_of_a_piece_that_stands_somewhere_is_one_of_a_site():
    gone = {"in_stock", "scrapped", "removed", "replaced"}
    assert set(EQUIPMENT_WORKFLOW.states) - gone == set(SITE_STATES) - {"empty", "to_inspect"}
    for name in set(EQUIPMENT_WORKFLOW.states) - gone:
        state = EQUIPMENT_WORKFLOW.states[name]
        assert (state.zh, state.en) == (SITE_STATES[name].zh, SITE_STATES[name].en)


def test_rows_of_the_table_name_what_exists():
    from shuhua_core.accounts.permissions import Permission
    from shuhua_core.sites.schema import ACTION_SCHEMAS

    for row in EQUIPMENT_WORKFLOW.rows:
        assert row.permission == "system" or row.permission in set(Permission)
        assert row.event in set(EquipmentEvent)
        assert row.schema in ACTION_SCHEMAS
    reached = closure(EQUIPMENT_WORKFLOW.initial, successors(EQUIPMENT_WORKFLOW))
    assert {"normal", "faulty", "repairing", "out_of_use"} <= reached


def test_a_stale_patch_is_refused(as_user, world):
    with pytest.raises(VersionStale):
        EquipmentService(as_user("dispatcher")).edit(world.pieces["one_1"].id, {"name": "乙"}, expected_version=3)


def test_a_collector_registers_a_piece_in_their_divisions(as_user, world):
    ctx = as_user("collector")
    made = EquipmentService(ctx).create({"model_id": world.pieces["one_1"].model_id, "site_id": world.sites["one"].id})
    assert ctx.session.scalars(select(OutboxEntry.event).where(OutboxEntry.record_id == made.id)).first() == "equipment.created"
    with pytest.raises(Invalid) as error:
        EquipmentService(ctx).create({"model_id": made.model_id, "site_id": world.sites["other"].id})
    assert list(error.value.errors) == ["site_id"]
