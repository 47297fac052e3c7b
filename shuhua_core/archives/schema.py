"""Inputs of customers, projects and product models."""

from __future__ import annotations

from typing import Any

from shuhua_core.archives.kinds import CUSTOMER_KINDS, EQUIPMENT_TYPES, PROJECT_KINDS
from shuhua_core.archives.phones import Phone
from shuhua_core.archives.records import patch_of
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import Amount, Choice, Date, InputSchema, Integer, RecordId, Text, field

NUMBER_PATTERN = r"[0-9A-Za-z][0-9A-Za-z/._-]*"
EMAIL_PATTERN = r"[^@\s]+@[^@\s]+\.[^@\s]+"


def number_field() -> Any:
    """A number that people may give a record."""
    hint = _("Use letters, digits and - . _ / only.")
    return field(Text(40, pattern=NUMBER_PATTERN, hint=hint), _("Number"), help=_("Left empty, the system gives one."))


def division_field() -> Any:
    """The code of a division."""
    hint = _("Choose a division, or enter its code.")
    return field(Text(20, pattern=r"[0-9A-Z][0-9A-Z-]*", hint=hint), _("Division"))


def note_field() -> Any:
    """Anything else worth knowing."""
    return field(Text(2000, multiline=True), _("Note"))


class CustomerCreate(InputSchema):
    """A customer as it is entered."""

    number = number_field()
    name = field(Text(120), _("Name", context="thing"), required=True)
    kind = field(Choice(CUSTOMER_KINDS), _("Kind"), default="other")
    division_code = division_field()
    address = field(Text(200), _("Address"))
    contact_name = field(Text(60), _("Main contact"))
    phone = field(Phone(), _("Phone"))
    email = field(Text(120, pattern=EMAIL_PATTERN, hint=_("Enter an address such as name@example.com.")), _("E-mail"))
    fax = field(Phone(), _("Fax"))
    note = note_field()


class ProjectCreate(InputSchema):
    """A project as it is entered."""

    number = number_field()
    name = field(Text(120), _("Name", context="thing"), required=True)
    kind = field(Choice(PROJECT_KINDS), _("Kind"), default="path")
    division_code = division_field()
    amount = field(Amount(), _("Amount (yuan)"))
    customer_id = field(RecordId("customer"), _("Customer"))
    started_on = field(Date(), _("Started on"))
    accepted_on = field(Date(), _("Accepted on"))
    note = note_field()


class ModelCreate(InputSchema):
    """A product model as it is entered."""

    number = number_field()
    name = field(Text(80), _("Name", context="thing"), required=True)
    name_en = field(Text(80), _("English name"))
    type = field(Choice(EQUIPMENT_TYPES), _("Type"), required=True)
    warranty_months = field(Integer(0, 600), _("Warranty (months)"))
    safe_life_years = field(Integer(1, 50), _("Safe service life (years)"))
    parts = field(Text(4000, multiline=True), _("Parts that wear"), help=_("One a line."))
    usage = field(Text(4000, multiline=True), _("How to use it"), help=_("Shown on the public page of each piece."))


CustomerPatch = patch_of(CustomerCreate, name="CustomerPatch")
ProjectPatch = patch_of(ProjectCreate, name="ProjectPatch")
ModelPatch = patch_of(ModelCreate, name="ModelPatch")
