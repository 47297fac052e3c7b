"""Inputs of rules for warranty and safe service life."""

from __future__ import annotations

from shuhua_core.archives.kinds import EQUIPMENT_TYPES
from shuhua_core.archives.records import patch_of
from shuhua_core.archives.schema import note_field, number_field
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import Choice, Date, InputSchema, Integer, RecordId, Text, field
from shuhua_core.sites.states import Labels

DAYS: Labels = {"production": ("生产日期", "Production"), "installation": ("安装日期", "Installation")}
"""Days of a piece that a rule may go by. Where one is not known, the other stands in for it."""


class LifetimeRuleCreate(InputSchema):
    """A rule as it is entered."""

    number = number_field()
    edition = field(
        Text(80, 2), _("Edition of the standard"), required=True, help=_("Or what else the rule comes from, in your own words.")
    )
    edition_en = field(Text(80), _("Edition, in English"))
    type = field(Choice(EQUIPMENT_TYPES), _("Type"), help=_("Left empty, for pieces of every type."))
    model_id = field(RecordId("model"), _("Model"), help=_("Only if it is for one model alone; then leave the type empty."))
    dated_by = field(Choice(DAYS), _("Applies by day of"), default="production")
    starts_on = field(Date(), _("For pieces from"))
    ends_on = field(Date(), _("For pieces to"))
    counted_from = field(Choice(DAYS), _("Counted from"), default="installation")
    safe_life_months = field(Integer(1, 600), _("Safe service life (months)"))
    warranty_months = field(Integer(0, 600), _("Warranty (months)"))
    note = note_field()


LifetimeRulePatch = patch_of(LifetimeRuleCreate, name="LifetimeRulePatch")


class LifetimeRuleEnd(InputSchema):
    """Why a rule is no longer in force."""

    reason = field(Text(500, 2, multiline=True), _("Reason"), required=True)
