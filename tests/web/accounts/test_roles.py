"""Roles as data in the office: the matrix, copies, and what nobody can do to themselves or to the last administrator."""

import pytest
from sqlalchemy import select

from shuhua_core.accounts.models import Role, UserRole
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.role_service import RoleService
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.actor import SYSTEM
from shuhua_web.accounts.roles import ROOMS


def role_id(deployment, code):
    with deployment.database.read() as session:
        return session.scalar(select(Role.id).where(Role.code == code))


def matrix(browser, path):
    return next(form for form in browser.get(path, status=200).forms.values() if "seen" in form.fields)


def test_the_matrix_shows_what_a_role_may_do_and_a_change_is_in_force_at_once(as_, deployment):
    browser, person = as_("administrator").office, as_("call_centre")
    assert person.api.get("/followups").status_int == 200
    form = matrix(browser, f"/roles/{role_id(deployment, 'call_centre')}")
    assert form["followups.view"].value == "organisation"
    form["followups.view"] = ""
    form.submit(status=303)
    assert person.api.get("/followups").status_int == 403


def test_a_role_is_copied_given_and_removed(as_, world, deployment):
    browser = as_("administrator").office
    form = matrix(browser, "/roles/new?copy=reviewer")
    assert form["repairs.review"].value == "organisation"
    form["code"], form["zh"], form["en"] = "reviewer_night", "夜班审核员", "Night reviewer"
    form["repairs.answer"] = ""
    form.submit(status=303)
    made = role_id(deployment, "reviewer_night")
    with deployment.database.write() as session:
        UserService(deployment.context(session, SYSTEM)).update(world.users["content_editor"], {"roles": ["reviewer_night"]})
    assert as_("content_editor").api.get("/repairs").status_int == 200
    browser.post_form(f"/roles/{made}/remove", status=409)
    with deployment.database.write() as session:
        UserService(deployment.context(session, SYSTEM)).update(world.users["content_editor"], {"roles": []})
    browser.post_form(f"/roles/{made}/remove", status=303)
    assert role_id(deployment, "reviewer_night") is None


def test_a_role_that_came_with_the_system_stays(as_, deployment):
    as_("administrator").office.post_form(f"/roles/{role_id(deployment, 'auditor')}/remove", status=403)


def test_a_code_that_is_taken_or_wrong_is_refused_with_all_that_was_typed(as_):
    browser = as_("administrator").office
    for code in ("auditor", "Not A Code", ""):
        form = matrix(browser, "/roles/new")
        form["code"], form["zh"], form["en"] = code, "名", "Name"
        form["audit.view"] = "all"
        refused = form.submit(status=422)
        again = next(form for form in refused.forms.values() if "seen" in form.fields)
        assert (again["zh"].value, again["audit.view"].value) == ("名", "all")


def test_a_change_made_meanwhile_is_not_overwritten(as_, deployment):
    browser, path = as_("administrator").office, f"/roles/{role_id(deployment, 'leader')}"
    first, second = matrix(browser, path), matrix(browser, path)
    first["tasks.urge"] = ""
    first.submit(status=303)
    second["customers.view"] = ""
    second.submit(status=409)


def test_nobody_changes_a_role_that_they_have(as_, deployment):
    browser, own = as_("administrator").office, role_id(deployment, "administrator")
    page = browser.get(f"/roles/{own}", status=200)
    seen = next(form for form in page.forms.values() if "seen" in form.fields)["seen"].value
    fields = {"seen": seen, "zh": "管", "en": "A", "repairs.review": "all", "accounts.edit": "all"}
    browser.post_form(f"/roles/{own}", fields, status=403)


def test_who_only_reads_accounts_or_keeps_a_part_changes_no_role(as_, deployment, world):
    with deployment.database.write() as session:
        ctx = deployment.context(session, SYSTEM)
        RoleService(ctx).save(
            "branch_keeper", {"accounts.view": "organisation", "accounts.edit": "organisation"}, zh="分公司管理员", en="Keeper"
        )
        UserService(ctx).update(world.users["dispatcher"], {"roles": ["branch_keeper"]})
    browser, target = as_("dispatcher").office, role_id(deployment, "auditor")
    browser.get(f"/roles/{target}", status=200)
    browser.get("/roles/new", status=403)
    browser.post_form(f"/roles/{target}", {"seen": "x", "zh": "a", "en": "b"}, status=403)
    browser.post_form(f"/roles/{target}/remove", status=403)
    # nor gives what they do not have, nor sets the password or link of who has more
    form = browser.get(f"/users/{world.users['repairer']}/edit").forms["form-userpatchschema"]
    browser.post_form(f"/users/{world.users['repairer']}/edit", {**dict(form.submit_fields()), "roles": "auditor"}, status="*")
    with deployment.database.read() as session:
        auditor = session.scalars(select(UserRole.role_id).where(UserRole.user_id == world.users["repairer"])).all()
    assert target not in auditor


@pytest.mark.parametrize("scope", ["everything", "ALL"])
def test_a_scope_that_there_is_not_is_refused(as_, deployment, scope):
    browser, path = as_("administrator").office, f"/roles/{role_id(deployment, 'leader')}"
    seen = matrix(browser, path)["seen"].value
    browser.post_form(path, {"seen": seen, "zh": "领导", "en": "Leader", "tasks.view": scope}, status=422)


def test_all_roles_are_listed_with_how_many_have_them(as_, count_requests_sql):
    browser = as_("administrator").office
    with count_requests_sql() as sql:
        page = browser.get("/roles", status=200)
    assert len(page.html.select("tbody tr")) >= 18
    assert sql.count <= 8


def test_every_room_with_permissions_has_a_heading(as_):
    page = as_("administrator").office.get("/roles/1", status=200)
    headings = [each.get_text(strip=True) for each in page.html.select('th[scope="rowgroup"]')]
    assert headings
    assert not {str(each).partition(".")[0] for each in Permission} & set(headings)  # a heading, not a name of the program
    assert {str(each).partition(".")[0] for each in Permission} <= set(ROOMS)
