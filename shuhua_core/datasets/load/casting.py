"""Who in the invented deployment plays the demo logins: people with work to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from shuhua_core.datasets.invent import Plan
from shuhua_core.datasets.invented import RepairPlan

_OFFICE = ("call_centre", "reviewer", "dispatcher", "followup_clerk")
_OPEN = frozenset(
    {"pending_accept", "accepted", "assigned", "en_route", "on_site", "repairing", "on_hold", "rework", "pending_check"}
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Login by the key of who plays it, and what they have to do with each other."""

    logins: Mapping[str, str]
    agents: tuple[str, str]
    department: str
    customers: tuple[str, str]
    """Two customers, each in the area of the agent at the same place."""
    host: str | None
    """A site's host unit that checks repairs, where there is any."""
    division: str
    """The province of the first agent's area."""


def cast(plan: Plan) -> Cast:
    """Choose from a plan's people: units and customers with most to do now, then with most that was done."""
    units: Counter[str] = Counter()
    repairers: Counter[str] = Counter()
    customers: Counter[str] = Counter()
    agent_of: dict[str, str] = {}
    checks: Counter[str] = Counter()
    hosts = {site.key: site.host for site in plan.sites() if site.host is not None}
    for repair in plan.repairs():
        agent, repairer, department = _workers(repair)
        weight = 50 if any(state in _OPEN for state in repair.task_states) else 1
        for unit in {agent, department} - {None}:
            units[unit] += weight  # type: ignore[index]
        if repairer is not None:
            repairers[repairer] += weight
        if repair.reporter.startswith("customer:"):
            customers[repair.reporter] += 1
            if agent is not None:
                agent_of[repair.reporter] = agent
        if repair.site in hosts:
            checks[str(hosts[repair.site])] += 100 if "pending_check" in repair.task_states else 1
    pairs = _pairs(units, customers, agent_of)
    department = max((unit for unit in units if unit.startswith("department:")), key=lambda unit: (units[unit], unit))
    logins = {f"branch:{role}:1": role for role in _OFFICE}
    logins[f"{department}:manager"] = "department_manager"
    for suffix, (agent, customer) in zip(("", "_2"), pairs, strict=True):
        logins[f"{agent}:manager"] = f"agent_manager{suffix}"
        own = [key for key in repairers if key.startswith(f"{agent}:repairer:")]
        logins[max(own, key=lambda key: (repairers[key], key), default=f"{agent}:repairer:1")] = f"repairer{suffix}"
        logins[customer] = f"customer{suffix}"
    host = max(checks, key=lambda key: (checks[key], key), default=None)
    if host is not None:
        logins[host] = "host_unit"
    agents, chosen = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    return Cast(logins, (agents[0], agents[1]), department, (chosen[0], chosen[1]), host, chosen[0].removeprefix("customer:")[:2])


def _workers(repair: RepairPlan) -> tuple[str | None, str | None, str | None]:
    """The agent, the repairer and the department who had a task of the request last."""
    agent = repairer = department = None
    for step in repair.steps:
        unit = step.input.get("unit_id")
        if "repairer_id" in step.input:
            repairer = step.input["repairer_id"]
            unit = repairer.partition(":repairer:")[0]
        if unit is not None and unit.startswith("agent:"):
            agent = unit
        elif unit is not None:
            department = unit
    return agent, repairer, department


def _pairs(units: Counter[str], customers: Counter[str], agent_of: Mapping[str, str]) -> list[tuple[str, str]]:
    """The two busiest agents that have a customer who reports, each with the one who reports most."""
    best: dict[str, str] = {}
    for customer, agent in agent_of.items():
        if customers[customer] > customers[best.get(agent, "")]:
            best[agent] = customer
    chosen = sorted(best, key=lambda agent: (-units[agent] - 10 * customers[best[agent]], agent))[:2]
    if len(chosen) < 2:
        raise ValueError("plan more requests: two agents with a customer each are needed")
    return [(agent, best[agent]) for agent in chosen]
