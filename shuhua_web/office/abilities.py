"""What each permission lets a person do, in plain words, and where they do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_web.i18n import _
from shuhua_web.layout import Layout

WORDS: Mapping[Permission, tuple[Any, str]] = {
    Permission.REPAIRS_VIEW: (_("read repair requests"), "repairs.list"),
    Permission.REPAIRS_CREATE: (_("report faults"), "repairs.new"),
    Permission.REPAIRS_INTAKE: (_("enter requests for callers"), "repairs.new"),
    Permission.REPAIRS_SUBMIT: (_("submit your drafts"), "repairs.list"),
    Permission.REPAIRS_SUPPLY: (_("supply what the reviewer asked for"), "repairs.list"),
    Permission.REPAIRS_ANSWER: (_("solve requests by an answer"), "repairs.list"),
    Permission.REPAIRS_REVIEW: (_("review requests"), "repairs.list"),
    Permission.REPAIRS_CONFIRM: (_("confirm or dispute solutions"), "repairs.list"),
    Permission.REPAIRS_REOPEN: (_("reopen requests"), "repairs.list"),
    Permission.REPAIRS_WITHDRAW: (_("withdraw requests"), "repairs.list"),
    Permission.REPAIRS_ADD_TASK: (_("make further tasks for a request"), "repairs.list"),
    Permission.TASKS_VIEW: (_("read tasks"), "tasks.list"),
    Permission.TASKS_ALLOCATE: (_("allocate tasks to units"), "tasks.list"),
    Permission.TASKS_RECALL: (_("take tasks back"), "tasks.list"),
    Permission.TASKS_CANCEL: (_("cancel tasks"), "tasks.list"),
    Permission.TASKS_DEADLINE: (_("change deadlines"), "tasks.list"),
    Permission.TASKS_ACCEPT: (_("accept tasks for your unit or object to them"), "tasks.list"),
    Permission.TASKS_ACCEPT_OWN: (_("accept tasks given to you or object to them"), "tasks.list"),
    Permission.TASKS_ASSIGN: (_("assign tasks to repairers"), "tasks.list"),
    Permission.TASKS_APPOINT: (_("note appointments"), "tasks.list"),
    Permission.TASKS_CARRY_OUT: (_("carry out tasks"), "tasks.list"),
    Permission.TASKS_FEEDBACK: (_("write progress feedback"), "tasks.list"),
    Permission.TASKS_HOLD: (_("put tasks on hold"), "tasks.list"),
    Permission.TASKS_CHECK: (_("check finished repairs"), "tasks.list"),
    Permission.TASKS_REWORK: (_("send tasks to rework"), "tasks.list"),
    Permission.TASKS_FOLLOW_UP: (_("record follow-ups"), "tasks.list"),
    Permission.TASKS_URGE: (_("urge those who have a task"), "tasks.list"),
    Permission.QUOTATIONS_VIEW: (_("read quotations"), "quotations.list"),
    Permission.QUOTATIONS_EDIT: (_("write and send quotations"), "quotations.list"),
    Permission.QUOTATIONS_CONSENT: (_("accept or decline quotations"), "quotations.list"),
    Permission.QUOTATIONS_RECORD: (_("record what customers say about quotations on the telephone"), "quotations.list"),
    Permission.QUOTATIONS_WAIVE: (_("make repairs free of charge"), "tasks.list"),
    Permission.FOLLOWUPS_VIEW: (_("read follow-ups"), "followups.list"),
    Permission.FOLLOWUPS_VISIT: (_("record follow-ups made on site"), "followups.list"),
    Permission.CHOICES_CODES: (_("keep the codes of faults, causes and remedies"), "choices.list"),
    Permission.CHOICES_KINDS: (_("keep the lists of kinds, types and reasons"), "choices.list"),
    Permission.PARTS_VIEW: (_("read replaced parts"), "parts.list"),
    Permission.PARTS_SEND: (_("send replaced parts back"), "parts.list"),
    Permission.PARTS_JUDGE: (_("receive and judge replaced parts"), "parts.list"),
    Permission.INSPECTIONS_VIEW: (_("read inspections and what is due"), "inspections.list"),
    Permission.INSPECTIONS_CARRY_OUT: (_("inspect installation points"), "inspections.list"),
    Permission.INSPECTIONS_PLAN: (_("keep inspection plans"), "inspections.list"),
    Permission.INSPECTIONS_SPOT_CHECK: (_("draw random spot checks"), "inspections.list"),
    Permission.CHECKLISTS_EDIT: (_("keep the checklists of inspections"), "inspections.list"),
    Permission.LABELS_EDIT: (_("print and bind labels"), "equipment.list"),
    Permission.ARTICLES_EDIT: (_("write and publish articles"), "articles.list"),
    Permission.SITES_VIEW: (_("see installation points on the map"), "sites.list"),
    Permission.SITES_EDIT: (_("add and change installation points"), "sites.list"),
    Permission.SITES_MERGE: (_("merge installation points that are the same"), "sites.list"),
    Permission.EQUIPMENT_VIEW: (_("read equipment"), "equipment.list"),
    Permission.EQUIPMENT_EDIT: (_("add and change equipment"), "equipment.list"),
    Permission.EQUIPMENT_STOP_USE: (_("put dangerous equipment out of use"), "equipment.list"),
    Permission.EQUIPMENT_RESTORE: (_("put equipment back into use"), "equipment.list"),
    Permission.EQUIPMENT_INSTALL: (_("send out equipment and note that it was installed"), "equipment.list"),
    Permission.EQUIPMENT_WATCH: (_("have equipment watched while it is used"), "equipment.list"),
    Permission.EQUIPMENT_PROPOSE_SCRAP: (_("propose that equipment is scrapped"), "equipment.list"),
    Permission.EQUIPMENT_SCRAP: (_("decide on scrapping equipment"), "equipment.list"),
    Permission.EQUIPMENT_REMOVE: (_("note that equipment was removed"), "equipment.list"),
    Permission.EQUIPMENT_REPLACE: (_("replace equipment"), "equipment.list"),
    Permission.LIFETIMES_VIEW: (_("read the rules for warranty and safe service life"), "lifetimes.list"),
    Permission.LIFETIMES_EDIT: (_("keep the rules for warranty and safe service life"), "lifetimes.list"),
    Permission.MODELS_VIEW: (_("read product models"), "models.list"),
    Permission.MODELS_EDIT: (_("add and change product models"), "models.list"),
    Permission.CUSTOMERS_VIEW: (_("read customers"), "customers.list"),
    Permission.CUSTOMERS_EDIT: (_("add and change customers"), "customers.list"),
    Permission.CUSTOMERS_MERGE: (_("merge customers that are the same"), "customers.list"),
    Permission.PROJECTS_VIEW: (_("read projects"), "projects.list"),
    Permission.PROJECTS_EDIT: (_("add and change projects"), "projects.list"),
    Permission.REPORTS_VIEW: (_("read figures and reports"), "reports.list"),
    Permission.MESSAGES_VIEW: (_("read your messages"), "messages.list"),
    Permission.MEDIA_UPLOAD: (_("upload photos, videos and sound recordings"), ""),
    Permission.MEDIA_ORIGINAL: (_("fetch original files, each time logged"), ""),
    Permission.PHONES_REVEAL: (_("see whole phone numbers, each time logged"), ""),
    Permission.ACCOUNTS_VIEW: (_("read users and organisations"), "users.list"),
    Permission.ACCOUNTS_EDIT: (_("add, change and disable users"), "users.list"),
    Permission.QUARANTINE_VIEW: (_("read what phones sent whose people had lost their rights"), "quarantine.list"),
    Permission.QUARANTINE_DECIDE: (_("decide on what phones sent whose people had lost their rights"), "quarantine.list"),
    Permission.CHOICES_EDIT: (_("keep choice lists"), "choices.list"),
    Permission.AUDIT_VIEW: (_("read the logs"), "audit.list"),
    Permission.PERSONS_ERASE: (_("hand out or erase a person's data on their request"), "persons.find"),
    Permission.SYSTEM_MANAGE: (_("look after plugins, deliveries and workflows"), "system.plugins"),
    Permission.WORKFLOWS_EDIT: (_("put new workflow tables in force"), "system.workflows"),
}
"""Permission -> (what you can do, route where you do it)."""


def abilities(request: Request) -> list[tuple[Any, str | None]]:
    """(words, address) of everything that this actor may do, in the order of the work."""
    layout = Layout(request)
    found = [(words, route) for permission, (words, route) in WORDS.items() if request.actor.may(permission)]
    return [(words, request.route_path(route) if route and layout.may_open(route) else None) for words, route in found]
