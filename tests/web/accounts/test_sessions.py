"""Sessions and devices, phones of staff, deleting users, divisions of roles."""

import pytest
from sqlalchemy import select

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.accounts.erasing import keys_to_users
from shuhua_core.accounts.models import User
from shuhua_core.audit.chain import lay, verify
from shuhua_core.audit.models import AuditEntry


def test_a_person_sees_where_they_are_signed_in_and_ends_what_they_do_not_know(as_):
    person = as_("repairer")
    page = person.office.get("/sessions", status=200)
    assert "phone of tests" in page
    forms = [form for form in page.forms.values() if form.action.endswith("/end")]
    assert len(forms) == 1  # not the one that asks
    forms[0].submit(status=303)
    assert person.api.get("/session").status_int == 401
    person.office.get("/", status=200)


def test_nobody_ends_the_session_of_somebody_else_as_their_own(as_):
    victim, thief = as_("repairer"), as_("repairer_2").office
    action = next(f.action for f in victim.office.get("/sessions").forms.values() if f.action.endswith("/end"))
    thief.post_form(action, status=404)
    assert victim.api.get("/session").status_int == 200


def test_the_administrator_ends_one_and_all_sessions_of_a_user(as_, world):
    person, browser = as_("repairer"), as_("administrator").office
    path = f"/users/{world.users['repairer']}/sessions"
    page = browser.get(path, status=200)
    ends = [form for form in page.forms.values() if form.action.endswith("/sessions/end")]
    assert [form["session"].value.isdigit() for form in ends] == [True, True, False]
    ends[0].submit(status=303)
    ends[-1].submit(status=303)
    assert person.api.get("/session").status_int == 401
    person.office.get("/", status=303)
    browser.post_form(f"{path}/end", {"session": "999999"}, status=404)
    browser.post_form(f"{path}/end", {"session": "' OR 1=1"}, status=404)


def test_a_signed_in_browser_is_named_and_its_address_kept(visitor, as_):
    from shuhua_core.testing.world import PASSWORD

    form = visitor.get("/sign-in").forms["form-signinschema"]
    form["login"], form["password"] = "leader", PASSWORD
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
    form.submit(headers={"User-Agent": agent}, status=303)
    assert "Chrome · Windows" in visitor.get("/sessions")


def test_a_phone_of_staff_is_masked_and_its_reveal_logged(as_, world, deployment):
    with deployment.database.write() as session:
        session.get(User, world.users["repairer"]).phone = "13900001234"
    browser, user_id = as_("administrator").office, world.users["repairer"]
    for page in (browser.get(f"/users/{user_id}"), browser.get(f"/users/{user_id}/edit")):
        assert "13900001234" not in page.text.replace(" ", "")
    shown = browser.post_form(f"/users/{user_id}/phone", status=200)
    assert shown.text.replace(" ", "") == "13900001234"
    with deployment.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "reveal_phone")).one()
    assert (entry.record_id, entry.actor_id) == (user_id, as_("administrator").user_id)


def test_a_form_that_leaves_the_masked_phone_empty_keeps_it(as_, world, deployment):
    with deployment.database.write() as session:
        session.get(User, world.users["repairer"]).phone = "13900001234"
    form = as_("administrator").office.get(f"/users/{world.users['repairer']}/edit").forms["form-userpatchschema"]
    form["name"] = "改名"
    form.submit(status=303)
    with deployment.database.read() as session:
        user = session.get(User, world.users["repairer"])
    assert (user.name, user.phone) == ("改名", "13900001234")


def delete(browser, user_id, login):
    form = browser.get(f"/users/{user_id}/delete").forms["form-confirmschema"]
    form["login"] = login
    return form.submit(expect_errors=True)


def test_a_user_on_whom_nothing_hangs_is_deleted(as_, world, deployment):
    browser, user_id = as_("administrator").office, world.users["content_editor"]
    assert delete(browser, user_id, "somebody").status_int == 422
    assert delete(browser, user_id, "content_editor").status_int == 303
    browser.get(f"/users/{user_id}", status=404)


def test_a_user_who_did_something_is_anonymised_and_the_chain_holds(as_, world, deployment):
    person, browser, user_id = as_("repairer"), as_("administrator").office, world.users["repairer"]
    form = browser.get(f"/users/{user_id}/edit").forms["form-userpatchschema"]
    form["phone"] = "139 0000 7777"
    form.submit(status=303)
    with deployment.database.write() as session:
        lay(session)
    assert delete(browser, user_id, "repairer").status_int == 303
    assert person.api.get("/session").status_int == 401
    with deployment.database.write() as session:
        user = session.get(User, user_id)
        assert (user.name, user.phone, user.email, user.active) == (f"#{user_id}", None, None, False)
        told = [entry.personal for entry in session.scalars(select(AuditEntry).where(AuditEntry.record_id == user_id))]
        assert "7777" not in str(told)
        lay(session)
        assert verify(session) is None


def test_nobody_deletes_themselves(as_, world):
    person = as_("administrator")
    assert delete(person.office, person.user_id, "administrator").status_int == 403


def test_every_table_that_names_a_user_is_looked_at():
    assert {key.parent.table.name for key in keys_to_users()} >= {"steps", "repairs", "tasks"}


def test_a_role_is_narrowed_to_a_division(as_, world, deployment):
    browser, user_id = as_("administrator").office, world.users["authority"]
    form = browser.get(f"/users/{user_id}/divisions").forms["form-divisionsschema"]
    form["authority"] = "nonsense"
    form = form.submit(status=422).forms["form-divisionsschema"]
    form["authority"] = "3505"
    form.submit(status=303)
    assert "(3505)" in browser.get(f"/users/{user_id}")
    with deployment.database.read() as session:
        assert load_actor_by_login(session, "authority").reach("sites.view")[0].value == "3505"


@pytest.mark.parametrize("path", ["divisions", "link", "delete", "sessions", "second-factor"])
def test_only_who_keeps_accounts_opens_these(as_, world, path):
    as_("dispatcher").office.get(f"/users/{world.users['repairer']}/{path}", status=403)
