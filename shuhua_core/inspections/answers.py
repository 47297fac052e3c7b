"""Reading the answers of an inspection: what was asked, about which piece, and what must follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..archives.models import ProductModel
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _, translator
from ..sites.machine import EQUIPMENT_WORKFLOW
from ..sites.models import Equipment, Site
from .checklists import Item

STOPPED = {row.target for row in EQUIPMENT_WORKFLOW.rows if row.action == "stop_use"}
"""States of pieces that nobody may use already: to find such a one dangerous again is no mistake."""
WORST_FIRST = ("urgent", "high", "normal")


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer with what it is about."""

    item: Item
    piece: Equipment | None
    values: Mapping[str, Any]

    @property
    def abnormal(self) -> bool:
        """Whether something is wrong."""
        return bool(self.values["result"] == "abnormal")

    @property
    def stops(self) -> bool:
        """Whether the piece is to be put out of use."""
        return bool(self.values["stop_use"])

    @property
    def media_ids(self) -> Sequence[int]:
        """Its pictures."""
        return self.values["media_ids"] or ()


def read_answers(ctx: Context, site: Site, items: Mapping[str, Item], answers: Sequence[Mapping[str, Any]]) -> list[Answered]:
    """The answers, each with its item and piece. Raises Invalid, with the place of each that cannot be."""
    pieces = _pieces(ctx, site, {each["equipment_id"] for each in answers if each["equipment_id"] is not None})
    errors: dict[str, Any] = {}
    found: list[Answered] = []
    seen: set[tuple[int | None, str]] = set()
    for place, values in enumerate(answers):
        wrong = _wrong(values, items, pieces, seen)
        if wrong is not None:
            errors[f"items.{place}.{wrong[0]}"] = wrong[1]
            continue
        seen.add((values["equipment_id"], values["item"]))
        piece = pieces[values["equipment_id"]][0] if values["equipment_id"] is not None else None
        found.append(Answered(items[values["item"]], piece, values))
    if errors:
        raise Invalid(errors)
    return found


def _pieces(ctx: Context, site: Site, ids: set[int]) -> dict[int, tuple[Equipment, str]]:
    """The pieces named, with the types of their models, where they stand on the site."""
    query = select(Equipment, ProductModel.type).join(ProductModel, ProductModel.id == Equipment.model_id)
    rows = ctx.session.execute(query.where(Equipment.id.in_(ids), Equipment.site_id == site.id))
    return {piece.id: (piece, type_) for piece, type_ in rows}


def _wrong(
    values: Mapping[str, Any],
    items: Mapping[str, Item],
    pieces: Mapping[int, tuple[Equipment, str]],
    seen: set[tuple[int | None, str]],
) -> tuple[str, Any] | None:
    """Field and message of what is wrong with one answer."""
    about = values["equipment_id"]
    if about is not None and about not in pieces:
        return "equipment_id", _("This piece does not stand on the installation point.")
    item = items.get(values["item"])
    if item is None:
        return "item", _("The checklist has no such item.")
    piece, type_ = pieces[about] if about is not None else (None, None)
    if not item.fits(type_):
        return "item", _("The checklist does not ask this here.")
    if (about, item.code) in seen:
        return "item", _("This item was answered twice.")
    return _wrong_consequence(values, piece)


def _wrong_consequence(values: Mapping[str, Any], piece: Equipment | None) -> tuple[str, Any] | None:
    """The same of what the answer asks to follow."""
    if values["repair"] is not None and values["result"] != "abnormal":
        return "repair", _("Only what is abnormal makes a request.")
    if not values["stop_use"]:
        return None
    if values["result"] != "abnormal":
        return "stop_use", _("Only what is abnormal puts a piece out of use.")
    if piece is None:
        return "stop_use", _("Name the piece that is to be put out of use.")
    known = piece.state in STOPPED or EQUIPMENT_WORKFLOW.matching("stop_use", piece.state)
    return None if known else ("stop_use", _("This piece is not in use."))


def by_piece(answers: Sequence[Answered]) -> list[list[Answered]]:
    """The abnormal answers, those of one piece together: one request for each piece, and one for the site."""
    found: dict[int | None, list[Answered]] = {}
    for each in answers:
        if each.abnormal:
            found.setdefault(each.piece.id if each.piece else None, []).append(each)
    return list(found.values())


def report_values(ctx: Context, number: str, site: Site, group: Sequence[Answered], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the request says that comes of the abnormal answers about one piece, as plain values for its service."""
    piece = group[0].piece
    severities = {each.values["repair"]["severity"] for each in group if each.values["repair"]}
    severities |= {"urgent"} if any(each.stops for each in group) else set()
    captured_at = values["captured_at"]
    return {
        "symptom": "\n".join(dict.fromkeys(_told(ctx, number, each) for each in group))[:2000],
        "equipment_id": piece.id if piece else None,
        "site_id": site.id,
        "severity": next((each for each in WORST_FIRST if each in severities), None),
        "position": values["position"],
        "captured_at": captured_at.isoformat() if captured_at else None,
    }


def _told(ctx: Context, number: str, answer: Answered) -> str:
    """One abnormal answer in words: the inspector's own, or what was asked and noted, in the deployment's language."""
    repair, note = answer.values["repair"], answer.values["note"]
    if repair is not None:
        return "\n".join(text for text in (repair["symptom"], repair["description"] or note) if text)
    locale = ctx.deployment.settings.locale
    asked = answer.item.label(locale)
    if note:
        text = _("Inspection ${number}, not so: ${asked} (${note})", mapping={"number": number, "asked": asked, "note": note})
    else:
        text = _("Inspection ${number}, not so: ${asked}", mapping={"number": number, "asked": asked})
    return str(translator(locale)(text))
