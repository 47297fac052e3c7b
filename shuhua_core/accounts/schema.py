"""What may be said about users, organisations and roles."""

from __future__ import annotations

from shuhua_core.kernel.actor import ScopeKind
from shuhua_core.kernel.i18n import LOCALES, _
from shuhua_core.kernel.schema import Boolean, Choice, InputSchema, Items, RecordId, Text, field

from .models import KINDS, USER_KINDS

PHONE = r"[+0-9][0-9 ()/-]{2,38}"
DIVISION = r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{3}(?:[0-9]{3})?)?)?)?"


def _phone() -> Text:
    return Text(40, pattern=PHONE, hint=_("Enter a phone number."))


def _division() -> Text:
    return Text(12, pattern=DIVISION, hint=_("Enter the code of a division, such as 350582."))


LOCALE_LABELS = {"zh_Hans": ("中文", "Chinese"), "en": ("英文", "English")}
SCOPE_LABELS = {
    ScopeKind.ALL: ("全部", "All"),
    ScopeKind.DIVISION: ("本行政区划", "Own division"),
    ScopeKind.ORGANISATION: ("本机构及下级", "Own organisation and below"),
    ScopeKind.AGENT: ("本单位", "Own unit"),
    ScopeKind.OWN: ("本人", "One's own"),
}


class UserSchema(InputSchema):
    """A user, without the password, which is checked and hashed before the transaction."""

    login = field(
        Text(60, 2, pattern=r"[A-Za-z0-9][A-Za-z0-9._@-]*", hint=_("Use letters, digits, and . _ @ -")), _("Login"), required=True
    )
    name = field(Text(60), _("Name", context="person"), required=True)
    kind = field(Choice(USER_KINDS), _("Kind of user"), default="system")
    phone = field(_phone(), _("Phone"))
    email = field(Text(120, pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", hint=_("Enter an e-mail address.")), _("E-mail"))
    organisation_id = field(RecordId("organisation"), _("Organisation"))
    customer_id = field(RecordId("customer"), _("Customer"))
    division_code = field(_division(), _("Division"), help=_("Its code, such as 350582."))
    locale = field(Choice({name: LOCALE_LABELS[name] for name in LOCALES}), _("Language"), default=LOCALES[0])
    roles = field(Items(Text(40), maximum=20), _("Roles"), default=())


class UserPatchSchema(UserSchema):
    """Changes of a user; the login stays, since people and logs know it."""

    login = field(Text(60), _("Login"))
    name = field(Text(60), _("Name", context="person"))


class OrganisationSchema(InputSchema):
    """An organisation. Its place in the tree stays, since records carry its path."""

    kind = field(Choice({kind: labels for kind, labels in KINDS.items() if kind != "maker"}), _("Kind"), required=True)
    name = field(Text(100), _("Name"), required=True)
    name_en = field(Text(100), _("Name in English"))
    parent_id = field(RecordId("organisation"), _("Belongs to"), required=True)
    phone = field(_phone(), _("Phone"))
    divisions = field(Items(_division(), maximum=500), _("Duty areas"), default=())


class OrganisationPatchSchema(InputSchema):
    """Changes of an organisation."""

    name = field(Text(100), _("Name"))
    name_en = field(Text(100), _("Name in English"))
    phone = field(_phone(), _("Phone"))
    active = field(Boolean(), _("Active"))
    divisions = field(Items(_division(), maximum=500), _("Duty areas"))


class UserFilterSchema(InputSchema):
    """How a list of users may be narrowed."""

    q = field(Text(60), _("Login or name"))
    kind = field(Choice(USER_KINDS), _("Kind of user"))
    organisation_id = field(RecordId("organisation"), _("Organisation"))
    role = field(Text(40), _("Role"))
    active = field(Boolean(), _("Active"))
