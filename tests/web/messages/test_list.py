"""The list of messages over the API."""

from __future__ import annotations

from shuhua_core.messages.models import Message


def test_a_list_of_messages_tells_subject_and_body_in_the_callers_language_with_one_statement_more(
    as_, deployment, world, count_requests_sql
):
    now = deployment.clock.now()
    with deployment.database.write() as session:
        for number in ("RW1", "RW2", "RW3"):
            facts = {"symptom": "摆腿松动", "site": "测试公园"}
            session.add(
                Message(
                    source_id=number, user_id=world.users["repairer"], notice="assigned", record_kind="task",
                    record_id=1, number=number, facts=facts, created_at=now,
                )
            )  # fmt: skip
    phone = as_("repairer").api
    counted = []
    for limit in (1, 3):
        with count_requests_sql() as counter:
            items = phone.get(f"/messages?limit={limit}", status=200).json["items"]
        counted.append(counter.count)
        assert len(items) == limit
    assert counted[0] == counted[1]
    assert items[0]["number"] in items[0]["subject"]
    one = phone.get(f"/messages/{items[0]['id']}").json
    assert (items[0]["subject"], items[0]["body"]) == (one["subject"], one["body"])
    assert "摆腿松动" in items[0]["body"]
