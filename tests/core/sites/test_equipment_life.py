"""From the stock to the scrap heap: installing, watching, scrapping, removing and replacing pieces."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from shuhua_core.kernel.errors import Invalid, NotAllowed, WrongState
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.messages.audience import AUDIENCES, Happening
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.labels.models import Label
from shuhua_core.sites.models import Site
from tests.core.sites.test_equipment import picture, state_of


@pytest.fixture
def stock(as_user, world):
    """A piece in the stock of the branch."""
    return EquipmentService(as_user("dispatcher")).create(
        {"model_id": world.pieces["one_1"].model_id, "produced_on": "2026-01-01"}
    )


def proof(ctx, **values):
    return {"reason": "立柱锈穿", "media_ids": [picture(ctx).id], **values}


def test_a_piece_goes_from_the_stock_to_its_site(as_user, world, stock):
    service, site = EquipmentService(as_user("dispatcher")), world.sites["one"]
    service.act(stock.id, "issue", {"site_id": site.id, "place": "东侧"})
    assert (stock.state, stock.site_id, stock.organisation_path) == ("to_install", site.id, site.organisation_path)
    EquipmentService(as_user("repairer")).act(stock.id, "install", {"installed_on": "2026-11-01"})
    assert (stock.state, stock.place, stock.installed_on) == ("normal", "东侧", date(2026, 11, 1))
    assert (stock.customer_id, stock.project_id, stock.host_unit_id) == (site.customer_id, site.project_id, site.host_unit_id)


def test_what_was_sent_out_can_be_taken_back(as_user, world, stock):
    service = EquipmentService(as_user("dispatcher"))
    service.act(stock.id, "issue", {"site_id": world.sites["one"].id})
    service.act(stock.id, "take_back", {"reason": "型号发错"})
    assert (stock.state, stock.site_id, stock.organisation_path) == ("in_stock", None, world.units["branch"].path)


@pytest.mark.parametrize(
    ("values", "field"),
    [({}, "site_id"), ({"installed_on": "2026-11-23"}, "installed_on"), ({"installed_on": "2025-12-31"}, "installed_on")],
)
def test_an_installation_that_cannot_be_is_refused(as_user, world, stock, values, field):
    site = {} if field == "site_id" else {"site_id": world.sites["one"].id}
    with pytest.raises(Invalid) as error:
        EquipmentService(as_user("dispatcher")).act(stock.id, "install", {**site, **values})
    assert list(error.value.errors) == [field]


def test_an_installed_piece_gets_the_label_that_is_stuck_on_it(as_user, world, stock):
    ctx = as_user("dispatcher")
    EquipmentService(ctx).act(stock.id, "install", {"site_id": world.sites["one"].id})
    taken = world.pieces["one_1"].code
    other = EquipmentService(ctx).create({"model_id": stock.model_id})
    with pytest.raises(Invalid) as error:
        EquipmentService(ctx).act(other.id, "install", {"site_id": world.sites["one"].id, "code": taken})
    assert list(error.value.errors) == ["code"]


def test_nobody_installs_beyond_their_area(as_user, world, stock):
    EquipmentService(as_user("dispatcher")).act(stock.id, "issue", {"site_id": world.sites["one"].id})
    with pytest.raises((NotAllowed, Invalid)):
        EquipmentService(as_user("repairer")).act(stock.id, "install", {"site_id": world.sites["two"].id})


def test_a_watched_piece_may_be_used_and_is_normal_again(as_user, world):
    service, piece = EquipmentService(as_user("inspector")), world.pieces["one_1"]
    service.act(piece.id, "watch", {"reason": "焊缝有细纹"})
    assert (piece.state, state_of(service._ctx, world.sites["one"])) == ("watched", "watched")
    service.act(piece.id, "unwatch", {"reason": "三个月无变化"})
    assert (piece.state, state_of(service._ctx, world.sites["one"])) == ("normal", "normal")


def test_a_proposal_to_scrap_is_decided_with_proof(as_user, world):
    piece, reviewer = world.pieces["one_1"], as_user("reviewer")
    EquipmentService(as_user("repairer")).act(piece.id, "propose_scrap", {"reason": "主管锈穿"})
    assert (piece.state, state_of(reviewer, world.sites["one"])) == ("to_scrap", "to_scrap")
    with pytest.raises(NotAllowed):
        EquipmentService(as_user("repairer")).act(piece.id, "scrap", {"reason": "主管锈穿"})
    with pytest.raises(Invalid) as error:
        EquipmentService(reviewer).act(piece.id, "scrap", {"reason": "同意", "media_ids": []})
    assert list(error.value.errors) == ["media_ids"]
    EquipmentService(reviewer).act(piece.id, "scrap", proof(reviewer))
    assert (piece.state, state_of(reviewer, world.sites["one"])) == ("scrapped", "normal")
    dispatcher = as_user("dispatcher")
    EquipmentService(dispatcher).act(piece.id, "remove", proof(dispatcher))
    assert piece.state == "removed"


def test_what_is_not_to_be_scrapped_comes_back_with_proof_only(as_user, world):
    piece, reviewer = world.pieces["one_1"], EquipmentService(as_user("reviewer"))
    reviewer.act(piece.id, "propose_scrap", {"reason": "主管锈穿"})
    reviewer.act(piece.id, "refuse_scrap", {"reason": "可修"})
    assert piece.state == "out_of_use"


def test_a_site_whose_last_piece_is_removed_is_empty(as_user, world):
    ctx, site = as_user("dispatcher"), world.sites["one"]
    for name in ("one_1", "one_2"):
        EquipmentService(ctx).act(world.pieces[name].id, "remove", proof(ctx))
    assert state_of(ctx, site) == "empty"
    assert world.pieces["one_1"].site_id == site.id  # where it stood is not forgotten


def test_a_removed_piece_is_not_put_out_of_use_or_repaired(as_user, world):
    ctx, piece = as_user("dispatcher"), world.pieces["one_1"]
    service = EquipmentService(ctx)
    service.act(piece.id, "remove", proof(ctx))
    service.react_fault([piece.id])
    assert piece.state == "removed"
    with pytest.raises(WrongState):
        EquipmentService(as_user("inspector")).stop_use(piece.id, {"reason": "晚了"})


class TestReplacing:
    def test_the_new_piece_takes_the_place_and_both_point_to_each_other(self, as_user, world, stock):
        ctx, old, site = as_user("dispatcher"), world.pieces["one_1"], world.sites["one"]
        old.place = "南门"
        EquipmentService(ctx).act(old.id, "replace", proof(ctx, replacement_id=stock.id, installed_on="2026-11-20"))
        assert (old.state, old.replaced_by_id, stock.replaces_id) == ("replaced", stock.id, old.id)
        assert (stock.state, stock.site_id, stock.place, stock.installed_on) == ("normal", site.id, "南门", date(2026, 11, 20))
        scope = ("organisation_path", "division_code", "host_unit_id", "customer_id", "project_id")
        assert [getattr(stock, name) for name in scope] == [getattr(old, name) for name in scope]
        events = list(ctx.session.scalars(select(OutboxEntry.event).order_by(OutboxEntry.id)))
        assert [each for each in events if each.startswith("equipment.")][-2:] == ["equipment.installed", "equipment.replaced"]
        assert state_of(ctx, site) == "normal"
        steps = EquipmentService(ctx).timeline(stock)
        assert [(step.action, step.actor_id) for step in steps] == [
            ("create", ctx.actor.user_id),
            ("install", ctx.actor.user_id),
        ]

    def test_a_repairer_names_the_new_piece_by_its_label(self, as_user, world, stock):
        dispatcher, ctx = EquipmentService(as_user("dispatcher")), as_user("repairer")
        dispatcher.act(stock.id, "issue", {"site_id": world.sites["one"].id})
        EquipmentService(ctx).act(world.pieces["one_1"].id, "replace", proof(ctx, replacement_code=stock.number))
        assert stock.replaces_id == world.pieces["one_1"].id

    @pytest.mark.parametrize("which", ["itself", "in_use", "elsewhere", "none", "unknown", "unseen"])
    def test_what_cannot_take_the_place_is_refused(self, as_user, world, stock, which):
        ctx, old = as_user("dispatcher"), world.pieces["one_1"]
        if which == "elsewhere":
            EquipmentService(ctx).act(stock.id, "issue", {"site_id": world.sites["two"].id})
        named = {
            "itself": {"replacement_id": old.id},
            "in_use": {"replacement_id": world.pieces["one_2"].id},
            "elsewhere": {"replacement_id": stock.id},
            "none": {},
            "unknown": {"replacement_code": "NO-SUCH"},
            "unseen": {"replacement_id": world.pieces["other_1"].id},
        }[which]
        with pytest.raises(Invalid) as error:
            EquipmentService(ctx).act(old.id, "replace", proof(ctx, **named))
        assert set(error.value.errors) <= {"replacement_id", "replacement_code"}
        assert old.state == "normal"

    def test_the_place_of_a_removed_piece_can_be_taken_later(self, as_user, world, stock):
        ctx, old = as_user("dispatcher"), world.pieces["one_1"]
        EquipmentService(ctx).act(old.id, "remove", proof(ctx))
        EquipmentService(ctx).act(old.id, "replace", proof(ctx, replacement_id=stock.id))
        assert (old.state, stock.state) == ("replaced", "normal")


def test_who_must_know_is_told(as_user, world, ctx):
    piece = world.pieces["one_1"]

    def told(audience):
        happening = Happening(ctx.session, "equipment", piece.id, piece.number)
        return {each.user_id for each in AUDIENCES[audience](happening)}

    assert told("keepers") == {world.users["host_unit"]}
    assert world.users["reviewer"] in told("scrap_deciders")
    assert {world.users["dispatcher"], world.users["repairer"], world.users["host_unit"]} <= told("removers")
    assert world.users["dispatcher_other"] not in told("removers")


def test_a_label_moves_with_a_piece(as_user, world, stock, ctx):
    service = EquipmentService(as_user("dispatcher"))
    service.edit(stock.id, {"code": None})
    service.act(stock.id, "issue", {"site_id": world.sites["one"].id})
    site = ctx.session.scalars(select(Site).where(Site.id == stock.site_id)).one()
    labels = ctx.session.scalars(select(Label).where(Label.equipment_id == stock.id)).all()
    assert all(label.organisation_path == site.organisation_path for label in labels)
