"""Two installation points become one, with what every room keeps about them."""

from datetime import date

import pytest
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, select, text

from shuhua_core.archives.distinct import DistinctService
from shuhua_core.archives.merging import MergeService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.inspections.models import Inspection, InspectionDue, InspectionPlan
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.errors import Invalid, Merged, NotAllowed, NotFound, VersionStale
from shuhua_core.kernel.merged import MergedRecord, earlier
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.lists.models import SavedView
from shuhua_core.media.models import MediaFile, MediaLink
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.merging import SITE_MERGE, site_twins, twins_of_site
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.service import SiteService
from shuhua_core.tasks.models import Task


@pytest.fixture
def merge(flow, world):
    """Merge site two into site one as somebody."""

    def call(login="dispatcher", keep="one", gone="two", version=None, **data):
        service = MergeService(flow.context(login), SITE_MERGE)
        return service.merge(world.sites[keep].id, {"merged_id": world.sites[gone].id, **data}, expected_version=version)

    return call


@pytest.fixture
def things(ctx, flow, world, plan):
    """The world with a request, a task, a plan and a picture of site two."""
    flow.approve(flow.report("customer_2", "two_1"))
    plan(site_id=world.sites["two"].id)
    ctx.session.add(_file(ctx, record_kind="site", record_id=world.sites["two"].id))
    ctx.session.flush()
    return world


def audit_of(ctx, event):
    return ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == event)).one()


def test_everything_of_the_site_that_goes_is_on_the_one_that_stays(ctx, things, merge, inspect):
    one, two = things.sites["one"].id, things.sites["two"].id
    made = inspect(site="two")
    before = MergeService(ctx, SITE_MERGE).preview(ctx.session.get_one(Site, two))
    keep = merge()
    assert keep.id == one
    for model in (Equipment, RepairRequest, Task, Inspection, InspectionPlan, InspectionDue):
        assert two not in set(ctx.session.scalars(select(model.site_id))), model
    assert ctx.session.get(Site, two) is None
    assert ctx.session.get_one(Inspection, made.id).site_id == one
    assert ctx.session.scalars(select(MediaFile.record_id).where(MediaFile.record_kind == "site")).all() == [one]
    entry = audit_of(ctx, "sites.merged")
    assert entry.record_id == one
    assert entry.detail["values"]["counts"] == before
    assert before["equipment"] == 2
    assert set(before) == {"equipment", "inspections", "inspection_plans", "inspection_dues", "media_files", "repairs", "tasks"}
    assert entry.detail["values"]["moved"]["equipment"] == sorted(things.pieces[name].id for name in ("two_1", "two_2"))


def _file(ctx, **values):
    plain = {"key": "a" * 40, "sha256": "0" * 64, "size": 1, "kind": "photo", "content_type": "image/jpeg", "state": "ready"}
    return MediaFile(**plain, **values, created_at=ctx.now)


def test_no_row_of_any_table_names_a_site_that_went(ctx, things, merge, inspect):
    """Whatever a later room adds: the foreign keys are read from the tables, and the database itself would refuse the rest."""
    inspect(site="two")
    merge()
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == "sites":
                assert things.sites["two"].id not in set(ctx.session.scalars(select(key.parent))), key.parent


def test_tables_with_a_key_over_what_can_be_merged_are_known():
    """Two rows that become one would break such a key: a room with one settles it in a reaction to the merge."""
    found = set()
    for table in Base.metadata.sorted_tables:
        keys = [each.columns for each in table.constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)]
        keys += [each.columns for each in table.indexes if each.unique]
        for key in table.foreign_keys:
            if key.column.table.name in {"sites", "customers"} and any(key.parent.name in columns for columns in keys):
                found.add(table.name)
    assert found == {"inspection_dues"}


def test_pieces_that_moved_have_the_scope_of_the_site_that_stays_and_its_state_is_the_worst_of_theirs(ctx, flow, world, merge):
    EquipmentService(flow.context("reviewer")).stop_use(world.pieces["two_1"].id, {"reason": "立柱断裂"})
    assert ctx.session.get_one(Site, world.sites["one"].id).state == "normal"
    keep = merge()
    assert keep.state == "out_of_use"
    piece = ctx.session.get_one(Equipment, world.pieces["two_1"].id)
    assert (piece.organisation_path, piece.host_unit_id) == (keep.organisation_path, keep.host_unit_id)
    assert piece.organisation_path == world.units["agent"].path


def test_requests_that_moved_can_be_seen_by_the_host_unit_of_the_site_that_stays(ctx, flow, world, merge):
    repair = flow.report("customer_2", "two_1")
    assert repair.host_unit_id is None
    merge()
    moved = ctx.session.get_one(RepairRequest, repair.id)
    assert (moved.host_unit_id, moved.division_code) == (world.units["host"].id, "350582")


def test_fields_are_taken_over_as_chosen_and_the_others_stay(ctx, world, merge):
    keep = merge(take=["address", "position", "organisation_id"])
    assert (keep.name, keep.address, keep.number) == ("测试公园", "测试路 2 号", "AZ1")
    assert (keep.longitude, keep.latitude) == (118.58, 24.81)
    assert keep.organisation_path == world.units["agent_2"].path
    assert keep.morton is not None
    assert keep.version == 2
    assert audit_of(ctx, "sites.merged").detail["changes"]["address"] == ["测试路 1 号", "测试路 2 号"]


def test_the_map_counts_one_site_less(ctx, merge):
    before = _counted(ctx)
    merge()
    assert _counted(ctx) == before - 1


def _counted(ctx):
    ctx.session.flush()
    table = "site_cells WHERE zoom = 6" if ctx.session.get_bind().dialect.name == "sqlite" else "site_cell_changes"
    return ctx.session.scalar(text(f"SELECT coalesce(sum(count), 0) FROM {table}"))


def test_the_old_id_and_number_lead_to_the_one_that_stays(ctx, flow, world, merge):
    merge()
    one, two = world.sites["one"].id, world.sites["two"].id
    with pytest.raises(Merged) as error:
        SiteService(flow.context("dispatcher")).get(two)
    assert error.value.details == {"kind": "site", "merged_id": two, "merged_into_id": one}
    assert [each.number for each in earlier(ctx.session, "site", one)] == ["AZ2"]
    with pytest.raises(Invalid) as taken:
        SiteService(flow.context("dispatcher")).create(
            {"name": "新点", "number": "AZ2", "kind": "park", "division_code": "350582"}
        )
    assert taken.value.errors["number"].mapping == {"value": "AZ2", "number": "AZ1", "name": "测试公园"}


def test_whoever_may_not_see_the_one_that_stays_is_told_nothing_of_the_one_that_went(flow, world, merge):
    merge()
    with pytest.raises(NotFound) as error:
        SiteService(flow.context("dispatcher_other")).get(world.sites["two"].id)
    assert type(error.value) is NotFound


def test_what_a_phone_had_kept_about_the_old_site_still_comes_in(ctx, flow, merge, inspect):
    merge()
    one, two = flow.world.sites["one"].id, flow.world.sites["two"].id
    made = inspect(site="two")
    assert made.site_id == one
    repair = flow.report("inspector", "two_1", site_id=two)
    assert repair.site_id == one
    piece = EquipmentService(flow.context("dispatcher")).create({"name": "新器材", "model_id": _model(ctx), "site_id": two})
    assert piece.site_id == one


def _model(ctx):
    return ctx.session.scalar(select(Equipment.model_id).limit(1))


def test_a_merged_site_merged_again_leads_straight_to_the_last(ctx, flow, world, merge):
    merge()
    data = {"name": "第三个", "kind": "park", "division_code": "350582"}
    third = SiteService(flow.context("dispatcher")).create(data)
    world.sites["third"] = third
    merge(keep="third", gone="one")
    into = ctx.session.scalars(select(MergedRecord.merged_into_id).order_by(MergedRecord.record_id)).all()
    assert into == [third.id, third.id]


def test_an_id_is_never_given_to_another_record(ctx, flow, world, merge):
    last = SiteService(flow.context("dispatcher")).create({"name": "最后", "kind": "park", "division_code": "350582"})
    world.sites["last"] = last
    number = last.id
    merge(gone="last")
    new = SiteService(flow.context("dispatcher")).create({"name": "更新", "kind": "park", "division_code": "350582"})
    assert new.id > number


def test_a_plan_that_wanted_both_wants_one_and_counts_the_later_day(ctx, flow, world, merge, plan):
    project = world.sites["one"].project_id
    SiteService(flow.context("dispatcher")).edit(world.sites["two"].id, {"project_id": project})
    made = plan(project_id=project)
    later = date(2026, 12, 20)
    due = ctx.session.get_one(InspectionDue, (made.id, world.sites["two"].id))
    due.due_on = later
    ctx.session.flush()
    keep = merge()
    dues = ctx.session.scalars(select(InspectionDue)).all()
    assert [(each.site_id, each.due_on) for each in dues] == [(world.sites["one"].id, later)]
    assert keep.inspect_by == later


def test_a_plan_of_a_project_that_the_site_does_not_belong_to_no_longer_wants_it(ctx, world, merge, plan):
    plan(project_id=world.sites["two"].project_id)
    keep = merge()
    assert ctx.session.scalars(select(InspectionDue)).all() == []
    assert keep.inspect_by is None


def test_the_last_inspection_of_either_says_whether_the_site_is_watched(ctx, world, merge, inspect):
    inspect(site="one")
    gone = ctx.session.get_one(Site, world.sites["two"].id)
    inspect(site="two")
    gone.inspection_state = "watched"
    assert merge().inspection_state == "watched"


@pytest.mark.parametrize(
    ("login", "pair", "error"),
    [
        ("dispatcher", ("one", "one"), Invalid),
        ("dispatcher", ("one", "other"), NotFound),
        ("dispatcher", ("other", "one"), NotFound),
        ("dispatcher_other", ("one", "two"), NotFound),
        ("call_centre", ("one", "two"), NotAllowed),
        ("agent_manager", ("one", "two"), NotAllowed),
        ("administrator", ("one", "two"), NotAllowed),
        ("customer", ("one", "two"), NotAllowed),
    ],
)
def test_who_may_not_and_what_cannot_be_is_refused(ctx, merge, login, pair, error):
    with pytest.raises(error), ctx.session.begin_nested():
        merge(login, *pair)
    assert ctx.session.scalars(select(MergedRecord)).all() == []


def test_what_was_seen_in_an_older_version_is_refused_of_both(ctx, flow, world, merge):
    SiteService(flow.context("dispatcher")).edit(world.sites["two"].id, {"note": "甲"})
    with pytest.raises(VersionStale) as error:
        merge(version=1, merged_version=1)
    assert error.value.details == {"version": 2}
    with pytest.raises(VersionStale):
        merge(version=7)
    assert merge(version=1, merged_version=2).version == 2


def test_the_one_that_went_cannot_go_again(ctx, merge):
    merge()
    for keep, gone in (("one", "two"), ("two", "one")):
        with pytest.raises(Merged):
            merge(keep=keep, gone=gone)


def test_the_log_keeps_what_the_one_that_went_was_and_the_outbox_no_personal_value(ctx, flow, world, merge):
    SiteService(flow.context("dispatcher")).edit(world.sites["two"].id, {"phone": "13900000077", "contact_name": "王测试"})
    merge()
    entry = audit_of(ctx, "sites.gone")
    assert entry.record_id == world.sites["two"].id
    assert entry.detail["values"] == {"merged_into_id": world.sites["one"].id, "merged_into_number": "AZ1"}
    assert entry.detail["changes"]["name"] == ["测试公园", None]
    assert entry.personal["phone"] == ["13900000077", None]
    payloads = ctx.session.scalars(select(OutboxEntry.payload).where(OutboxEntry.event.in_(("sites.merged", "sites.gone")))).all()
    assert len(payloads) == 2
    assert "13900000077" not in str(payloads)


def test_views_that_filter_by_the_old_one_filter_by_the_one_that_stays(ctx, flow, world, merge):
    old, new = str(world.sites["two"].id), str(world.sites["one"].id)
    for name, query in (("a", [["site_id", old], ["q", "x"]]), ("b", [["site_id", "999"]]), ("c", [["customer_id", old]])):
        view = SavedView(list_name="equipment", user_id=world.users["dispatcher"], name=name, query=query, version=1)
        view.created_at = view.updated_at = ctx.now
        ctx.session.add(view)
    ctx.session.flush()
    merge()
    ctx.session.expire_all()
    found = {each.name: each.query for each in ctx.session.scalars(select(SavedView))}
    assert found == {"a": [["site_id", new], ["q", "x"]], "b": [["site_id", "999"]], "c": [["customer_id", old]]}


def test_a_file_that_is_shown_on_both_is_shown_once(ctx, world, merge):
    file = _file(ctx, record_kind="inspection", record_id=1)
    ctx.session.add(file)
    ctx.session.flush()
    for name in ("one", "two"):
        ctx.session.add(MediaLink(media_id=file.id, record_kind="site", record_id=world.sites[name].id))
    ctx.session.flush()
    merge()
    assert ctx.session.scalars(select(MediaLink.record_id)).all() == [world.sites["one"].id]


def test_near_sites_of_one_name_are_proposed_and_far_ones_are_not(ctx, flow, world):
    """Sites one and two are called the same, 600 m apart; a third stands 40 m from the first, written another way."""
    made = SiteService(flow.context("dispatcher")).create(
        {
            "name": "测试 公园（健身路径）",
            "kind": "park",
            "division_code": "350582",
            "position": {"longitude": 118.5754, "latitude": 24.8070},
        }
    )
    found = site_twins(flow.context("dispatcher"))
    assert [(each.first_id, each.second_id, each.reason) for each in found] == [(world.sites["one"].id, made.id, "near")]
    assert 35 < found[0].metres < 45
    assert [each.id for each in twins_of_site(flow.context("dispatcher"), made)] == [world.sites["one"].id]
    assert site_twins(flow.context("dispatcher_other")) == []
    assert site_twins(flow.context("leader")) == []


def test_a_site_without_a_position_is_proposed_beside_its_namesake_of_the_division(flow, world):
    made = SiteService(flow.context("dispatcher")).create({"name": "测试公园", "kind": "park", "division_code": "350582"})
    found = site_twins(flow.context("dispatcher"))
    assert [(each.first_id, each.second_id, each.reason) for each in found] == [(world.sites["one"].id, made.id, "name")]
    assert {each.id for each in twins_of_site(flow.context("dispatcher"), made)} == {
        world.sites["one"].id,
        world.sites["two"].id,
    }


def test_sites_that_are_not_the_same_are_proposed_no_more_with_a_position_and_without(flow, world):
    ctx, one = flow.context("dispatcher"), world.sites["one"]
    place = {"position": {"longitude": 118.5754, "latitude": 24.8070}}
    near, nowhere = (
        SiteService(ctx).create({"name": "测试公园", "kind": "park", "division_code": "350582", **more}) for more in (place, {})
    )
    assert {(each.first_id, each.second_id) for each in site_twins(ctx)} == {(one.id, near.id), (one.id, nowhere.id)}
    service = DistinctService(ctx, SITE_MERGE)
    service.tell_apart(near.id, {"other_id": one.id, "reason": "马路两边"})
    assert {(each.first_id, each.second_id) for each in site_twins(ctx)} == {(one.id, nowhere.id)}
    assert [each.id for each in twins_of_site(ctx, near)] == [nowhere.id]
    service.tell_apart(one.id, {"other_id": nowhere.id, "reason": "另一处"})
    assert {each.id for each in twins_of_site(ctx, nowhere)} == {world.sites["two"].id, near.id}
    assert {(each.first_id, each.second_id) for each in site_twins(ctx)} == {(world.sites["two"].id, nowhere.id)}
