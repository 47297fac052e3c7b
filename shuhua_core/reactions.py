"""The one table: event -> what else happens in the same transaction. The only sideways door between rooms.

A reaction gets the context of the one who acted and the event. It may veto by raising: then nothing has happened.
"""

from __future__ import annotations

from .archives.events import ArchiveEvent
from .audit.record import write_audit
from .followups import reactions as followups
from .inspections import reactions as inspections
from .kernel.context import Reactions
from .lists import reactions as lists
from .parts import reactions as parts
from .quotations import reactions as quotations
from .repairs.events import RepairEvent
from .sites import reactions as sites
from .sites.events import EquipmentEvent, SiteEvent
from .tasks import reactions as tasks
from .tasks.events import TaskEvent

REACTIONS: Reactions = {
    "*": (write_audit,),
    ArchiveEvent.CUSTOMER_MERGED: (lists.follow_merge,),
    SiteEvent.MERGED: (lists.follow_merge, inspections.follow_site_merge),
    ArchiveEvent.MODEL_EDITED: (sites.note_model_changed,),
    **dict.fromkeys((EquipmentEvent.REMOVED, EquipmentEvent.REPLACED), (tasks.settle_work,)),
    RepairEvent.APPROVED: (sites.note_fault, tasks.make_task),
    RepairEvent.TASK_ADDED: (tasks.add_task,),
    RepairEvent.MERGED: (tasks.follow_merge, inspections.settle_findings),
    **dict.fromkeys(
        (
            RepairEvent.ANSWERED,
            RepairEvent.DISPUTED,
            RepairEvent.EXPIRED,
            RepairEvent.FELL_BACK,
            RepairEvent.REDONE,
            RepairEvent.REJECTED,
            RepairEvent.REOPENED,
            RepairEvent.RESOLVED,
            RepairEvent.UNMERGED,
            RepairEvent.WITHDRAWN,
        ),
        (inspections.settle_findings,),
    ),
    **dict.fromkeys(
        (
            TaskEvent.ALLOCATED,
            TaskEvent.ASSIGNED,
            TaskEvent.DECLINED,
            TaskEvent.OBJECTED,
            TaskEvent.RECALLED,
            TaskEvent.UNASSIGNED,
        ),
        (quotations.follow_task,),
    ),
    TaskEvent.STARTED: (sites.note_repair_started,),
    TaskEvent.HANDED_OVER: (parts.keep_parts,),
    TaskEvent.COMPLETED: (sites.note_repaired, tasks.settle_repairs, followups.open_followup, parts.keep_parts),
    TaskEvent.CANCELLED: (quotations.withdraw_of_cancelled, tasks.settle_repairs),
    TaskEvent.REWORKED: (tasks.redo_repairs, followups.drop_followup),
    TaskEvent.FOLLOWED_UP: (followups.note_followup,),
    TaskEvent.CLOSED: (followups.drop_followup,),
}
