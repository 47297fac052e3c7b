"""What people do with repair requests."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from ..archives.contacts import keep_contact_id
from ..archives.models import Customer
from ..archives.records import find
from ..kernel.context import Context
from ..kernel.errors import Invalid, NotAllowed, NotFound, VersionStale, WrongState
from ..kernel.events import Event
from ..kernel.hot_records import insert_new
from ..kernel.i18n import _
from ..kernel.schema import deserialize, given
from ..kernel.scope import covers, get_visible, read_visible
from ..kernel.workflow import Row
from ..media.service import MediaService
from ..places.positions import set_position
from ..sites.models import Equipment
from .events import RepairEvent
from .machine import MACHINE
from .models import RepairRequest
from .place import Place, locate, piece_by_code
from .public import public_values
from .schema import Change, Contact, Intake, Report

OWN_CHANNELS = ("app", "inspection")
"""Channels in which the one who enters a request is its reporter."""


def show_phone(ctx: Context, repair: RepairRequest, *, task_id: int | None = None) -> str | None:
    """The whole phone number, recorded as shown. The caller has made sure that the actor may see it."""
    ctx.publish(Event(RepairEvent.PHONE_REVEALED, "repair", repair.id, repair.number, values={"task_id": task_id}))
    return repair.caller_phone


class RepairService:
    """Repair requests, for the actor of the context."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def read(self, repair_id: int) -> Any:
        """The columns of the request, not to be changed, if the actor may see it. Raises NotFound."""
        return read_visible(self._ctx.session, RepairRequest, self._ctx.actor, "repairs.view", repair_id)

    def get(self, repair_id: int, *, for_update: bool = False) -> RepairRequest:
        """The request, if the actor may see it. Raises NotFound."""
        return get_visible(self._ctx.session, RepairRequest, self._ctx.actor, "repairs.view", repair_id, for_update=for_update)

    def actions(self, repair: RepairRequest) -> list[Row]:
        """What the actor may do with it now."""
        return MACHINE.available(self._ctx, repair)

    def act(self, repair_id: int, action: str, data: Any = None, *, expected_version: int | None = None) -> RepairRequest:
        """Take an action of the request table.

        ``data`` are plain values after the action's schema. Raises NotFound, NotAllowed, WrongState, VersionStale, Invalid.
        """
        repair = self.get(repair_id, for_update=True)
        MACHINE.perform(self._ctx, repair, action, data, expected_version=expected_version)
        return repair

    def report(self, data: Any, *, channel: str = "app", external_number: str | None = None) -> RepairRequest:
        """A request that the actor sends for themselves, as a draft or straight to review."""
        if not self._ctx.actor.may("repairs.create"):
            raise NotAllowed()
        values = deserialize(Report, data)
        place = locate(self._ctx, values, piece=piece_by_code(self._ctx, values))
        repair = self._create(values, place, channel, external_number, draft=values["as_draft"])
        repair.caller_name = values["caller_name"] or self._ctx.actor.name or None
        repair.caller_phone = values["caller_phone"]
        return self._begin(repair, values)

    def report_public(self, data: Any, *, token: str, space: str, piece: Equipment | None = None) -> RepairRequest:
        """A request without an account for the piece whose code stands on its label, or a ``piece`` that was found otherwise.

        ``token`` opens the reporter's status page, only its hash is kept; ``space`` is the hash of the secret under which
        their pictures were uploaded.
        """
        values = public_values(data, self._ctx.deployment.settings.locale, needs_code=piece is None)
        place = locate(self._ctx, values, piece=piece or piece_by_code(self._ctx, values))
        repair = self._create(values, place, "public", None)
        repair.caller_name, repair.caller_phone = values["caller_name"], values["caller_phone"]
        repair.consented_at = self._ctx.now if values["caller_phone"] else None
        repair.token_hash = hashlib.sha256(token.encode()).hexdigest()
        return self._begin(repair, values, space=space)

    def leave_contact(self, repair_id: int, data: Any) -> None:
        """Keep the number under which an anonymous reporter wants to be told (:class:`Contact`). Raises NotFound, Invalid."""
        ctx = self._ctx
        repair = self.get(repair_id, for_update=True)
        if repair.channel != "public" or not covers(repair, ctx.actor, "repairs.confirm"):
            raise NotAllowed
        values = deserialize(Contact, data)
        repair.caller_name, repair.caller_phone = values["caller_name"] or repair.caller_name, values["caller_phone"]
        repair.consented_at = repair.updated_at = ctx.now
        repair.version += 1
        ctx.session.flush()
        ctx.publish(Event(RepairEvent.CONTACT_LEFT, "repair", repair.id, repair.number, values={"follower": False}))

    def intake(self, data: Any, *, channel: str = "call_centre", external_number: str | None = None) -> RepairRequest:
        """A request that the call centre enters for a caller; the caller is kept as a contact of the customer."""
        ctx = self._ctx
        if not ctx.actor.may("repairs.intake"):
            raise NotAllowed()
        values = deserialize(Intake, data)
        place = locate(ctx, values, piece=piece_by_code(ctx, values))
        repair = self._create(values, place, channel, external_number, draft=values["as_draft"])
        if not covers(repair, ctx.actor, "repairs.intake"):
            raise Invalid({"site_id" if place.site_id else "division_code": _("Another branch looks after this place.")})
        repair.customer_id = self._customer(values["customer_id"]) or place.customer_id
        repair.caller_name, repair.caller_phone = values["caller_name"], values["caller_phone"]
        repair.contact_id = keep_contact_id(
            ctx,
            name=repair.caller_name or "",
            phone=repair.caller_phone or "",
            customer_id=repair.customer_id,
            organisation_path=repair.organisation_path,
        )
        return self._begin(repair, values)

    def _customer(self, customer_id: int | None) -> int | None:
        if customer_id is None:
            return None
        try:
            return find(self._ctx, Customer, customer_id, permission="customers.view").id
        except NotFound:
            raise Invalid({"customer_id": _("Choose a customer that you may see.")}) from None

    def _create(
        self, values: dict[str, Any], place: Place, channel: str, external_number: str | None, *, draft: bool = False
    ) -> RepairRequest:
        ctx = self._ctx
        table = MACHINE.newest(ctx)
        repair = RepairRequest(
            number=ctx.deployment.numbers.take(ctx.session, "BX", ctx.now),
            external_number=external_number,
            state="draft" if draft else "pending_review",
            workflow_version=table.version,
            channel=channel,
            symptom=values["symptom"],
            fault=values.get("fault"),
            severity=values.get("severity"),
            site_id=place.site_id,
            equipment_id=place.equipment_id,
            customer_id=place.customer_id,
            host_unit_id=place.host_unit_id,
            division_code=place.division_code,
            organisation_path=place.organisation_path,
            address=place.address,
            reporter_id=ctx.actor.user_id if channel in OWN_CHANNELS else None,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        set_position(repair, place.position)
        return repair

    def _begin(self, repair: RepairRequest, values: dict[str, Any], *, space: str | None = None) -> RepairRequest:
        ctx = self._ctx
        insert_new(ctx.session, repair)
        MediaService(ctx).attach(values["media_ids"] or [], "repair", repair.id, space=space)
        MACHINE.begin(
            ctx,
            repair,
            event=RepairEvent.CREATED,
            values={"channel": repair.channel, "as_draft": repair.state == "draft"},
            data={"captured_at": values["captured_at"], "position": values["position"]},
        )
        return repair

    def change(self, repair_id: int, data: Any, *, expected_version: int) -> RepairRequest:
        """Put facts right while the request is open; by those who review or take requests in."""
        ctx = self._ctx
        repair = self.get(repair_id, for_update=True)
        if not covers(repair, ctx.actor, "repairs.review") and not covers(repair, ctx.actor, "repairs.intake"):
            raise NotAllowed()
        if repair.version != expected_version:
            raise VersionStale(version=repair.version, state=repair.state)
        if MACHINE.table(ctx, repair).states[repair.state].phase != "open":
            raise WrongState(state=repair.state)
        values = given(Change, {"symptom": repair.symptom, **data} if isinstance(data, dict) else data, repair)
        if "equipment_id" in values or "site_id" in values:
            place = locate(ctx, {"equipment_id": repair.equipment_id, "site_id": None, **values})
            values.update(
                site_id=place.site_id,
                equipment_id=place.equipment_id,
                host_unit_id=place.host_unit_id,
                division_code=place.division_code or repair.division_code,
                organisation_path=place.organisation_path,
            )
        changes = {name: [getattr(repair, name), value] for name, value in values.items() if getattr(repair, name) != value}
        for name, (_old, new) in changes.items():
            setattr(repair, name, new)
        if changes:
            repair.version += 1
            repair.updated_at = ctx.now
            ctx.session.flush()
            personal: dict[str, Any] = {name: changes.pop(name) for name in ("symptom", "address") if name in changes}
            ctx.publish(
                Event(
                    RepairEvent.CHANGED,
                    "repair",
                    repair.id,
                    repair.number,
                    "change",
                    repair.state,
                    repair.state,
                    changes=changes,
                    personal=personal,
                )
            )
        return repair

    def reveal_phone(self, repair_id: int) -> str | None:
        """The whole phone number of the caller; that it was shown is recorded. Raises NotFound, NotAllowed."""
        repair = self.get(repair_id)
        if not covers(repair, self._ctx.actor, "phones.reveal"):
            raise NotAllowed()
        return show_phone(self._ctx, repair)

    def tasks_ended(self, repair_id: int, *, any_completed: bool) -> None:
        """All tasks of the request have ended: it is resolved, or falls back to review when all were cancelled."""
        repair = self.get(repair_id, for_update=True)
        if repair.state == "in_progress":
            MACHINE.perform(self._ctx, repair, "resolve" if any_completed else "fall_back")

    def settle_due(self, limit: int = 200) -> int:
        """Close what waited too long for information, confirm what nobody disputed; by the system. Returns how many."""
        settings = self._ctx.deployment.settings
        done = 0
        for state, days, action in (
            ("need_info", settings.need_info_days, "expire"),
            ("resolved", settings.confirm_days, "confirm"),
        ):
            before = self._ctx.now - timedelta(days=days)
            query = select(RepairRequest.id).where(RepairRequest.state == state, RepairRequest.updated_at < before).limit(limit)
            for repair_id in self._ctx.session.scalars(query).all():
                self.act(repair_id, action)
                done += 1
        return done

    def by_token(self, token: str) -> int | None:
        """The id of the request whose status page this token opens; the web makes the caller its holder."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        return self._ctx.session.scalar(select(RepairRequest.id).where(RepairRequest.token_hash == digest))
