"""DOMAIN.md's two tables, typed once more for the tests, and a referee that plays scripts by them."""

import re

SAME, BEFORE = "same", "the state before"

OPEN_TASK = [
    "unallocated", "pending_accept", "accepted", "pending_reallocation", "assigned", "en_route", "on_site", "repairing",
    "on_hold", "pending_check", "rework",
]  # fmt: skip
WITH_UNIT = ["pending_accept", "accepted", "assigned", "en_route", "on_site", "repairing", "on_hold"]
WITH_REPAIRER = ["assigned", "en_route", "on_site", "repairing", "on_hold"]

# action: (from, to, who)
REPAIR = {
    "submit": (["draft"], "pending_review", "reporter"),
    "approve": (["pending_review"], "in_progress", "reviewer"),
    "reject": (["pending_review", "need_info"], "rejected", "reviewer"),
    "answer": (["pending_review"], "resolved", "reviewer call_centre"),
    "ask_more": (["pending_review"], "need_info", "reviewer"),
    "supply": (["need_info"], "pending_review", "reporter call_centre"),
    "expire": (["need_info"], "closed", "system"),
    "merge": (["pending_review", "need_info", "in_progress"], "merged", "reviewer"),
    "unmerge": (["merged"], "pending_review", "reviewer"),
    "withdraw": (["draft", "pending_review", "need_info"], "withdrawn", "reporter"),
    "ask_withdraw": (["in_progress"], SAME, "reporter"),
    "add_task": (["in_progress"], SAME, "dispatcher"),
    "resolve": (["in_progress"], "resolved", "system"),
    "redo": (["resolved"], "in_progress", "system"),
    "fall_back": (["in_progress"], "pending_review", "system"),
    "confirm": (["resolved"], "closed", "reporter system"),
    "dispute": (["resolved"], "in_progress", "reporter"),
    "reopen": (["closed", "rejected"], "pending_review", "reporter reviewer"),
}
TASK = {
    "allocate": (["unallocated", "pending_reallocation"], "pending_accept", "dispatcher"),
    "accept": (["pending_accept"], "accepted", "manager repairer"),
    "object": (["pending_accept", "accepted"], "pending_reallocation", "manager repairer"),
    "recall": (WITH_UNIT, "pending_reallocation", "dispatcher"),
    "assign": (["accepted", "rework"], "assigned", "manager"),
    "take": (["assigned"], SAME, "repairer"),
    "decline": (["assigned", "en_route"], "accepted", "repairer"),
    "unassign": ([*WITH_REPAIRER, "rework"], "accepted", "manager"),
    "appoint": (WITH_REPAIRER, SAME, "repairer call_centre"),
    "depart": (["assigned"], "en_route", "repairer"),
    "arrive": (["en_route"], "on_site", "repairer"),
    "start": (["assigned", "en_route", "on_site", "rework"], "repairing", "repairer"),
    "feedback": ([*WITH_REPAIRER, "completed", "pending_check", "rework"], SAME, "repairer manager"),
    "urge": (OPEN_TASK, SAME, "reporter leader call_centre"),
    "hold": (["accepted", "assigned", "en_route", "on_site", "repairing"], "on_hold", "repairer manager"),
    "resume": (["on_hold"], BEFORE, "repairer manager"),
    "complete": (["on_site", "repairing"], "completed", "repairer"),
    "pass_check": (["pending_check"], "completed", "host"),
    "fail_check": (["pending_check"], "rework", "host"),
    "rework": (["completed", "followed_up"], "rework", "followup_clerk dispatcher"),
    "followup_attempt": (["completed"], SAME, "followup_clerk"),
    "follow_up": (["completed"], "followed_up", "followup_clerk"),
    "close": (["followed_up"], "closed", "followup_clerk system"),
    "close_unreached": (["completed"], "closed", "followup_clerk"),
    "cancel": ([*WITH_UNIT, "unallocated", "pending_reallocation"], "cancelled", "dispatcher"),
}
NEEDS_REASON = {
    "reject", "unmerge", "ask_withdraw", "dispute", "reopen", "object", "recall", "decline", "unassign", "rework", "cancel",
    "stop_use", "restore",
}  # fmt: skip
ENDED = {"completed", "followed_up", "closed", "cancelled"}


def role(actor, repair):
    """What part an actor plays in a request."""
    if actor in ("system", "public"):
        return "reporter" if actor == "public" else actor
    if actor.startswith("customer:"):
        return "reporter" if actor == repair.reporter else "a stranger"
    if actor.startswith("host:"):
        return "host"
    return re.fullmatch(r".+?:(?:\w+:)?(manager|repairer|call_centre|reviewer|dispatcher|followup_clerk)(?::\d+)?", actor)[1]


class Referee:
    """Plays one request's script and fails at the first step that the tables forbid."""

    def __init__(self, repair, *, check_asked):
        self.repair = repair
        self.check_asked = check_asked
        self.state = repair.state
        self.tasks = {}
        self.facts = {}
        self.joined = None
        self.stopped = False

    def play(self):
        at = self.repair.created_at
        for step in self.repair.steps:
            assert step.at >= at, "steps are in order of time"
            at = step.at
            {"repair": self.on_repair, "task": self.on_task, "equipment": self.on_equipment}[step.subject](step)
            if step.action in NEEDS_REASON:
                assert len(step.input["reason"]) >= 2, step
        return self

    def on_repair(self, step):
        repair = self.repair
        assert step.key == repair.key
        before, after, who = REPAIR[step.action]
        assert self.state in before, (step.action, self.state)
        assert role(step.actor, repair) in who.split(), (step.action, step.actor)
        ended = list(self.tasks.values())
        if step.action == "approve":
            self.on_approve(step)
        elif step.action == "add_task":
            self.make_task()
        elif step.action == "resolve" and self.joined is None:
            assert ended
            assert set(ended) <= ENDED
            assert set(ended) != {"cancelled"}
        elif step.action == "fall_back":
            assert set(ended) == {"cancelled"}
        elif step.action == "redo":
            assert "rework" in ended
        self.state = self.state if after == SAME else after

    def on_approve(self, step):
        assert {"severity", "in_warranty"} <= step.input.keys()
        if "task_id" in step.input:
            self.joined = step.input["task_id"]
        else:
            self.make_task()

    def make_task(self):
        key = f"task:{self.repair.key.split(':')[1]}:{len(self.tasks) + 1}"
        self.tasks[key] = "unallocated"
        self.facts[key] = {"direct": False, "taken": False, "repairer": None, "held": None, "unit": None, "attempts": 0}

    def on_task(self, step):
        before, after, who = TASK[step.action]
        state, facts = self.tasks[step.key], self.facts[step.key]
        assert state in before, (step.action, state)
        part = role(step.actor, self.repair)
        assert part in who.split(), (step.action, step.actor)
        if part == "repairer" and step.action != "accept":
            assert step.actor == facts["repairer"], (step.action, step.actor, facts)
        if part == "manager":
            assert step.actor == f"{facts['unit']}:manager", (step.action, step.actor, facts)
        if after == BEFORE:
            after = facts["held"]
        after = self.exceptions(step, facts, state, after)
        self.tasks[step.key] = state if after == SAME else after

    def exceptions(self, step, facts, state, after):
        action, values = step.action, step.input
        if action == "allocate":
            assert ("unit_id" in values) != ("repairer_id" in values)
            facts.update(
                direct="repairer_id" in values, unit=values.get("unit_id"), repairer=values.get("repairer_id"), taken=False
            )
        elif action == "accept":
            assert role(step.actor, self.repair) == ("repairer" if facts["direct"] else "manager")
            assert not facts["direct"] or step.actor == facts["repairer"]
            return "assigned" if facts["direct"] else after
        elif action == "assign":
            unit = facts["unit"] or facts["repairer"].partition(":repairer:")[0]
            assert values["repairer_id"].startswith(f"{unit}:repairer:")
            facts.update(repairer=values["repairer_id"], taken=False)
        elif action == "take":
            assert not facts["taken"]
            facts["taken"] = True
        elif action == "decline":
            after = "pending_reallocation" if facts["direct"] else after
            facts["repairer"] = None
        elif action == "unassign":
            assert facts["repairer"]
            facts["repairer"] = None
        elif action == "hold":
            assert values["hold_reason"] in {"parts", "customer", "weather", "factory", "safety"}
            facts["held"] = state
        elif action == "complete":
            assert values["result"] in {"repaired", "no_fault", "temporary", "cannot_repair"}
            assert values["cause"]
            assert values["remedy"]
            return "pending_check" if self.check_asked else after
        elif action == "followup_attempt":
            facts["attempts"] += 1
        elif action == "close_unreached":
            assert facts["attempts"] >= 3
        return after

    def on_equipment(self, step):
        assert step.key == self.repair.equipment
        assert step.action == ("restore" if self.stopped else "stop_use")
        self.stopped = not self.stopped
