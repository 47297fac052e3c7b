"""What the feed tells a repairer whose task is taken away."""

from tests.web.work import flow_in


def test_a_repairer_is_told_that_a_task_is_gone(as_, deployment, world):
    if deployment.database.dialect == "postgresql":
        deployment.database.info["feed_boundary"] = 2**62
    with flow_in(deployment, world) as flow:
        task = flow.to_assigned(flow.approve(flow.report()))
        number, task_id = task.number, task.id
    start = as_("repairer").api.get("/changes").json["cursor"]
    as_("agent_manager").api.act(f"/tasks/{task_id}", "unassign", {"reason": "调动"}, status=200)
    items = as_("repairer").api.get("/changes", since=start, status=200).json["items"]
    assert [(item["kind"], item["record_id"], item["gone"], item["after"]) for item in items] == [("task", task_id, True, None)]
    (seen,) = as_("agent_manager").api.get("/changes", since=start, status=200).json["items"]
    assert (seen["number"], seen["gone"]) == (number, False)
