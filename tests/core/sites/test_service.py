import pytest
from sqlalchemy import select

from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.places.morton import encode
from shuhua_core.sites.models import Equipment
from shuhua_core.sites.service import SiteService

POSITION = {"longitude": 118.6, "latitude": 24.9, "datum": "wgs84", "accuracy": 6, "source": "gps"}


def data(world, **more):
    return {
        "name": "测试公园东门",
        "kind": "park",
        "division_code": "350582",
        "address": "测试路 9 号",
        "position": POSITION,
        "project_id": world.projects["one"] if hasattr(world, "projects") else world.sites["one"].project_id,
        "customer_id": world.customers["one"].id,
        "contact_name": "陈测试",
        "phone": "0595-0000 0001",
        **more,
    }


def test_a_site_is_kept_with_all_eight_fields(as_user, world):
    made = SiteService(as_user("dispatcher")).create(data(world, host_unit_id=world.units["host"].id))
    assert made.number.startswith("AZ20261122-")
    assert (made.name, made.address, made.contact_name, made.phone) == ("测试公园东门", "测试路 9 号", "陈测试", "059500000001")
    assert (made.longitude, made.latitude, made.morton) == (118.6, 24.9, encode(118.6, 24.9))
    assert made.project_id == world.sites["one"].project_id
    assert (made.state, made.version) == ("empty", 1)


def test_a_site_belongs_to_the_branch_on_duty_for_its_division(as_user, world):
    made = SiteService(as_user("collector")).create({"name": "甲", "kind": "path", "division_code": "3505"})
    assert (made.organisation_id, made.organisation_path) == (world.units["branch"].id, world.units["branch"].path)


def test_a_site_can_be_given_to_a_unit_of_the_branch(as_user, world):
    made = SiteService(as_user("dispatcher")).create(data(world, organisation_id=world.units["agent"].id))
    assert made.organisation_path == world.units["agent"].path


@pytest.mark.parametrize("unit", ["other_agent", "host"])
def test_a_site_cannot_be_given_to_strangers_or_to_its_host(as_user, world, unit):
    with pytest.raises((Invalid, NotAllowed)):
        SiteService(as_user("dispatcher")).create(data(world, organisation_id=world.units[unit].id))


def test_a_site_lies_in_the_area_of_who_registers_it(as_user):
    with pytest.raises(NotAllowed):
        SiteService(as_user("collector")).create({"name": "甲", "kind": "path", "division_code": "440305"})


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": None}, "name"),
        ({"kind": None}, "kind"),
        ({"position": {"longitude": 181, "latitude": 0}}, "position.longitude"),
        ({"position": {"longitude": 118}}, "position.latitude"),
        ({"project_id": 10**9}, "project_id"),
        ({"number": "AZ1"}, "number"),
        ({"host_unit_id": 10**9}, "host_unit_id"),
        ({"state": "normal"}, "state"),
        ({"morton": 1}, "morton"),
    ],
)
def test_bad_input_is_told_by_field(as_user, world, more, field):
    with pytest.raises(Invalid) as error:
        SiteService(as_user("dispatcher")).create(data(world, **more))
    assert list(error.value.errors) == [field]


def test_records_and_host_units_of_another_branch_cannot_be_named(as_user, world):
    service = SiteService(as_user("dispatcher"))
    for name, value in (
        ("customer_id", world.customers["other"].id),
        ("project_id", world.sites["other"].project_id),
        ("host_unit_id", world.units["other_host"].id),
    ):
        with pytest.raises(Invalid) as error:
            service.create(data(world, **{name: value}))
        assert list(error.value.errors) == [name]


def test_pieces_follow_their_site_to_another_unit(as_user, world):
    ctx = as_user("dispatcher")
    site = SiteService(ctx).edit(world.sites["one"].id, {"organisation_id": world.units["agent_2"].id}, expected_version=1)
    pieces = ctx.session.scalars(select(Equipment).where(Equipment.site_id == site.id)).all()
    assert site.version == 2
    assert {(piece.organisation_path, piece.version) for piece in pieces} == {(world.units["agent_2"].path, 2)}
    SiteService(as_user("agent_manager_2")).get(site.id)
    with pytest.raises(NotFound):
        SiteService(as_user("agent_manager")).get(site.id)


def test_a_moved_site_gets_another_key_and_a_site_can_lose_its_position(as_user, world):
    service = SiteService(as_user("dispatcher"))
    site = service.edit(world.sites["one"].id, {"position": POSITION})
    assert (site.longitude, site.morton) == (118.6, encode(118.6, 24.9))
    site = service.edit(site.id, {"position": None})
    assert (site.longitude, site.raw_longitude, site.morton) == (None, None, None)


def test_what_a_site_has_may_stay_though_its_editor_may_not_see_it(as_user, world):
    site = world.sites["one"]
    edited = SiteService(as_user("collector")).edit(site.id, {"name": "乙", "project_id": site.project_id})
    assert edited.name == "乙"


def test_a_stale_patch_is_refused(as_user, world):
    with pytest.raises(VersionStale):
        SiteService(as_user("dispatcher")).edit(world.sites["one"].id, {"name": "乙"}, expected_version=7)


@pytest.mark.parametrize(
    ("login", "sees"),
    [
        ("dispatcher", {"one", "two"}),
        ("dispatcher_other", {"other"}),
        ("agent_manager", {"one"}),
        ("repairer_2", {"two"}),
        ("host_unit", set()),
        ("customer", {"one"}),
        ("authority", {"one", "two"}),
        ("administrator", {"one", "two", "other"}),
        ("auditor", set()),
    ],
)
def test_everybody_sees_the_sites_of_their_scope(as_user, world, login, sees):
    service = SiteService(as_user(login))
    found = set()
    for name, site in world.sites.items():
        try:
            service.get(site.id)
            found.add(name)
        except NotFound:
            pass
    assert found == sees | ({"one"} if login == "host_unit" and service._ctx.actor.host_unit_id else set())


def test_an_agent_changes_no_master_data(as_user, world):
    with pytest.raises(NotAllowed):
        SiteService(as_user("agent_manager")).edit(world.sites["one"].id, {"name": "乙"})


def test_the_phone_of_a_contact_is_revealed_on_the_record(as_user, world):
    ctx = as_user("dispatcher")
    SiteService(ctx).edit(world.sites["one"].id, {"phone": "13900000042"})
    assert SiteService(ctx).reveal_phone(world.sites["one"].id) == "13900000042"
    events = ctx.session.scalars(select(OutboxEntry.event).order_by(OutboxEntry.id)).all()
    assert events == ["sites.edited", "sites.phone_revealed"]
    with pytest.raises(NotAllowed):
        SiteService(as_user("inspector")).reveal_phone(world.sites["one"].id)


def test_a_collector_adds_a_point_in_the_own_division_without_naming_it(as_user):
    site = SiteService(as_user("collector")).create({"name": "湖边健身点", "kind": "park"})
    assert site.division_code == "35"
