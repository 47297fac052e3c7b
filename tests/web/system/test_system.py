"""The administrator sees plugins, their faults, and deliveries that were given up, and tries one again."""

from __future__ import annotations

from sqlalchemy import select, update

from shuhua_core.audit.security import write_security
from shuhua_core.kernel.outbox import OutboxEntry


def test_plugins_their_faults_and_given_up_deliveries_are_shown_and_retried(as_, deployment, clock):
    write_security(
        deployment.database, "plugin.fault", now=clock.now(), detail={"plugin": "sms", "operation": "send", "fault": "hung"}
    )
    administrator = as_("administrator").office
    with deployment.database.write() as session:
        entry_id = session.scalars(select(OutboxEntry.id).limit(1)).one()
        given_up = update(OutboxEntry).where(OutboxEntry.id == entry_id)
        session.execute(given_up.values(gave_up=True, ended_at=clock.now(), last_error="no route"))
    page = administrator.get("/system/plugins")
    assert "sms" in page.text
    assert "hung" in page.text
    assert "no route" in page.text
    administrator.post_form(f"/system/deliveries/{entry_id}/retry", status=303)
    with deployment.database.read() as session:
        assert session.get(OutboxEntry, entry_id).ended_at is None
    administrator.post_form(f"/system/deliveries/{entry_id}/retry", status=404)


def test_nobody_else_sees_it(as_, visitor):
    as_("dispatcher").office.get("/system/plugins", status=403)
    assert visitor.get("/system/plugins").status_int == 303
