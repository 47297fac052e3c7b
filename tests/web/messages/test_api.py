"""The inbox over the API: a list that a phone can show as it is."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("language", "words"), [("en", "was allocated to you"), ("zh", "已分配给您")])
def test_a_list_of_messages_carries_their_words_in_the_callers_language(as_, told, language, words):
    caller = as_("agent_manager").api
    caller.headers["Accept-Language"] = language
    [listed] = caller.get("/messages").json["items"]
    whole = caller.get(f"/messages/{listed['id']}").json
    assert words in listed["subject"]
    assert "测试公园" in listed["body"]
    assert (listed["subject"], listed["body"]) == (whole["subject"], whole["body"])


def test_the_words_of_a_page_cost_one_statement(as_, past, work, count_requests_sql):
    api = as_("agent_manager").api

    def statements() -> int:
        api.get("/messages")
        with count_requests_sql() as sql:
            assert api.get("/messages").json["items"]
        return sql.count

    def allocate(piece: str) -> None:
        with past() as flow:
            task = flow.approve(flow.report(piece=piece))
            flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
        work()

    allocate("one_1")
    one = statements()
    allocate("one_2")
    assert statements() == one
