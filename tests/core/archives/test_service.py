from decimal import Decimal

import pytest
from sqlalchemy import select

from shuhua_core.archives.models import Customer
from shuhua_core.archives.service import CustomerService, ModelService, ProjectService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale
from shuhua_core.kernel.outbox import OutboxEntry

CUSTOMER = {
    "name": "测试中学",
    "kind": "school",
    "division_code": "350582",
    "address": "测试路 5 号",
    "contact_name": "陈测试",
    "phone": "139 0000 0123",
    "email": "test@example.com",
    "fax": "0595-0000 0001",
}


def test_a_customer_is_kept_with_all_seven_fields(as_user, world):
    made = CustomerService(as_user("dispatcher")).create(CUSTOMER)
    assert made.number.startswith("KH20261122-")
    assert (made.name, made.address, made.contact_name, made.email) == ("测试中学", "测试路 5 号", "陈测试", "test@example.com")
    assert (made.phone, made.phone_tail, made.fax) == ("13900000123", "0123", "059500000001")
    assert made.organisation_path == world.units["branch"].path


def test_a_number_that_people_give_is_kept_and_its_twin_is_told_who_has_it(as_user):
    service = CustomerService(as_user("dispatcher"))
    service.create({"name": "甲", "number": "QZ-7"})
    with pytest.raises(Invalid) as error:
        service.create({"name": "乙", "number": "QZ-7"})
    text = error.value.errors["number"]
    assert text.mapping == {"value": "QZ-7", "number": "QZ-7", "name": "甲"}


def test_a_twin_in_another_branch_is_not_named(as_user):
    with pytest.raises(Invalid) as error:
        CustomerService(as_user("dispatcher")).create({"name": "乙", "number": "KH3"})
    assert error.value.errors["number"].mapping == {"value": "KH3"}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "name"),
        ({"name": "甲", "phone": "139****0000"}, "phone"),
        ({"name": "甲", "email": "no address"}, "email"),
        ({"name": "甲", "division_code": "99"}, "division_code"),
        ({"name": "甲", "kind": "alien"}, "kind"),
        ({"name": "甲" * 121}, "name"),
        ({"name": "甲", "organisation_path": "/1/"}, "organisation_path"),
        ({"name": "甲", "number": "甲 乙"}, "number"),
    ],
)
def test_bad_input_is_told_by_field(as_user, data, field):
    with pytest.raises(Invalid) as error:
        CustomerService(as_user("dispatcher")).create(data)
    assert list(error.value.errors) == [field]


def test_a_patch_changes_what_it_names(as_user, world):
    ctx = as_user("dispatcher")
    customer = CustomerService(ctx).edit(
        world.customers["one"].id, {"phone": "0595-0000 4321", "address": None}, expected_version=1
    )
    assert (customer.phone, customer.phone_tail, customer.address) == ("059500004321", "4321", None)
    assert (customer.version, customer.updated_at) == (2, ctx.now)
    assert customer.name == "测试客户"


def test_a_patch_does_not_empty_what_is_required(as_user, world):
    with pytest.raises(Invalid) as error:
        CustomerService(as_user("dispatcher")).edit(world.customers["one"].id, {"name": None})
    assert list(error.value.errors) == ["name"]


def test_a_patch_that_changes_nothing_makes_no_version(as_user, world):
    service = CustomerService(as_user("dispatcher"))
    assert service.edit(world.customers["one"].id, {"name": "测试客户"}).version == 1


def test_a_stale_patch_is_refused(as_user, world):
    service = CustomerService(as_user("dispatcher"))
    service.edit(world.customers["one"].id, {"name": "甲"}, expected_version=1)
    with pytest.raises(VersionStale) as error:
        service.edit(world.customers["one"].id, {"name": "乙"}, expected_version=1)
    assert error.value.details == {"version": 2}


def test_another_branch_sees_no_customer(as_user, world):
    service = CustomerService(as_user("dispatcher_other"))
    for call in (lambda: service.get(world.customers["one"].id), lambda: service.edit(world.customers["one"].id, {"name": "甲"})):
        with pytest.raises(NotFound):
            call()


def test_who_may_only_read_cannot_change(as_user, world):
    service = CustomerService(as_user("leader"))
    assert service.get(world.customers["one"].id).number == "KH1"
    with pytest.raises(NotAllowed):
        service.edit(world.customers["one"].id, {"name": "甲"})
    with pytest.raises(NotAllowed):
        service.create(CUSTOMER)


def test_personal_values_stay_out_of_the_outbox_and_of_the_open_audit(as_user):
    ctx = as_user("dispatcher")
    made = CustomerService(ctx).create(CUSTOMER)
    entry = ctx.session.scalars(select(OutboxEntry).where(OutboxEntry.event == "customers.created")).one()
    assert "13900000123" not in str(entry.payload)
    audit = ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == "customers.created")).one()
    assert audit.record_id == made.id
    assert audit.detail["changes"]["name"] == [None, "测试中学"]
    assert "phone" not in audit.detail["changes"]
    assert audit.personal["phone"] == [None, "13900000123"]


def test_a_revealed_phone_is_recorded(as_user, world):
    ctx = as_user("call_centre")
    assert CustomerService(ctx).reveal_phone(world.customers["one"].id) == "13900000001"
    assert ctx.session.scalar(select(OutboxEntry.event)) == "customers.phone_revealed"
    with pytest.raises(NotAllowed):
        CustomerService(as_user("leader")).reveal_phone(world.customers["one"].id)


def test_a_project_is_kept_with_its_amount_to_the_fen(as_user, world):
    data = {"name": "测试路径工程", "division_code": "3505", "amount": "1280000.50", "customer_id": world.customers["one"].id}
    ctx = as_user("dispatcher")
    made = ProjectService(ctx).create(data)
    ctx.session.expire(made)
    assert made.number.startswith("GC20261122-")
    assert made.amount == Decimal("1280000.50")
    assert (made.kind, made.customer_id) == ("path", world.customers["one"].id)


def test_a_project_names_no_customer_that_its_author_may_not_see(as_user, world):
    with pytest.raises(Invalid) as error:
        ProjectService(as_user("dispatcher")).create({"name": "甲", "customer_id": world.customers["other"].id})
    assert list(error.value.errors) == ["customer_id"]


def test_a_project_is_not_accepted_before_it_began(as_user):
    service = ProjectService(as_user("dispatcher"))
    project = service.create({"name": "甲", "started_on": "2026-05-01"})
    with pytest.raises(Invalid) as error:
        service.edit(project.id, {"accepted_on": "2026-04-30"})
    assert list(error.value.errors) == ["accepted_on"]


def test_everybody_of_the_house_reads_the_models(as_user):
    made = ModelService(as_user("dispatcher")).create(
        {"number": "SH-1", "name": "扭腰器", "type": "twister", "safe_life_years": 8}
    )
    for login in ("repairer", "reviewer_other", "administrator"):
        assert ModelService(as_user(login)).get(made.id).number == "SH-1"
    with pytest.raises(NotAllowed):
        ModelService(as_user("reviewer")).edit(made.id, {"name": "乙"})
    with pytest.raises(NotFound):
        ModelService(as_user("customer")).get(made.id)


def test_two_who_take_one_number_at_once_do_not_both_get_it(as_user, monkeypatch):
    from shuhua_core.archives import records
    from shuhua_core.kernel.errors import Conflict

    monkeypatch.setattr(records, "require_unique", lambda *args, **kwargs: None)
    ctx = as_user("dispatcher")
    with pytest.raises(Conflict), ctx.session.begin_nested():
        CustomerService(ctx).create({"name": "乙", "number": "KH1"})
    assert ctx.session.scalars(select(Customer.name).where(Customer.number == "KH1")).one() == "测试客户"
