"""Making, binding, unbinding and retiring labels."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives import records
from shuhua_core.kernel.actor import ScopeKind
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.recall import foreseen
from shuhua_core.kernel.schema import deserialize
from shuhua_core.kernel.scope import covers, get_visible, visible
from shuhua_core.places.positions import position_values
from shuhua_core.sites import codes
from shuhua_core.sites.events import EquipmentEvent, LabelEvent
from shuhua_core.sites.labels.models import Label, LabelBatch, LabelBinding
from shuhua_core.sites.labels.schema import Bind, LabelReason, NewBatch
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.nearby import metres_between

ACTIONS = {"bind": Bind, "unbind": LabelReason, "retire": LabelReason}
"""What can be done with a label, and what that takes."""


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """What a code stands for; the piece only for those who may see it."""

    code: str
    state: str
    equipment: Equipment | None
    site: Site | None


class LabelService:
    """Labels, for the actor of the context."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def look(self, text: str) -> FoundLabel:
        """What the code stands for, however it was typed. Raises NotFound for one that was never made."""
        session, code = self._ctx.session, codes.normalise(text)[:20]
        label = session.scalars(select(Label).where(Label.code == code)).one_or_none()
        piece = session.scalars(select(Equipment).where(Equipment.code == code)).one_or_none()
        if label is None and piece is None:
            raise NotFound(_("There is no such code. Check the label and type it again."))
        state = "bound" if piece is not None else (label.state if label is not None else "blank")
        if piece is None or not covers(piece, self._ctx.actor, Permission.EQUIPMENT_VIEW):
            return FoundLabel(code, state, None, None)
        site = session.get(Site, piece.site_id) if piece.site_id else None
        return FoundLabel(code, state, piece, site)

    def get(self, label_id: int) -> Label:
        """One label of the actor's branch or area. Raises NotFound."""
        return get_visible(self._ctx.session, Label, self._ctx.actor, Permission.LABELS_EDIT, label_id)

    def act(self, text: str, action: str, data: Any) -> Label:
        """Take ``bind``, ``unbind`` or ``retire``. Raises NotFound, NotAllowed, WrongState, Invalid."""
        records.refuse_without(self._ctx, Permission.LABELS_EDIT)
        schema = ACTIONS.get(action)
        if schema is None:
            raise NotFound(_("There is no action ${action}.", mapping={"action": action}))
        label = self._locked(text)
        values = deserialize(schema, data)
        if action == "bind":
            self._bind(label, values)
        else:
            self._take_off(label, values["reason"], retire=action == "retire")
        return label

    def make_batch(self, data: Any) -> LabelBatch:
        """Blank labels (:class:`NewBatch`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.LABELS_EDIT)
        values = deserialize(NewBatch, data)
        batch = LabelBatch(
            **values,
            number=ctx.deployment.numbers.take(ctx.session, "BQ", ctx.now),
            organisation_path=records.home_path(ctx, None),
            division_code=self._own_area(),
            created_by_id=ctx.actor.user_id,
            created_at=ctx.now,
        )
        ctx.session.add(batch)
        records.flush(ctx)
        for code in fresh_codes(ctx.session, values["count"]):
            ctx.session.add(
                Label(
                    code=code,
                    state="blank",
                    batch_id=batch.id,
                    organisation_path=batch.organisation_path,
                    division_code=batch.division_code,
                    created_at=ctx.now,
                    updated_at=ctx.now,
                )
            )
        records.flush(ctx)
        ctx.publish(Event(LabelEvent.BATCH_MADE, "label_batch", batch.id, batch.number, values={"count": batch.count}))
        return batch

    def _own_area(self) -> str | None:
        """The first division by which the actor may handle labels: so they see what they made, and so do those of that area."""
        grants = self._ctx.actor.reach(Permission.LABELS_EDIT)
        return min((each.value for each in grants if each.scope is ScopeKind.DIVISION and each.value), default=None)

    def batch(self, batch_id: int) -> tuple[LabelBatch, Sequence[Label]]:
        """A batch with its labels. Raises NotFound."""
        batch = get_visible(self._ctx.session, LabelBatch, self._ctx.actor, Permission.LABELS_EDIT, batch_id)
        query = select(Label).where(Label.batch_id == batch.id).order_by(Label.id)
        return batch, self._ctx.session.scalars(query).all()

    def give_codes(self, equipment_ids: Collection[int]) -> list[Equipment]:
        """These pieces, those without a label each with a new one, to be printed. Raises Invalid for one not the actor's."""
        ctx = self._ctx
        query = select(Equipment).where(Equipment.id.in_(equipment_ids), visible(Equipment, ctx.actor, Permission.LABELS_EDIT))
        pieces = list(ctx.session.scalars(query.order_by(Equipment.site_id, Equipment.number).with_for_update()))
        if len(pieces) != len(set(equipment_ids)):
            raise Invalid({"equipment_id": _("There is no such record, or it is not yours to see.")})
        without = [piece for piece in pieces if piece.code is None]
        for piece, code in zip(without, fresh_codes(ctx.session, len(without)), strict=True):
            label = Label(code=code, state="blank", created_at=ctx.now, updated_at=ctx.now)
            ctx.session.add(label)
            records.flush(ctx)
            self._stick(label, piece, {"position": None, "reason": None})
        return pieces

    def follow(self, piece: Equipment, before: str | None) -> None:
        """Keep the labels in step with a piece whose ``code`` was entered by hand, or that has moved. Raises Invalid.

        A code that no label has yet gets its label when it is first scanned, or from the worker.
        """
        if before is not None and before != piece.code:
            old = self._by_code(before)
            if old is not None and old.equipment_id == piece.id:
                self._close(old, piece, None, state="blank")
        code = piece.code
        label = foreseen(self._ctx.session, ("label", code), lambda: self._by_code(code)) if code else None
        if label is None:
            return
        if label.state == "retired":
            raise Invalid({"code": _("This label was retired. Take another one.")})
        if label.equipment_id != piece.id:
            self._open(label, piece, {"position": None, "reason": None})
        label.organisation_path, label.division_code = piece.organisation_path, piece.division_code

    def _by_code(self, code: str) -> Label | None:
        return self._ctx.session.scalars(select(Label).where(Label.code == code).with_for_update()).one_or_none()

    def _locked(self, text: str) -> Label:
        """The label for a change; one that is known only from its piece gets its record now."""
        code = codes.normalise(text)[:20]
        label = self._by_code(code)
        if label is not None:
            return label
        adopt_piece(self._ctx, code)
        found = self._by_code(code)
        if found is None:
            raise NotFound(_("There is no such code. Check the label and type it again."))
        return found

    def _piece(self, equipment_id: int) -> Equipment | None:
        condition = visible(Equipment, self._ctx.actor, Permission.LABELS_EDIT)
        query = select(Equipment).where(Equipment.id == equipment_id, condition).with_for_update()
        return self._ctx.session.scalars(query.execution_options(populate_existing=True)).one_or_none()

    def _bind(self, label: Label, values: dict[str, Any]) -> None:
        piece = self._piece(values["equipment_id"])
        if piece is None:
            raise Invalid({"equipment_id": _("There is no such record, or it is not yours to see.")})
        if label.state == "bound" and label.equipment_id == piece.id:
            return
        if label.state != "blank":
            text = _("This label is on another piece. Take it off there first.")
            raise WrongState(
                text if label.state == "bound" else _("This label was retired. Take another one."), state=label.state
            )
        if piece.code is not None:
            if not values["reason"]:
                text = _("The piece has the label ${code} already. Say why it gets another one.", mapping={"code": piece.code})
                raise Invalid({"reason": text})
            old = self._locked(piece.code)
            self._close(old, piece, values["reason"], state="retired")
            self._publish(LabelEvent.RETIRED, old, reason=values["reason"])
        self._stick(label, piece, values)

    def _stick(self, label: Label, piece: Equipment, values: dict[str, Any]) -> None:
        """Put the label on the piece, and tell of both."""
        before, piece.code = piece.code, label.code
        records.touch(self._ctx, piece)
        self._open(label, piece, values)
        records.flush(self._ctx)
        records.publish(self._ctx, EquipmentEvent.EDITED, "equipment", piece, {"code": [before, piece.code]})

    def _open(self, label: Label, piece: Equipment, values: dict[str, Any]) -> None:
        ctx = self._ctx
        there = position_values(values["position"])
        longitude, latitude = there["longitude"], there["latitude"]
        binding = LabelBinding(
            label_id=label.id,
            equipment_id=piece.id,
            bound_at=ctx.now,
            bound_by_id=ctx.actor.user_id,
            longitude=longitude,
            latitude=latitude,
            reason=values["reason"],
        )
        ctx.session.add(binding)
        label.state, label.equipment_id = "bound", piece.id
        label.bound_at, label.bound_by_id = ctx.now, ctx.actor.user_id
        label.organisation_path, label.division_code = piece.organisation_path, piece.division_code
        label.farthest = distance_from_site(ctx.session, piece, longitude, latitude)
        records.touch(ctx, label)
        ctx.session.flush()
        self._publish(LabelEvent.BOUND, label, equipment_id=piece.id, distance=label.farthest)

    def _take_off(self, label: Label, reason: str, *, retire: bool) -> None:
        if label.state == "retired" or (label.state == "blank" and not retire):
            raise WrongState(state=label.state)
        if label.equipment_id is None:
            if not covers(label, self._ctx.actor, Permission.LABELS_EDIT):
                raise NotAllowed
            label.state = "retired"
            records.touch(self._ctx, label)
        else:
            piece = self._piece(label.equipment_id)
            if piece is None:
                raise NotAllowed
            self._close(label, piece, reason, state="retired" if retire else "blank")
            piece.code = None
            records.touch(self._ctx, piece)
            records.flush(self._ctx)
            records.publish(self._ctx, EquipmentEvent.EDITED, "equipment", piece, {"code": [label.code, None]})
        if retire:
            self._publish(LabelEvent.RETIRED, label, reason=reason)

    def _close(self, label: Label, piece: Equipment, reason: str | None, *, state: str) -> None:
        ctx = self._ctx
        ctx.session.execute(
            update(LabelBinding)
            .where(LabelBinding.label_id == label.id, LabelBinding.unbound_at.is_(None))
            .values(unbound_at=ctx.now, unbound_by_id=ctx.actor.user_id, unbound_reason=reason)
            .execution_options(synchronize_session=False)
        )
        label.state, label.equipment_id, label.bound_at, label.bound_by_id = state, None, None, None
        label.farthest = None
        records.touch(ctx, label)
        ctx.session.flush()
        self._publish(LabelEvent.UNBOUND, label, reason=reason, equipment_id=piece.id)

    def _publish(self, name: str, label: Label, *, reason: str | None = None, **values: Any) -> None:
        personal = {"note": reason} if reason else {}
        self._ctx.publish(Event(name, "label", label.id, label.code, values=values, personal=personal))


def distance_from_site(session: Session, piece: Equipment, longitude: float | None, latitude: float | None) -> int | None:
    """Metres from the piece's site to a position; None where either is unknown."""
    if longitude is None or latitude is None or piece.site_id is None:
        return None
    site = session.execute(select(Site.longitude, Site.latitude).where(Site.id == piece.site_id)).one()
    if site.longitude is None or site.latitude is None:
        return None
    return round(metres_between(longitude, latitude, site.longitude, site.latitude))


def fresh_codes(session: Session, count: int) -> list[str]:
    """Codes that no label and no piece has; the unique constraints have the last word."""
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = [codes.make_code(secrets.randbelow(codes.CAPACITY)) for _each in range(count - len(found))]
        taken = set(session.scalars(select(Label.code).where(Label.code.in_(drawn))))
        taken |= set(session.scalars(select(Equipment.code).where(Equipment.code.in_(drawn))))
        found |= dict.fromkeys(code for code in drawn if code not in taken)
    return list(found)


def adopt(ctx: Context, limit: int = 5000) -> int:
    """Give the codes of pieces that came in bulk their labels; by the system. Gives how many."""
    unknown = Equipment.code.is_not(None) & ~exists().where(Label.code == Equipment.code)
    pieces = ctx.session.scalars(select(Equipment).where(unknown).order_by(Equipment.id).limit(limit)).all()
    return len(_adopted(ctx, pieces))


def adopt_piece(ctx: Context, code: str) -> None:
    """The same for one piece, whose label is being scanned."""
    _adopted(ctx, ctx.session.scalars(select(Equipment).where(Equipment.code == code)).all())


def _adopted(ctx: Context, pieces: Sequence[Equipment]) -> list[Label]:
    labels = [
        Label(
            code=piece.code,
            state="bound",
            equipment_id=piece.id,
            bound_at=piece.created_at,
            organisation_path=piece.organisation_path,
            division_code=piece.division_code,
            created_at=piece.created_at,
            updated_at=ctx.now,
        )
        for piece in pieces
    ]
    ctx.session.add_all(labels)
    ctx.session.flush()
    ctx.session.add_all(
        LabelBinding(label_id=label.id, equipment_id=label.equipment_id, bound_at=label.bound_at) for label in labels
    )
    ctx.session.flush()
    return labels
