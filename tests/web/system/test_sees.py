"""What would this person see: their menu, their rows, and an entry in the log that somebody looked."""

from sqlalchemy import select

from shuhua_core.audit.models import AuditEntry


def look(browser, user_id):
    return browser.get(f"/users/{user_id}/sees", status=200).forms["form-inputschema"].submit(expect_errors=True)


def test_the_page_shows_menu_counts_and_first_rows_of_that_person_alone(as_, world, deployment):
    page = look(as_("administrator").office, world.users["agent_manager"])
    assert page.status_int == 200
    text = page.html.select_one("main").text
    assert "安装点 (1)" in text
    assert world.sites["one"].number in text
    assert world.sites["other"].number not in text
    with deployment.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "try_out")).one()
    assert (entry.record_id, entry.actor_id) == (world.users["agent_manager"], as_("administrator").user_id)


def test_a_disabled_user_sees_nothing_and_nobody_else_may_look(as_, world):
    admin = as_("administrator").office
    admin.get(f"/users/{world.users['repairer']}/disable").forms["form-inputschema"].submit(status=303)
    assert look(admin, world.users["repairer"]).status_int == 422
    as_("dispatcher").office.get(f"/users/{world.users['leader']}/sees", status=403)
