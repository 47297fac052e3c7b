"""Which event tells whom what: one table. R72 to R75 are the first four rows that people ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..articles.events import ArticleEvent
from ..inspections.events import InspectionEvent, PlanEvent
from ..kernel.i18n import _
from ..quotations.events import QuotationEvent
from ..repairs.events import RepairEvent
from ..sites.events import EquipmentEvent
from ..tasks.events import TaskEvent


@dataclass(frozen=True, slots=True)
class Notice:
    """A message's subject, by name, and who gets it.

    ``audience`` names a function of ``shuhua_core.messages.audience``; ``urgent`` goes out at night too. The body, the
    same for all, names place, equipment, fault, deadline.
    """

    name: str
    subject: str
    audience: str
    urgent: bool = False


NOTICES: Mapping[str, tuple[Notice, ...]] = {
    RepairEvent.CREATED: (Notice("repair_waiting", _("Repair request ${number} waits for review"), "reviewers"),),
    RepairEvent.SUBMITTED: (Notice("repair_waiting", _("Repair request ${number} waits for review"), "reviewers"),),
    RepairEvent.SUPPLIED: (Notice("repair_supplied", _("The information for request ${number} was supplied"), "reviewers"),),
    RepairEvent.REOPENED: (Notice("repair_reopened", _("Request ${number} was reopened"), "reviewers"),),
    RepairEvent.FELL_BACK: (
        Notice("repair_fell_back", _("All tasks of request ${number} were cancelled; review it again"), "reviewers"),
    ),
    RepairEvent.MORE_ASKED: (Notice("more_asked", _("We need more information about your report ${number}"), "reporter"),),
    RepairEvent.REJECTED: (Notice("rejected", _("Your report ${number} was not accepted"), "reporter"),),
    RepairEvent.ANSWERED: (Notice("answered", _("Your report ${number} was answered"), "reporter"),),
    RepairEvent.MERGED: (Notice("merged", _("Your report ${number} was joined with an earlier one"), "reporter"),),
    RepairEvent.RESOLVED: (
        Notice("resolved", _("The repair for your report ${number} is completed; please confirm"), "reporter"),
    ),
    RepairEvent.DISPUTED: (Notice("disputed", _("The reporter of ${number} says that it is not solved"), "request_dispatchers"),),
    RepairEvent.WITHDRAWAL_ASKED: (
        Notice("withdrawal_asked", _("The reporter wants to withdraw request ${number}"), "request_dispatchers"),
    ),
    TaskEvent.CREATED: (Notice("task_waiting", _("Task ${number} waits for allocation"), "dispatchers"),),
    TaskEvent.ALLOCATED: (Notice("allocated", _("Task ${number} was allocated to you"), "receivers"),),
    TaskEvent.ASSIGNED: (
        Notice("assigned", _("You were assigned task ${number}"), "repairer"),
        Notice("unassigned", _("Task ${number} was taken from you"), "repairer_before"),
    ),
    TaskEvent.COMPLETED: (
        Notice("completed", _("Task ${number} is completed"), "dispatchers_and_managers"),
        Notice("to_follow_up", _("Task ${number} waits for a follow-up"), "followup_clerks"),
    ),
    TaskEvent.HANDED_OVER: (Notice("to_check", _("The repair ${number} waits for your check"), "checkers"),),
    TaskEvent.OBJECTED: (
        Notice("objected", _("There is an objection to task ${number}"), "dispatchers_and_unit_before", urgent=True),
    ),
    TaskEvent.DECLINED: (Notice("declined", _("The repairer declined task ${number}"), "dispatchers_and_managers", urgent=True),),
    TaskEvent.RECALLED: (Notice("recalled", _("Task ${number} was recalled"), "dispatchers_and_holders_before"),),
    TaskEvent.UNASSIGNED: (Notice("unassigned", _("Task ${number} was taken from you"), "repairer_before"),),
    TaskEvent.APPOINTED: (Notice("appointed", _("A visit was agreed for your report ${number}"), "reporters"),),
    TaskEvent.REWORKED: (Notice("reworked", _("Task ${number} has to be done again"), "holders"),),
    TaskEvent.URGED: (Notice("urged", _("Task ${number} is urged"), "holders_or_dispatchers", urgent=True),),
    TaskEvent.CANCELLED: (Notice("cancelled", _("Task ${number} was cancelled"), "holders"),),
    TaskEvent.DEADLINE_MOVED: (Notice("deadline_moved", _("The deadline of task ${number} was changed"), "holders"),),
    TaskEvent.PIECE_CHANGED: (
        Notice("piece_changed", _("Task ${number} is about another piece now: the old one was replaced"), "holders"),
    ),
    QuotationEvent.SENT: (Notice("quotation_sent", _("Quotation ${number} waits for your consent"), "quotation_customers"),),
    QuotationEvent.ACCEPTED: (
        Notice(
            "quotation_accepted", _("The customer has accepted quotation ${number}: the repair may begin"), "quotation_makers"
        ),
    ),
    QuotationEvent.DECLINED: (
        Notice(
            "quotation_declined",
            _("The customer has declined quotation ${number}: cancel the task, or make the repair free of charge"),
            "quotation_deciders",
        ),
        Notice("quotation_refused", _("The customer has declined quotation ${number}"), "quotation_makers"),
    ),
    QuotationEvent.EXPIRED: (
        Notice("quotation_expired", _("Quotation ${number} has expired without an answer"), "quotation_makers"),
    ),
    QuotationEvent.WITHDRAWN: (Notice("quotation_withdrawn", _("Quotation ${number} was withdrawn"), "quotation_customers"),),
    QuotationEvent.WAIVED: (Notice("quotation_waived", _("The repair is free of charge (${number})"), "quotation_everybody"),),
    InspectionEvent.FOUND_ABNORMAL: (Notice("found_abnormal", _("Inspection ${number} found faults"), "repair_reviewers"),),
    InspectionEvent.FOUND_DANGEROUS: (
        Notice("found_dangerous", _("Inspection ${number} put a dangerous piece out of use"), "repair_reviewers", urgent=True),
    ),
    EquipmentEvent.USE_STOPPED: (Notice("use_stopped", _("Equipment ${number} must not be used"), "keepers", urgent=True),),
    EquipmentEvent.RESTORED: (Notice("restored", _("Equipment ${number} may be used again"), "keepers"),),
    EquipmentEvent.SCRAP_PROPOSED: (
        Notice("scrap_proposed", _("Equipment ${number} was proposed to be scrapped; please decide"), "scrap_deciders"),
        Notice("use_stopped", _("Equipment ${number} must not be used"), "keepers"),
    ),
    EquipmentEvent.SCRAP_REFUSED: (Notice("scrap_refused", _("Equipment ${number} is not to be scrapped"), "restorers"),),
    EquipmentEvent.SCRAPPED: (Notice("scrapped", _("Equipment ${number} was scrapped; it has to be taken away"), "removers"),),
    EquipmentEvent.REMOVED: (Notice("removed", _("Equipment ${number} was taken away"), "keepers"),),
    EquipmentEvent.REPLACED: (Notice("replaced", _("Equipment ${number} was replaced"), "keepers"),),
    PlanEvent.DUE: (Notice("inspection_due", _("Inspections of plan ${number} are due"), "responsible"),),
    PlanEvent.OVERDUE: (
        Notice("inspection_overdue", _("Inspections of plan ${number} are overdue"), "responsible_and_planners", urgent=True),
    ),
    ArticleEvent.PUBLISHED: (Notice("article", _("News: ${number}"), "readers"),),
}

SUBJECTS: Mapping[str, str] = {notice.name: notice.subject for row in NOTICES.values() for notice in row}
"""Subject by notice, for showing stored messages."""
URGENT: frozenset[str] = frozenset(notice.name for row in NOTICES.values() for notice in row if notice.urgent)
