"""What people do with quotations, and what follows for the task."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from ..accounts.permissions import Permission
from ..kernel.actor import SYSTEM
from ..kernel.context import Context
from ..kernel.errors import Invalid, NotAllowed, VersionStale, WrongState
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.schema import deserialize
from ..kernel.scope import covers, get_visible, visible
from ..kernel.steps import Step, steps_of
from ..kernel.workflow import Row
from ..repairs.models import RepairRequest
from ..tasks.consent import consent_at_first, settle
from ..tasks.models import Task
from ..tasks.service import TaskService
from .amounts import line_amount, total_of
from .events import QuotationEvent
from .machine import MACHINE, QUOTATION_TABLE, address, named, today
from .models import Quotation, QuotationLine
from .schema import LARGEST_TOTAL, Draft, Reason

MEANING = (("accepted", "given"), ("waived", "waived"), ("sent", "needed"), ("declined", "refused"))
"""What the state of a quotation means for its task, the strongest first: a consent that was given holds."""
SETTLED = frozenset({"accepted", "waived"})
"""States of what somebody relies on: it stays as it is."""
LONGEST_DAYS = 366
"""No quotation is valid for longer."""


class QuotationService:
    """Quotations, for the actor of the context."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, quotation_id: int) -> Quotation:
        """One quotation. Raises NotFound."""
        return get_visible(self._ctx.session, Quotation, self._ctx.actor, Permission.QUOTATIONS_VIEW, quotation_id)

    def lines(self, quotation_ids: Collection[int]) -> dict[int, list[QuotationLine]]:
        """Lines by quotation, in their order, by one statement. The caller has made sure that the quotations are visible."""
        found: dict[int, list[QuotationLine]] = {each: [] for each in quotation_ids}
        query = select(QuotationLine).where(QuotationLine.quotation_id.in_(found))
        for line in self._ctx.session.scalars(query.order_by(QuotationLine.quotation_id, QuotationLine.place)):
            found[line.quotation_id].append(line)
        return found

    def of_task(self, task_id: int) -> Sequence[Quotation]:
        """The quotations of a task that the actor may see, the newest first."""
        return self._of(Quotation.task_id == task_id)

    def of_repair(self, repair_id: int) -> Sequence[Quotation]:
        """The quotations for a request that the actor may see, the newest first."""
        return self._of(Quotation.repair_id == repair_id)

    def _of(self, condition: Any) -> Sequence[Quotation]:
        reach = visible(Quotation, self._ctx.actor, Permission.QUOTATIONS_VIEW)
        return self._ctx.session.scalars(select(Quotation).where(condition, reach).order_by(Quotation.id.desc())).all()

    def timeline(self, quotation: Quotation) -> Sequence[Step]:
        """The steps of its way, oldest first."""
        return steps_of(self._ctx.session, "quotation", quotation.id)

    def actions(self, quotation: Quotation) -> list[Row]:
        """What the actor may do with it now."""
        return MACHINE.available(self._ctx, quotation)

    def may_quote(self, task: Task) -> bool:
        """Whether the actor may write a quotation for this task now, as far as can be said without looking further."""
        return self._is_open(task) and covers(task, self._ctx.actor, Permission.QUOTATIONS_EDIT)

    def may_waive(self, task: Task) -> bool:
        """Whether the actor may let it be free of charge now."""
        return self._is_open(task) and covers(task, self._ctx.actor, Permission.QUOTATIONS_WAIVE)

    def may_change(self, quotation: Quotation) -> bool:
        """Whether the actor may change it, or make a new version of it."""
        return quotation.state not in SETTLED and covers(quotation, self._ctx.actor, Permission.QUOTATIONS_EDIT)

    def create(self, task_id: int, data: Any) -> Quotation:
        """A draft for a task out of warranty (:class:`Draft`). Raises NotFound, NotAllowed, WrongState, Invalid."""
        task = self._task(task_id, Permission.QUOTATIONS_EDIT)
        values = deserialize(Draft, data)
        self._check_free(task)
        number = self._ctx.deployment.numbers.take(self._ctx.session, "BJ", self._ctx.now)
        return self._make(task, self._addressee(task, values["repair_id"]), values, series=number, edition=1)

    def change(self, quotation_id: int, data: Any, *, expected_version: int) -> Quotation:
        """Write a draft anew, or a new version of what was sent; gives the draft.

        What was sent is withdrawn then, and what was agreed to cannot be changed. Raises NotFound, NotAllowed, WrongState,
        VersionStale, Invalid.
        """
        ctx = self._ctx
        quotation, task = self._locked(quotation_id)
        if not covers(quotation, ctx.actor, Permission.QUOTATIONS_EDIT):
            raise NotAllowed(state=quotation.state)
        if quotation.version != expected_version:
            raise VersionStale(version=quotation.version, state=quotation.state)
        values = deserialize(Draft, data)
        if quotation.state in SETTLED:
            raise WrongState(_("What the customer relies on is not changed. Write a further quotation."), state=quotation.state)
        if quotation.state == "draft":
            return self._rewrite(quotation, self._addressee(task, values["repair_id"] or quotation.repair_id), values)
        editions = ctx.session.scalars(select(Quotation.edition).where(Quotation.series == quotation.series)).all()
        edition = max(editions) + 1
        if _is_open(quotation):
            MACHINE.perform(ctx.as_system(), quotation, "withdraw", {"reason": f"→ {_number(quotation.series, edition)}"})
        self._check_free(task)
        repair = self._addressee(task, values["repair_id"] or quotation.repair_id)
        made = self._make(task, repair, values, series=quotation.series, edition=edition)
        self._settle(task)
        return made

    def waive(self, task_id: int, data: Any) -> Quotation:
        """Let the repair be free of charge (:class:`Reason`); open quotations are withdrawn.

        Raises NotFound, NotAllowed, WrongState, Invalid.
        """
        ctx = self._ctx
        task = self._task(task_id, Permission.QUOTATIONS_WAIVE)
        values = deserialize(Reason, data)
        states = self._states(task)
        if SETTLED.intersection(states):
            raise WrongState(_("It is settled already what this repair costs."), state=task.state)
        repair = self._addressee(task, None)
        self.withdraw_open(task, "免收费用 / free of charge")
        number = ctx.deployment.numbers.take(ctx.session, "BJ", ctx.now)
        quotation = self._new(task, repair, series=number, edition=1, state="waived")
        quotation.reason, quotation.sent_at = values["reason"], ctx.now
        address(ctx, quotation)
        ctx.session.add(quotation)
        ctx.session.flush()
        MACHINE.begin(ctx, quotation, event=QuotationEvent.WAIVED, values=named(quotation), data=values)
        self._settle(task)
        return quotation

    def act(self, quotation_id: int, action: str, data: Any = None, *, expected_version: int | None = None) -> Quotation:
        """Take ``action`` of the table. Raises NotFound, NotAllowed, WrongState, VersionStale, Invalid."""
        quotation, task = self._locked(quotation_id)
        MACHINE.perform(self._ctx, quotation, action, data, expected_version=expected_version)
        self._settle(task)
        return quotation

    def withdraw_open(self, task: Task, reason: str) -> None:
        """Withdraw what is open of a task, by the system. The caller has the task loaded for update."""
        query = select(Quotation).where(Quotation.task_id == task.id, Quotation.state.in_(QUOTATION_TABLE.open_states))
        for quotation in self._ctx.session.scalars(query.order_by(Quotation.id).with_for_update()).all():
            MACHINE.perform(self._ctx.as_system(), quotation, "withdraw", {"reason": reason})

    def expire_due(self, limit: int = 200) -> int:
        """Let go what was not answered in time; by the system. Returns how many."""
        query = select(Quotation.id).where(Quotation.state == "sent", Quotation.valid_until < today(self._ctx))
        ids = self._ctx.session.scalars(query.order_by(Quotation.id).limit(limit)).all()
        for quotation_id in ids:
            self.act(quotation_id, "expire")
        return len(ids)

    def _is_open(self, task: Task) -> bool:
        return TaskService(self._ctx).phase(task) == "open"

    def _task(self, task_id: int, permission: str) -> Task:
        """The task, locked before any of its quotations, as everywhere in this room."""
        task = get_visible(self._ctx.session, Task, self._ctx.actor, Permission.TASKS_VIEW, task_id, for_update=True)
        if not covers(task, self._ctx.actor, permission):
            raise NotAllowed(state=task.state)
        if not self._is_open(task):
            raise WrongState(state=task.state)
        return task

    def _locked(self, quotation_id: int) -> tuple[Quotation, Task]:
        session, actor = self._ctx.session, self._ctx.actor
        seen = get_visible(session, Quotation, actor, Permission.QUOTATIONS_VIEW, quotation_id)
        task = get_visible(session, Task, SYSTEM, Permission.TASKS_VIEW, seen.task_id, for_update=True)
        return get_visible(session, Quotation, actor, Permission.QUOTATIONS_VIEW, quotation_id, for_update=True), task

    def _states(self, task: Task) -> set[str]:
        self._ctx.session.flush()
        return set(self._ctx.session.scalars(select(Quotation.state).where(Quotation.task_id == task.id)))

    def _check_free(self, task: Task) -> None:
        """One question to a customer at a time, and none about what is free."""
        states = self._states(task)
        if "waived" in states:
            raise WrongState(_("The repair is free of charge. Withdraw that first."), state=task.state)
        if states.intersection(QUOTATION_TABLE.open_states):
            raise WrongState(_("A quotation of this task is still open. Change or withdraw it."), state=task.state)

    def _addressee(self, task: Task, repair_id: int | None) -> RepairRequest:
        repairs = [each for each in TaskService(self._ctx).repairs_of(task.id) if each.in_warranty is False]
        if not repairs:
            raise WrongState(_("The work is in warranty: it needs no quotation."), state=task.state)
        found = repairs[0] if repair_id is None else next((each for each in repairs if each.id == repair_id), None)
        if found is None:
            raise Invalid({"repair_id": _("Choose a request of this task that is out of warranty.")})
        return found

    def _new(self, task: Task, repair: RepairRequest, **values: Any) -> Quotation:
        ctx = self._ctx
        return Quotation(
            number=_number(values["series"], values["edition"]),
            workflow_version=QUOTATION_TABLE.version,
            task_id=task.id,
            repair_id=repair.id,
            site_id=task.site_id,
            equipment_id=task.equipment_id,
            organisation_path=task.organisation_path,
            division_code=task.division_code,
            repairer_id=task.repairer_id,
            author_id=ctx.actor.user_id,
            **{"total": total_of(()), "version": 1, "created_at": ctx.now, "updated_at": ctx.now, **values},
        )

    def _make(self, task: Task, repair: RepairRequest, values: Mapping[str, Any], *, series: str, edition: int) -> Quotation:
        ctx = self._ctx
        quotation = self._new(task, repair, series=series, edition=edition, state="draft")
        lines = self._fill(quotation, values)
        ctx.session.add(quotation)
        ctx.session.flush()
        self._write_lines(quotation, lines)
        MACHINE.begin(ctx, quotation, event=QuotationEvent.DRAFTED, values=named(quotation), data=_told(values))
        return quotation

    def _rewrite(self, quotation: Quotation, repair: RepairRequest, values: Mapping[str, Any]) -> Quotation:
        ctx, before = self._ctx, quotation.total
        lines = self._fill(quotation, values)
        quotation.repair_id = repair.id
        quotation.version += 1
        quotation.updated_at = ctx.now
        ctx.session.flush()
        self._write_lines(quotation, lines)
        ctx.publish(
            Event(
                QuotationEvent.CHANGED,
                "quotation",
                quotation.id,
                quotation.number,
                "change",
                quotation.state,
                quotation.state,
                values=named(quotation),
                changes={"total": [f"{before:.2f}", f"{quotation.total:.2f}"]},
            )
        )
        return quotation

    def _fill(self, quotation: Quotation, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        lines = [{**line, "amount": line_amount(line["quantity"], line["unit_price"])} for line in values["lines"]]
        total, day = total_of(line["amount"] for line in lines), today(self._ctx)
        until = values["valid_until"] or day + timedelta(days=self._ctx.deployment.settings.quotation_days)
        if not total:
            raise Invalid({"lines": _("The total is nothing. A repair that costs nothing is made free of charge.")})
        if total > LARGEST_TOTAL:
            raise Invalid({"lines": _("The total is more than ${most}.", mapping={"most": f"{LARGEST_TOTAL:,}"})})
        if not day <= until <= day + timedelta(days=LONGEST_DAYS):
            raise Invalid({"valid_until": _("Choose a day from today on, within a year.")})
        quotation.total, quotation.valid_until = total, until
        quotation.warranty_months, quotation.note = values["warranty_months"], values["note"]
        return lines

    def _write_lines(self, quotation: Quotation, lines: Sequence[Mapping[str, Any]]) -> None:
        session = self._ctx.session
        session.execute(delete(QuotationLine).where(QuotationLine.quotation_id == quotation.id))
        rows = [{"quotation_id": quotation.id, "place": place, **line} for place, line in enumerate(lines, start=1)]
        session.execute(insert(QuotationLine), rows)

    def _settle(self, task: Task) -> None:
        """Tell the task where the consent stands now."""
        ctx, states = self._ctx, self._states(task)
        found = next((meaning for state, meaning in MEANING if state in states), None)
        if found is None:
            repairs = TaskService(ctx).repairs_of(task.id)
            asked = any(consent_at_first(ctx, repair) == "needed" for repair in repairs)
            found = "needed" if asked else "not_needed"
        settle(ctx.as_system(), task, found)


def _is_open(quotation: Quotation) -> bool:
    return quotation.state in QUOTATION_TABLE.open_states


def _number(series: str, edition: int) -> str:
    return series if edition == 1 else f"{series}-{edition}"


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the first step keeps of the draft."""
    return {name: values[name] for name in ("lines", "valid_until", "warranty_months")}
