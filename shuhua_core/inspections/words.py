"""Words of inspections with their labels (zh, en)."""

from __future__ import annotations

from collections.abc import Mapping

from ..kernel.workflow import State, Workflow

Labels = Mapping[str, tuple[str, str]]

ANSWERS: Labels = {
    "normal": ("正常", "Normal"),
    "abnormal": ("异常", "Abnormal"),
    "not_applicable": ("不适用", "Not applicable"),
}
"""What can be said to an item."""

RESULTS: Labels = {
    "normal": ("正常", "Normal"),
    "abnormal": ("发现异常", "Faults found"),
    "dangerous": ("危险停用", "Danger, put out of use"),
}
"""What an inspection comes to, the best first."""

PLAN_KINDS: Labels = {"regular": ("定期巡查", "Regular"), "spot_check": ("双随机抽查", "Random spot check")}

OF: Labels = {"piece": ("器材", "Each piece"), "site": ("安装点", "The site as a whole")}
"""What an item of a checklist is asked about."""

INSPECTION_TABLE = Workflow(
    "inspections",
    1,
    tuple(RESULTS),
    {
        name: State(name, zh, en, phase="final", tone=tone)
        for (name, (zh, en)), tone in zip(RESULTS.items(), ("success", "warning", "danger"), strict=True)
    },
    (),
)
"""An inspection is final when it comes in, so its states lead nowhere."""
