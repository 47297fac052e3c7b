import pytest
from sqlalchemy import func, select

from shuhua_core.archives.contacts import find_callers, keep_contact
from shuhua_core.archives.models import Contact
from shuhua_core.kernel.errors import Invalid, NotAllowed


def test_a_caller_becomes_a_contact_once(as_user, world):
    ctx = as_user("call_centre")
    path = world.units["branch"].path
    first = keep_contact(ctx, name="张测试", phone="13900000099", organisation_path=path)
    again = keep_contact(ctx, name="张测试", phone="13900000099", organisation_path=path, customer_id=world.customers["one"].id)
    assert first.id == again.id
    assert again.customer_id == world.customers["one"].id
    assert ctx.session.scalar(select(func.count()).select_from(Contact)) == 1


def test_a_contact_keeps_the_customer_it_has(as_user, world):
    ctx = as_user("call_centre")
    path = world.units["branch"].path
    keep_contact(ctx, name="张测试", phone="13900000099", organisation_path=path, customer_id=world.customers["one"].id)
    kept = keep_contact(ctx, name="张测试", phone="13900000099", organisation_path=path, customer_id=world.customers["two"].id)
    assert kept.customer_id == world.customers["one"].id


def test_two_people_share_one_phone(as_user, world):
    ctx = as_user("call_centre")
    for name in ("张测试", "李测试"):
        keep_contact(ctx, name=name, phone="059500000000", organisation_path=world.units["branch"].path)
    assert {each.name for each in find_callers(ctx, "0595-0000 0000")} == {"张测试", "李测试"}


def test_a_caller_is_found_by_the_whole_number_or_its_last_four_digits(as_user, world):
    ctx = as_user("call_centre")
    keep_contact(
        ctx,
        name="张测试",
        phone="13900009876",
        organisation_path=world.units["branch"].path,
        customer_id=world.customers["one"].id,
    )
    for said in ("+86 139 0000 9876", "9876", " 9876 "):
        (caller,) = find_callers(ctx, said)
        assert (caller.name, caller.customer_number) == ("张测试", "KH1")


def test_the_main_contact_of_a_customer_is_found_too(as_user):
    (caller,) = find_callers(as_user("call_centre"), "13900000001")
    assert (caller.contact_id, caller.customer_number, caller.name) == (None, "KH1", "测试客户")


def test_callers_of_another_branch_are_not_found(as_user, world):
    keep_contact(
        as_user("call_centre_other"), name="王测试", phone="13900009876", organisation_path=world.units["other_branch"].path
    )
    ctx = as_user("call_centre")
    assert find_callers(ctx, "9876") == []
    assert find_callers(ctx, "0003") == []


def test_half_a_number_is_refused(as_user):
    with pytest.raises(Invalid) as error:
        find_callers(as_user("call_centre"), "139")
    assert "phone" in error.value.errors


def test_who_may_not_read_customers_finds_nobody(as_user):
    with pytest.raises(NotAllowed):
        find_callers(as_user("repairer"), "0001")
