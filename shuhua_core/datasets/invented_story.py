"""How invented requests go: mostly well, sometimes with rejection, objection, decline, hold, rework, dispute and the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shuhua_core.datasets.dice import Dice, Weighted
from shuhua_core.datasets.invented import SYSTEM
from shuhua_core.datasets.invented_script import Scene, Script
from shuhua_core.datasets.invented_time import after_work

NEED_INFO_DAYS, CONFIRM_DAYS, CLOSE_DAYS = 14, 7, 7
"""After so many days the system closes what waits for information, confirms what is resolved, closes what is followed up."""
FOLLOWUP_ATTEMPTS = 3

# Reasons and answers; (what is said, in the deployment's language).
REJECTIONS = ("不属于本公司产品，请联系原生产厂家", "所报器材已拆除，现场无此器材", "描述与现场不符，重复核实无故障")
QUESTIONS = ("请补充故障部位的照片", "请说明具体位置和器材名称", "请提供现场联系人电话")
SUPPLIES = ("已补充照片，见附件", "在健身广场东侧第二件器材", "联系人为社区值班室")
ANSWERS = ("已电话指导紧固螺栓，现场恢复正常", "属正常使用阻尼，已向用户说明", "该器材已列入更换计划，已告知时间")
OBJECTIONS = ("安装点不在本单位责任区域", "近期人员不足，无法按期上门", "该型号无维修资质")
RECALLS = ("任务超时未处理，收回重新分配", "客户要求更换维修单位")
DECLINES = ("当日任务已满，无法按时到达", "缺少焊接设备，建议改派", "身体原因请假")
HOLDS: Mapping[str, str] = {
    "parts": "缺少配件，已向仓库申请",
    "weather": "暴雨，无法室外施工",
    "customer": "场地举办活动，客户要求改期",
    "factory": "等待厂家技术支持",
    "safety": "现场有带电线路，等待电力部门处理",
}
REWORKS = ("回访反映故障再次出现", "回访反映仍有异响", "紧固件未装齐")
DISPUTES = ("器材仍不能正常使用", "修好两天又坏了")
CANCELS = ("申请人要求撤回", "现场已自行修复")
OPINIONS = ("很满意", "处理及时", "服务态度好", "希望再快一些", "维修后使用正常")
FEEDBACKS = ("已到现场查看，正在拆检", "已更换损坏件，正在调试", "现场已围挡，施工中")

# Shares of how a request goes, in percent.
FATES: Mapping[str, float] = {
    "plain": 56, "object": 5, "decline": 4, "hold": 7, "recall": 2, "unassign": 2, "rework": 5, "temporary": 3,
    "direct": 4, "unreached": 3, "two_tasks": 1, "cancel": 1.5, "dispute": 1.5, "reopen": 1,
    "reject": 4, "answer": 4, "supply": 4, "expire": 1, "withdraw": 1.5, "merge": 3, "unmerge": 0.5, "join": 2,
}  # fmt: skip
# Only reporters with an account can do what these need.
REPORTERS_OWN = {"withdraw", "cancel", "dispute"}
# What these need is another request on the same piece that is being worked on.
NEED_ANOTHER = {"merge", "unmerge", "join"}
# A piece is put out of use only where a repair follows that puts it back.
_NO_STOP = NEED_ANOTHER | {"reject", "answer", "expire", "withdraw", "cancel"}

_FATES = Weighted(list(FATES), list(FATES.values()))


def choose_fate(dice: Dice) -> str:
    """How a request goes; one of ``FATES``."""
    return _FATES.pick(dice)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Another request that is being worked on from its approval until its task is completed."""

    repair: str
    task: str
    site: int
    piece: int
    approved_at: datetime
    completes_at: datetime


class Story:
    """Tells a script from the report to its end."""

    def __init__(self, script: Script, fate: str) -> None:
        self.script = script
        self.scene: Scene = script.scene
        self.dice: Dice = script.scene.dice
        self.fate = fate
        self._replaced: set[str] = set()

    def tell(self, other: OpenWork | None = None) -> None:
        """Tell it all; ``other`` is the request that this one repeats."""
        script, scene = self.script, self.scene
        if script.state == "draft":
            script.wait(5, 120)
            if self.fate == "withdraw" and self.dice.chance(0.3):
                script.repair("withdraw", scene.reporter)
                return
            script.repair("submit", scene.reporter)
        stopped = scene.severity == "urgent" and self.fate not in _NO_STOP and self.dice.chance(0.7)
        if stopped:
            script.wait(2, 30)
            script.equipment("stop_use", scene.office["reviewer"], reason=f"{scene.fault.zh}，存在安全隐患，立即停用")
        script.wait(10, 300)
        if other and self._repeats(other):
            return
        if not self._goes_on():
            return
        task = script.approve()
        script.wait(5, 180)
        self._work(task)
        self._end()
        if stopped and not any(step.input.get("result") == "cannot_repair" for step in script.steps):
            script.wait(5, 60)
            script.equipment("restore", scene.office["reviewer"], reason="维修完成，试用正常，恢复使用")

    def _repeats(self, other: OpenWork) -> bool:
        """Whether the other request takes this one in for good."""
        script, reviewer = self.script, self.scene.office["reviewer"]
        if self.fate == "join":
            script.join(other.task)
            script.at = other.completes_at
            script.repair("resolve", SYSTEM, automatic="reaction")
            script.wait_days(CONFIRM_DAYS)
            script.repair("confirm", SYSTEM, automatic="timer")
            return True
        script.repair("merge", reviewer, target_id=other.repair)
        if self.fate == "merge":
            return True
        script.wait(60, 600)
        script.repair("unmerge", reviewer, reason="核实为另一处故障，撤销合并")
        script.wait(10, 120)
        return False

    def _goes_on(self) -> bool:
        """The review, up to the approval."""
        script, scene = self.script, self.scene
        reviewer = scene.office["reviewer"]
        if self.fate == "reject":
            if self.dice.chance(0.3):
                self._ask()
            script.repair("reject", reviewer, reason=self.dice.pick(REJECTIONS))
        elif self.fate == "answer":
            script.repair("answer", scene.office["call_centre"], answer=self.dice.pick(ANSWERS))
            script.wait_days(CONFIRM_DAYS)
            script.repair("confirm", SYSTEM, automatic="timer")
        elif self.fate == "expire":
            self._ask()
            script.wait_days(NEED_INFO_DAYS)
            script.repair("expire", SYSTEM, automatic="timer")
        elif self.fate == "withdraw":
            script.repair("withdraw", scene.reporter)
        elif self.fate == "supply":
            self._ask()
            script.repair("supply", self._reporter_or_call_centre(), text=self.dice.pick(SUPPLIES))
            script.wait(10, 240)
        return script.state == "pending_review"

    def _work(self, task: str) -> None:
        """A task from its allocation to its completion."""
        script, scene = self.script, self.scene
        dispatcher = scene.office["dispatcher"]
        unit = scene.department if self.dice.chance(0.3) else scene.agent
        if self.fate == "cancel":
            script.repair("ask_withdraw", scene.reporter, reason=CANCELS[1])
            script.wait(10, 120)
            script.task(task, "cancel", dispatcher, reason=CANCELS[0])
            script.settle()
            script.wait(5, 60)
            script.repair("withdraw", scene.reporter)
            return
        if self.fate == "two_tasks":
            self._work_plainly(script.add_task("地面基础需另行浇筑，增派土建人员"), scene.department)
            script.wait(5, 60)
        if self.fate == "direct":
            repairer = self._repairer(unit)
            script.task(task, "allocate", dispatcher, repairer_id=repairer)
            script.wait(10, 200)
            script.task(task, "accept", repairer, to="assigned")
            if not self.dice.chance(0.2):
                self._visit(task, repairer, unit, taken=True)
                return
            script.wait(20, 200)
            script.task(task, "decline", repairer, to="pending_reallocation", reason=self.dice.pick(DECLINES))
            script.wait(10, 120)
        if self.fate == "object":
            self._allocate(task, unit)
            script.wait(20, 300)
            script.task(task, "object", f"{unit}:manager", reason=self.dice.pick(OBJECTIONS))
            unit = scene.department if unit == scene.agent else scene.agent
            script.wait(10, 200)
        if self.fate == "recall":
            self._allocate(task, unit)
            script.wait(600, 1500)
            script.task(task, "recall", dispatcher, reason=self.dice.pick(RECALLS))
            unit = scene.department if unit == scene.agent else scene.agent
            script.wait(5, 60)
        self._work_plainly(task, unit)

    def _work_plainly(self, task: str, unit: str) -> None:
        script = self.script
        manager = f"{unit}:manager"
        self._allocate(task, unit)
        if self.dice.chance(0.06):
            script.wait(200, 500)
            script.task(task, "urge", self._reporter_or_call_centre(), note="用户来电催办")
        script.wait(10, 300)
        script.task(task, "accept", manager)
        script.wait(10, 300)
        repairer = self._repairer(unit)
        script.task(task, "assign", manager, repairer_id=repairer)
        if self.fate in ("decline", "unassign"):
            script.wait(20, 200)
            if self.fate == "decline":
                script.task(task, "decline", repairer, reason=self.dice.pick(DECLINES))
            else:
                script.task(task, "unassign", manager, reason="人员调整，改派他人")
            script.wait(10, 120)
            repairer = self._repairer(unit)
            script.task(task, "assign", manager, repairer_id=repairer)
        self._visit(task, repairer, unit)

    def _visit(self, task: str, repairer: str, unit: str, *, taken: bool = False) -> None:
        """From taking the task to its completion, with the check and the rework that some need.

        Who accepted it directly has ``taken`` it by that.
        """
        script = self.script
        script.wait(5, 120)
        if not taken:
            script.task(task, "take", repairer)
        if self.dice.chance(0.5):
            script.wait(5, 60)
            appointed_at = after_work(script.at, self.dice.between(90, 900))
            script.task(task, "appoint", repairer, appointed_at=appointed_at.isoformat())
            script.at = appointed_at
        else:
            script.wait(60, 1200)
        script.task(task, "depart", repairer, **self._here())
        script.wait(20, 120)
        script.task(task, "arrive", repairer, **self._here())
        script.wait(5, 30)
        script.task(task, "start", repairer)
        script.wait(10, 60)
        if self.dice.chance(0.6):
            script.task(task, "feedback", repairer, text=self.dice.pick(FEEDBACKS))
            script.wait(5, 60)
        if self.fate == "hold":
            reason = self.dice.pick((*HOLDS, "parts", "parts"))
            holder = repairer if self.dice.chance(0.8) else f"{unit}:manager"
            script.task(task, "hold", holder, hold_reason=reason, note=HOLDS[reason])
            script.wait(600, 4000)
            script.task(task, "resume", repairer)
            script.wait(30, 180)
        self._complete(task, repairer, "temporary" if self.fate == "temporary" else self._result())
        if self.fate == "rework":
            self._redo(task, repairer, self.scene.office["followup_clerk"], self.dice.pick(REWORKS))
        if self.fate == "temporary":
            script.wait_days(2)
            self._redo(task, repairer, self.scene.office["dispatcher"], "配件到货，安排彻底维修")

    def _complete(self, task: str, repairer: str, result: str) -> None:
        script, fault = self.script, self.scene.fault
        script.wait(10, 120)
        remedy_code, remedy = {
            "repaired": (fault.remedy_code, fault.remedy_zh),
            "temporary": ("secured", "临时加固，设置警示，待配件到货"),
            "no_fault": ("checked", "现场检查试用，未发现故障"),
            "cannot_repair": ("advised", "主体结构损坏，建议更换"),
        }[result]
        cause_code, cause = ("misuse", "使用方式不当") if result == "no_fault" else (fault.cause_code, fault.cause_zh)
        told = {"cause_code": cause_code, "cause": cause, "remedy_code": remedy_code, "remedy": remedy}
        facts: dict[str, Any] = {"result": result, **told, **self._here()}
        if result == "repaired" and fault.part is not None and task not in self._replaced:
            self._replaced.add(task)
            facts["parts"] = [script.part(fault.part)]
        if self.scene.site.host is None:
            script.task(task, "complete", repairer, **facts)
        else:
            script.task(task, "complete", repairer, to="pending_check", **facts)
            script.wait(30, 600)
            if self.fate == "rework" and self.dice.chance(0.4):
                script.task(task, "fail_check", self.scene.site.host, opinion="螺栓未紧固到位，请返工")
                script.wait(60, 600)
                script.task(task, "start", repairer)
                script.wait(20, 120)
                again = {name: value for name, value in facts.items() if name != "parts"}
                script.task(task, "complete", repairer, to="pending_check", **again)
                script.wait(30, 300)
            script.task(task, "pass_check", self.scene.site.host, opinion="验收合格，使用正常")
        script.settle()

    def _redo(self, task: str, repairer: str, who: str, reason: str) -> None:
        script = self.script
        script.wait(60, 900)
        script.task(task, "rework", who, reason=reason)
        if script.state == "resolved":
            script.repair("redo", SYSTEM, automatic="reaction")
        script.wait(60, 900)
        if self.dice.chance(0.3):
            unit = repairer.partition(":repairer:")[0]
            repairer = self._repairer(unit)
            script.task(task, "assign", f"{unit}:manager", repairer_id=repairer)
            script.wait(60, 600)
        script.task(task, "start", repairer)
        script.wait(20, 120)
        self._complete(task, repairer, "repaired")

    def _end(self) -> None:
        """The follow-up and what closes the request."""
        script, scene = self.script, self.scene
        if script.state != "resolved":
            return
        resolved_at = script.at
        if self.fate == "dispute":
            script.wait(60, 900)
            task = next(iter(script.tasks))
            script.repair("dispute", scene.reporter, reason=self.dice.pick(DISPUTES))
            repairer = next(step.actor for step in reversed(script.steps) if step.action == "complete")
            self._redo(task, repairer, scene.office["dispatcher"], "用户反映仍未修好，安排返工")
            resolved_at = script.at
        confirmed = scene.can_act and self.dice.chance(0.6)
        if confirmed:
            script.wait(30, 900)
            script.repair("confirm", scene.reporter)
        for task, state in list(script.tasks.items()):
            if state == "completed":
                self._follow_up(task)
        if not confirmed:
            script.at = max(script.at, resolved_at)
            script.wait_days(CONFIRM_DAYS)
            script.repair("confirm", SYSTEM, automatic="timer")
        if self.fate == "reopen":
            script.wait(300, 2400)
            script.repair("reopen", scene.office["reviewer"], reason="用户来电反映故障复发")
            script.wait(30, 300)
            task = script.approve()
            script.wait(10, 200)
            self._work_plainly(task, scene.agent)
            self._follow_up(task)
            script.wait_days(CONFIRM_DAYS)
            script.repair("confirm", SYSTEM, automatic="timer")

    def _follow_up(self, task: str) -> None:
        script = self.script
        clerk = self.scene.office["followup_clerk"]
        script.wait(120, 1500)
        if self.fate == "unreached":
            for _attempt in range(FOLLOWUP_ATTEMPTS):
                script.task(task, "followup_attempt", clerk, outcome=self.dice.pick(("no_answer", "no_answer", "call_later")))
                script.wait(300, 900)
            script.task(task, "close_unreached", clerk, unreached="attempts")
            return
        if self.dice.chance(0.1):
            script.task(task, "followup_attempt", clerk, outcome="no_answer")
            script.wait(200, 600)
        good = not self.dice.chance(0.12)
        scores: dict[str, Any] = {
            f"{name}_score": self.dice.between(4, 5) if good else self.dice.between(2, 4)
            for name in ("response", "manner", "quality")
        }
        script.task(
            task,
            "follow_up",
            clerk,
            way=self.dice.pick(("phone", "phone", "phone", "site")),
            repaired=True,
            **scores,
            opinion=self.dice.pick(OPINIONS),
        )
        if self.dice.chance(0.5):
            script.wait(30, 600)
            script.task(task, "close", clerk)
        else:
            script.wait_days(CLOSE_DAYS)
            script.task(task, "close", SYSTEM, automatic="timer")

    def _ask(self) -> None:
        self.script.repair("ask_more", self.scene.office["reviewer"], question=self.dice.pick(QUESTIONS))
        self.script.wait(60, 1500)

    def _allocate(self, task: str, unit: str) -> None:
        self.script.task(task, "allocate", self.scene.office["dispatcher"], unit_id=unit)

    def _repairer(self, unit: str) -> str:
        return f"{unit}:repairer:{self.dice.between(1, self.scene.repairers)}"

    def _reporter_or_call_centre(self) -> str:
        return self.scene.reporter if self.scene.can_act else self.scene.office["call_centre"]

    def _result(self) -> str:
        share = self.dice.share()
        return "no_fault" if share < 0.04 else "cannot_repair" if share < 0.06 else "repaired"

    def _here(self) -> dict[str, Any]:
        site = self.scene.site
        return {
            "position": {
                "longitude": site.lon,
                "latitude": site.lat,
                "datum": "wgs84",
                "accuracy": site.accuracy,
                "source": "gps",
            }
        }
