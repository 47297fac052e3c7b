"""A label lives: printed blank, bound on site, taken off, retired; what should be looked at comes to light."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import ConfigurationError, Invalid, NotAllowed, NotFound, WrongState
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.scope import visible
from shuhua_core.sites import codes
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.labels.models import Label, LabelBinding, LabelScan
from shuhua_core.sites.labels.scans import bound_twice, never_scanned, note_scan, scanned_far, sweep_scans
from shuhua_core.sites.labels.service import LabelService, adopt
from shuhua_core.sites.labels.sheet import LabelWords, PrintedLabel, address_of, label_sheet
from shuhua_core.sites.labels.sizes import label_sizes
from shuhua_core.sites.models import Equipment

WORDS = LabelWords("https://service.example.com", "舒华", "扫码查看、报修", "服务热线 400-000-0000")


def blank(as_user) -> str:
    """A blank label."""
    service = LabelService(as_user("dispatcher"))
    return service.batch(service.make_batch({"count": 1}).id)[1][0].code


def unlabelled(ctx, world) -> Equipment:
    """A piece that has lost its label."""
    piece = ctx.session.get_one(Equipment, world.pieces["one_1"].id)
    LabelService(ctx).act(piece.code, "unbind", {"reason": "标签脱落"})
    return piece


def listed(ctx, condition) -> set[str]:
    return set(ctx.session.scalars(select(Label.code).where(condition)))


def test_a_batch_of_blank_labels_has_codes_of_its_own(as_user):
    ctx = as_user("dispatcher")
    batch, labels = LabelService(ctx).batch(LabelService(ctx).make_batch({"count": 50, "note": "给福州"}).id)
    assert batch.number.startswith("BQ")
    assert len({label.code for label in labels}) == 50
    assert all(codes.is_valid(label.code) and label.state == "blank" for label in labels)


def test_a_collector_sees_the_batch_that_they_made_and_its_labels_and_so_does_the_branch_but_no_stranger(as_user):
    collector, dispatcher, stranger = (as_user(login) for login in ("collector", "dispatcher", "dispatcher_other"))
    batch, labels = LabelService(collector).batch(LabelService(collector).make_batch({"count": 2}).id)
    assert [(each.division_code, each.organisation_path) for each in labels] == [("35", batch.organisation_path)] * 2
    for ctx, seen in ((collector, 2), (dispatcher, 2), (stranger, 0)):
        shown = visible(Label, ctx.actor, Permission.LABELS_EDIT) & (Label.batch_id == batch.id)
        assert len(listed(ctx, shown)) == seen
    assert LabelService(dispatcher).batch(batch.id)[0] is batch
    with pytest.raises(NotFound):
        LabelService(stranger).batch(batch.id)
    with pytest.raises(NotFound):
        LabelService(stranger).get(labels[0].id)


def test_a_batch_of_the_branch_is_not_seen_by_those_whose_labels_are_of_an_area(as_user):
    batch = LabelService(as_user("dispatcher")).make_batch({"count": 1})
    assert batch.division_code is None
    with pytest.raises(NotFound):
        LabelService(as_user("collector")).batch(batch.id)


def test_a_collector_retires_a_blank_label_of_their_own_batch(as_user):
    service = LabelService(as_user("collector"))
    _batch, (label,) = service.batch(service.make_batch({"count": 1}).id)
    assert service.act(label.code, "retire", {"reason": "打印不清"}).state == "retired"


def test_a_blank_label_is_bound_on_site_with_its_distance(as_user, world):
    ctx = as_user("collector")
    piece, code = unlabelled(ctx, world), blank(as_user)
    site = world.sites["one"]
    position = {"longitude": site.longitude + 0.01, "latitude": site.latitude}
    label = LabelService(ctx).act(code.lower(), "bind", {"equipment_id": piece.id, "position": position})
    assert (label.state, piece.code) == ("bound", code)
    assert 800 < label.farthest < 1200
    found = LabelService(ctx).look(f"{code[:4]}-{code[4:]}")
    assert (found.state, found.equipment.id, found.site.id) == ("bound", piece.id, site.id)
    events = ctx.session.scalars(select(OutboxEntry.event).order_by(OutboxEntry.id.desc()).limit(2)).all()
    assert set(events) == {"labels.bound", "equipment.edited"}


def test_binding_again_to_the_same_piece_changes_nothing_and_to_another_is_refused(as_user, world):
    ctx = as_user("collector")
    piece, code = unlabelled(ctx, world), blank(as_user)
    service = LabelService(ctx)
    version = service.act(code, "bind", {"equipment_id": piece.id}).version
    assert service.act(code, "bind", {"equipment_id": piece.id}).version == version
    with pytest.raises(WrongState):
        service.act(code, "bind", {"equipment_id": world.pieces["one_2"].id, "reason": "更换"})


def test_a_piece_with_a_label_gets_another_only_with_a_reason_and_the_first_is_retired(as_user, world):
    ctx = as_user("collector")
    piece, code, first = world.pieces["one_1"], blank(as_user), world.pieces["one_1"].code
    with pytest.raises(Invalid) as refused:
        LabelService(ctx).act(code, "bind", {"equipment_id": piece.id})
    assert set(refused.value.errors) == {"reason"}
    LabelService(ctx).act(code, "bind", {"equipment_id": piece.id, "reason": "旧标签破损"})
    assert LabelService(ctx).look(first).state == "retired"
    with pytest.raises(WrongState):
        LabelService(ctx).act(first, "bind", {"equipment_id": world.pieces["one_2"].id, "reason": "更换"})
    assert code in listed(ctx, bound_twice())


def test_a_label_that_was_on_two_pieces_comes_to_light(as_user, world):
    ctx = as_user("collector")
    piece, code = unlabelled(ctx, world), blank(as_user)
    service = LabelService(ctx)
    service.act(code, "bind", {"equipment_id": piece.id})
    service.act(code, "unbind", {"reason": "贴错"})
    other = ctx.session.get_one(Equipment, world.pieces["one_2"].id)
    service.act(code, "bind", {"equipment_id": other.id, "reason": "贴对了"})
    assert code in listed(ctx, bound_twice())
    history = ctx.session.scalars(select(LabelBinding.equipment_id).join(Label).where(Label.code == code)).all()
    assert history == [piece.id, other.id]


def test_a_code_entered_by_hand_or_loaded_in_bulk_is_a_label_too(as_user, world):
    ctx = as_user("dispatcher")
    assert adopt(ctx) >= len(world.pieces)
    assert adopt(ctx) == 0
    piece, first = world.pieces["one_1"], world.pieces["one_1"].code
    code = codes.make_code(987_654)
    EquipmentService(ctx).edit(piece.id, {"code": code})
    assert LabelService(ctx).look(code).state == "bound"
    assert ctx.session.scalar(select(Label.state).where(Label.code == first)) == "blank"
    note_scan(ctx, code)
    assert ctx.session.scalar(select(Label.equipment_id).where(Label.code == code)) == piece.id
    EquipmentService(ctx).edit(piece.id, {"code": None})
    assert LabelService(ctx).look(code).state == "blank"


def test_nobody_binds_a_piece_outside_their_area_or_without_the_permission(as_user, world):
    code = blank(as_user)
    with pytest.raises(Invalid):
        LabelService(as_user("collector")).act(code, "bind", {"equipment_id": world.pieces["other_1"].id})
    with pytest.raises(NotAllowed):
        LabelService(as_user("repairer")).act(code, "bind", {"equipment_id": world.pieces["one_1"].id})
    with pytest.raises(NotAllowed):
        LabelService(as_user("collector")).act(world.pieces["other_1"].code, "retire", {"reason": "试试"})
    with pytest.raises(NotFound):
        LabelService(as_user("collector")).look("22222222")
    assert LabelService(as_user("collector")).look(world.pieces["other_1"].code).equipment is None


def test_scans_are_counted_and_far_ones_listed_without_telling_who(as_user, world):
    ctx = as_user("dispatcher")
    adopt(ctx)
    near, far, never = (world.pieces[name] for name in ("one_1", "one_2", "two_1"))
    site = world.sites["one"]
    note_scan(ctx, near.code)
    note_scan(ctx, near.code, site.longitude, site.latitude + 0.001)
    note_scan(ctx, far.code, site.longitude, site.latitude + 0.1)
    note_scan(ctx, "22222222")
    assert ctx.session.scalar(select(Label.scans).where(Label.code == near.code)) == 2
    assert listed(ctx, scanned_far(ctx)) == {far.code}
    assert never.code in listed(ctx, never_scanned())
    assert near.code not in listed(ctx, never_scanned())
    sweep_scans(ctx)
    assert len(ctx.session.scalars(select(LabelScan)).all()) == 3


class TestSheets:
    """What is printed is read again by an independent decoder."""

    @pytest.mark.parametrize("size", label_sizes("30x30 50x50 70x100"), ids=str)
    def test_every_label_of_a_sheet_is_read(self, size, tmp_path):
        zxingcpp = pytest.importorskip("zxingcpp")
        if shutil.which("pdftoppm") is None:
            pytest.skip("pdftoppm is not installed")
        from PIL import Image

        labels = [PrintedLabel(codes.make_code(n), "双人漫步机" * (n % 4)) for n in range(60 if size.width < 40 else 7)]
        (tmp_path / "sheet.pdf").write_bytes(label_sheet(labels, size, WORDS))
        subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", "sheet.pdf", "page"], cwd=tmp_path, check=True)
        read = set()
        for page in sorted(tmp_path.glob("page*.png")):
            found = zxingcpp.read_barcodes(Image.open(page), formats=zxingcpp.BarcodeFormat.QRCode)
            assert {each.ec_level for each in found} == {"Q"}
            read |= {each.text for each in found}
        assert read == {address_of(WORDS.origin, label.code) for label in labels}

    @pytest.mark.parametrize("text", ["", "30", "30x", "5x5", "300x300", "30 x 30"])
    def test_a_size_that_cannot_be_printed_stops_the_start(self, text):
        with pytest.raises(ConfigurationError):
            label_sizes(text)
