"""Recording inspections: all that follows from one visit, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from ..accounts.permissions import Permission
from ..archives import records
from ..kernel.clock import is_skewed
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.events import Event
from ..kernel.i18n import _, translator
from ..kernel.schema import deserialize
from ..kernel.scope import get_visible
from ..kernel.steps import Step, steps_of
from ..media.service import MediaService
from ..places.distance import metres_to
from ..places.positions import set_position
from ..repairs.service import RepairService
from ..sites.equipment import EquipmentService
from ..sites.models import Site
from .answers import STOPPED, Answered, by_piece, read_answers, report_values
from .checklists import items_of
from .due import fulfil, keep_inspect_by, sites_of_plan, today_of
from .events import InspectionEvent
from .machine import MACHINE
from .models import Checklist, ChecklistVersion, Finding, Inspection, InspectionDue, InspectionPlan
from .schema import InspectionCreate


class InspectionService:
    """What one actor does with inspections."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, inspection_id: int) -> Inspection:
        """One inspection. Raises NotFound."""
        return get_visible(self._ctx.session, Inspection, self._ctx.actor, Permission.INSPECTIONS_VIEW, inspection_id)

    def findings(self, inspection: Inspection) -> Sequence[Finding]:
        """Its answers, in the order in which they came."""
        query = select(Finding).where(Finding.inspection_id == inspection.id).order_by(Finding.id)
        return self._ctx.session.scalars(query).all()

    def timeline(self, inspection: Inspection) -> Sequence[Step]:
        """Its steps, oldest first."""
        return steps_of(self._ctx.session, "inspection", inspection.id)

    def record(self, data: Any) -> Inspection:
        """Keep what was found (:class:`InspectionCreate`), and carry out what follows.

        Abnormal answers make a request with the same pictures, one for each piece; a dangerous piece is put out of use at
        once; what was due is done. Raises NotAllowed, Invalid.
        """
        ctx = self._ctx
        records.refuse_without(ctx, Permission.INSPECTIONS_CARRY_OUT)
        values = deserialize(InspectionCreate, data)
        site = records.require_reference(
            ctx, Site, values["site_id"], field="site_id", permission=Permission.INSPECTIONS_CARRY_OUT
        )
        asked = self._asked(values["checklist_id"], values["checklist_version"])
        answers = read_answers(ctx, site, items_of(asked), values["items"])
        plan, due = self._plan(site, values["plan_id"], asked.checklist_id)
        inspection = self._new(site, asked, answers, values)
        inspection.plan_id = plan.id if plan else None
        if due is not None:
            inspection.due_on, inspection.on_time = due.due_on, today_of(ctx) <= due.due_on
        ctx.session.add(inspection)
        ctx.session.flush()
        self._hang(inspection, answers, values)
        stopped = self._stop(inspection, answers, data)
        repairs = self._report(inspection, site, answers, values, data)
        self._keep(inspection, answers, stopped, repairs)
        if due is not None and plan is not None:
            fulfil(ctx, due, plan, inspection.id)
        site.inspection_state = "watched" if inspection.abnormal else None
        keep_inspect_by(ctx, [site.id])
        self._tell(inspection, stopped, sorted(set(repairs.values())), values)
        return inspection

    def _asked(self, checklist_id: int, version: int | None) -> ChecklistVersion:
        """What the answers answer: a version that was in force once, also when the phone was offline meanwhile."""
        checklist = self._ctx.session.get(Checklist, checklist_id)
        if checklist is None:
            raise Invalid({"checklist_id": _("There is no such checklist.")})
        found = self._ctx.session.get(ChecklistVersion, (checklist_id, checklist.version if version is None else version))
        if found is None:
            raise Invalid({"checklist_version": _("The checklist has no such version.")})
        return found

    def _plan(self, site: Site, plan_id: int | None, checklist_id: int) -> tuple[InspectionPlan | None, InspectionDue | None]:
        """The plan that the inspection belongs to, and what it does of it, locked. Raises Invalid for a plan of other sites."""
        session = self._ctx.session
        query = select(InspectionDue).where(InspectionDue.site_id == site.id).with_for_update()
        if plan_id is not None:
            plan = session.get(InspectionPlan, plan_id)
            if plan is None or session.scalar(sites_of_plan(plan).where(Site.id == site.id)) is None:
                raise Invalid({"plan_id": _("Choose a plan of this installation point.")})
            return plan, session.scalars(query.where(InspectionDue.plan_id == plan_id)).one_or_none()
        fitting = select(InspectionPlan.id).where(InspectionPlan.checklist_id == checklist_id)
        order = (InspectionDue.due_on, InspectionDue.plan_id)
        due = session.scalars(query.where(InspectionDue.plan_id.in_(fitting)).order_by(*order).limit(1)).one_or_none()
        return (session.get_one(InspectionPlan, due.plan_id), due) if due is not None else (None, None)

    def _new(self, site: Site, asked: ChecklistVersion, answers: Sequence[Answered], values: Mapping[str, Any]) -> Inspection:
        ctx = self._ctx
        abnormal = [each for each in answers if each.abnormal]
        stopped = {each.piece.id for each in abnormal if each.stops and each.piece}
        captured_at = values["captured_at"]
        inspection = Inspection(
            number=ctx.deployment.numbers.take(ctx.session, "XC", ctx.now),
            state="dangerous" if stopped else "abnormal" if abnormal else "normal",
            site_id=site.id,
            checklist_id=asked.checklist_id,
            checklist_version=asked.version,
            inspector_id=ctx.actor.user_id,
            unit_id=site.organisation_id,
            organisation_path=site.organisation_path,
            division_code=site.division_code,
            host_unit_id=site.host_unit_id,
            captured_at=captured_at or ctx.now,
            received_at=ctx.now,
            skewed=is_skewed(captured_at, ctx.now),
            distance=metres_to(site, values["position"]),
            pieces=len({each.piece.id for each in answers if each.piece}),
            abnormal=len(abnormal),
            stopped=len(stopped),
            note=values["note"],
            signature_media_id=values["signature_media_id"],
            workflow_version=1,
            version=1,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        set_position(inspection, values["position"])
        return inspection

    def _hang(self, inspection: Inspection, answers: Sequence[Answered], values: Mapping[str, Any]) -> None:
        """Hang all pictures, and the signature, on the inspection."""
        signature = values["signature_media_id"]
        ids = [*(values["media_ids"] or ()), *(each for answer in answers for each in answer.media_ids)]
        ids += [] if signature is None else [signature]
        MediaService(self._ctx).attach(list(dict.fromkeys(ids)), "inspection", inspection.id)

    def _stop(self, inspection: Inspection, answers: Sequence[Answered], data: Mapping[str, Any]) -> list[int]:
        """Put the dangerous pieces out of use, those that are not already. Gives the ids of all of them."""
        ctx, service = self._ctx, EquipmentService(self._ctx)
        stopped: list[int] = []
        for group in by_piece(answers):
            piece = group[0].piece
            if piece is None or not any(each.stops for each in group):
                continue
            stopped.append(piece.id)
            if piece.state not in STOPPED:
                reason = {"position": data.get("position"), "captured_at": data.get("captured_at")}
                service.stop_use(piece.id, {"reason": self._danger(inspection, group), **reason})
            MediaService(ctx).show_on(_pictures(group), "equipment", piece.id)
        return stopped

    def _danger(self, inspection: Inspection, group: Sequence[Answered]) -> str:
        locale = self._ctx.deployment.settings.locale
        what = "; ".join(each.values["note"] or each.item.label(locale) for each in group if each.stops)
        text = _("Found dangerous on inspection ${number}: ${what}", mapping={"number": inspection.number, "what": what})
        return str(translator(locale)(text))[:500]

    def _report(
        self,
        inspection: Inspection,
        site: Site,
        answers: Sequence[Answered],
        values: Mapping[str, Any],
        data: Mapping[str, Any],
    ) -> dict[int | None, int]:
        """Make the requests. Gives the request by the id of its piece, None standing for the site."""
        made: dict[int | None, int] = {}
        for group in by_piece(answers):
            report = report_values(self._ctx, inspection.number, site, group, values)
            repair = RepairService(self._ctx).report({**report, "position": data.get("position")}, channel="inspection")
            MediaService(self._ctx).show_on(_pictures(group), "repair", repair.id)
            made[report["equipment_id"]] = repair.id
        return made

    def _keep(
        self, inspection: Inspection, answers: Sequence[Answered], stopped: Sequence[int], repairs: Mapping[int | None, int]
    ) -> None:
        for each in answers:
            about = each.piece.id if each.piece else None
            self._ctx.session.add(
                Finding(
                    inspection_id=inspection.id,
                    equipment_id=about,
                    item=each.item.code,
                    result=each.values["result"],
                    note=each.values["note"],
                    media_ids=list(each.media_ids),
                    repair_id=repairs[about] if each.abnormal else None,
                    stopped=each.stops and about in stopped,
                )
            )
        self._ctx.session.flush()

    def _tell(self, inspection: Inspection, stopped: Sequence[int], repair_ids: Sequence[int], values: Mapping[str, Any]) -> None:
        """Write the step and publish what happened."""
        ctx = self._ctx
        told = {
            "site_id": inspection.site_id,
            "plan_id": inspection.plan_id,
            "result": inspection.state,
            "abnormal": inspection.abnormal,
            "dangerous": len(stopped),
            "repair_ids": list(repair_ids),
        }
        data = {name: values[name] for name in ("captured_at", "position", "note", "media_ids")}
        MACHINE.begin(ctx, inspection, event=InspectionEvent.RECORDED, values=told, data=data)
        about = {"site_id": inspection.site_id, "repair_ids": list(repair_ids)}
        if stopped:
            self._publish(InspectionEvent.FOUND_DANGEROUS, inspection, {**about, "equipment_ids": list(stopped)})
        elif inspection.abnormal:
            self._publish(InspectionEvent.FOUND_ABNORMAL, inspection, {**about, "abnormal": inspection.abnormal})

    def _publish(self, name: InspectionEvent, inspection: Inspection, values: Mapping[str, Any]) -> None:
        self._ctx.publish(
            Event(name, "inspection", inspection.id, inspection.number, after=inspection.state, values=dict(values))
        )


def _pictures(group: Sequence[Answered]) -> list[int]:
    return list(dict.fromkeys(media_id for each in group for media_id in each.media_ids))
