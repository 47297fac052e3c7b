"""Counting how labels are scanned, and finding those that somebody should look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from shuhua_core.kernel.context import Context
from shuhua_core.sites.labels.models import Label, LabelBinding, LabelScan
from shuhua_core.sites.labels.service import adopt_piece, distance_from_site
from shuhua_core.sites.models import Equipment


def note_scan(ctx: Context, code: str, longitude: float | None = None, latitude: float | None = None) -> None:
    """Note that the label ``code`` (as it is written) was opened; nothing for one that is not known."""
    session: Session = ctx.session
    query = select(Label.id, Label.equipment_id).where(Label.code == code)
    found = session.execute(query).first()
    if found is None:
        adopt_piece(ctx, code)
        found = session.execute(query).first()
    if found is None:
        return
    piece = session.get(Equipment, found.equipment_id) if found.equipment_id else None
    distance = distance_from_site(session, piece, longitude, latitude) if piece is not None else None
    session.add(LabelScan(label_id=found.id, at=ctx.now, longitude=longitude, latitude=latitude, distance=distance))
    values: dict[str, Any] = {"scans": Label.scans + 1, "last_scan_at": ctx.now}
    if distance is not None:
        values["farthest"] = func.max(func.coalesce(Label.farthest, 0), distance)
        if session.get_bind().dialect.name == "postgresql":
            values["farthest"] = func.greatest(func.coalesce(Label.farthest, 0), distance)
    session.execute(update(Label).where(Label.id == found.id).values(values).execution_options(synchronize_session=False))


def sweep_scans(ctx: Context) -> None:
    """Forget single scans after the time that the deployment sets; the counts stay."""
    before = ctx.now - timedelta(days=ctx.deployment.settings.scan_days)
    ctx.session.execute(delete(LabelScan).where(LabelScan.at < before))


def bound_twice() -> ColumnElement[bool]:
    """The label was on two pieces, or its piece has had another label."""
    here, other, further = aliased(LabelBinding), aliased(LabelBinding), aliased(LabelBinding)
    two_pieces = exists().where(here.label_id == Label.id, other.label_id == Label.id, here.equipment_id != other.equipment_id)
    two_labels = exists().where(further.equipment_id == Label.equipment_id, further.label_id != Label.id)
    return two_pieces | two_labels


def scanned_far(ctx: Context) -> ColumnElement[bool]:
    """It was scanned, or bound, farther from its site than the deployment allows."""
    return Label.farthest > ctx.deployment.settings.scan_far_metres


def never_scanned() -> ColumnElement[bool]:
    """It is on a piece, and nobody has ever opened it."""
    return (Label.state == "bound") & (Label.scans == 0)
