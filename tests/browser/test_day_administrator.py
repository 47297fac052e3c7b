"""An administrator: somebody new, what they would see, a role, somebody who leaves, the logs, a second factor, a choice list."""

from __future__ import annotations

from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from shuhua_core.accounts.models import Role
from shuhua_core.testing.world import PASSWORD
from tests.browser.hands import FORM
from tests.browser.looks import ways

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("way", ways(), ids=str)
def test_the_day_of_an_administrator(day, deployment, world, way):
    with deployment.database.read() as session:
        clerks = session.scalars(select(Role.id).where(Role.code == "call_centre")).one()
    leaves = world.users["repairer_2"]
    hands = day("administrator")
    page = hands.page
    chinese = way.locale == "zh_Hans"

    # Somebody new, with a role in a unit, invited by a link; and what would this person see?
    hands.menu("/users")
    hands.leave(lambda: hands.press('.toolbar a[href="/users/new"]'))
    hands.look("new user")
    hands.write('[name="login"]', "newcomer")
    hands.write('[name="name"]', "新人甲")
    hands.select('[name="organisation_id"]', world.units["branch"].id)
    hands.press('[name="roles"][value="call_centre"]')
    hands.send()
    hands.told()
    hands.look("user added")
    hands.form('.actions a[href$="/link"]', "invitation")
    hands.press(f"#dialog {FORM} button[type=submit]")
    expect(page.locator("#dialog input[readonly]")).to_be_visible()
    hands.look("link")
    hands.close()
    hands.form('.actions a[href$="/sees"]', "may I see")
    hands.press(f"#dialog {FORM} button[type=submit]")
    expect(page.locator("#dialog-body")).to_contain_text("维修申请" if chinese else "Repair requests")
    expect(page.locator("#dialog-body")).not_to_contain_text("角色" if chinese else "Roles")
    hands.look("what they see")
    hands.close()

    # Those who answer calls no longer change customers.
    hands.menu("/roles")
    hands.leave(lambda: hands.press(f'main a[href="/roles/{clerks}"]'))
    hands.look("role")
    hands.choose("customers.edit", "")
    hands.leave(lambda: hands.press("main .form-buttons button"))
    hands.told()

    # Somebody leaves; the phone in their pocket is signed out by that.
    signed_in = {"login": "repairer_2", "password": PASSWORD, "device": "phone"}
    phone = page.context.request.post("/api/v1/session", data=signed_in).json()["token"]
    bearer = {"Authorization": f"Bearer {phone}", "Idempotency-Key": str(uuid4())}
    assert page.context.request.get("/api/v1/tasks", headers=bearer).status == 200
    hands.menu("/users")
    hands.find("repairer_2")
    hands.open_row("repairer_2")
    hands.form(f'#beside .actions a[href="/users/{leaves}/disable"]', "disable")
    hands.send()
    hands.told()
    assert page.context.request.get("/api/v1/tasks", headers=bearer).status == 401

    # The logs tell who did that, and that nobody has changed them.
    hands.menu("/logs")
    hands.write("#filter-login", "administrator")
    with page.expect_response("**/logs?**"):
        page.keyboard.press("Enter")
    hands.settle()
    hands.row("停用用户" if chinese else "User disabled", "测试")
    hands.look("log of one person")
    hands.leave(lambda: hands.press('.toolbar a[href="/logs/chain"]'))
    hands.leave(lambda: hands.press("main form:not(.languages) button"))
    hands.told()
    hands.look("chain")

    # A second factor for the own account.
    hands.press(".office-bar-end .dropdown-toggle")
    hands.leave(lambda: hands.press('.dropdown-item[href="/sessions"]'))
    hands.look("own sessions")
    hands.leave(lambda: hands.press('main a[href="/second-factor"]'))
    hands.look("second factor")
    hands.write('[name="code"]', pyotp.TOTP(page.locator("main code").inner_text()).now())
    hands.press(f"{FORM} button[type=submit]")
    expect(page.locator("main code, main .recovery-codes").first).to_be_visible()
    hands.look("recovery codes")

    # A new word of a choice list.
    hands.menu("/choices")
    hands.leave(lambda: hands.press('main a[href="/choices/site_kinds"]'))
    hands.look("choice list")
    hands.press('main a[href="/choices/site_kinds/new"]')
    page.locator(f"{FORM}:visible").wait_for()
    hands.settle()
    hands.look("new word")
    hands.write('[name="code"]', "riverside")
    hands.write('[name="zh"]', "滨河绿道")
    hands.write('[name="en"]', "Riverside path")
    hands.send()
    hands.told()
    expect(page.locator("main")).to_contain_text("滨河绿道")
