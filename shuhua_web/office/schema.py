"""What is entered to sign in, and to change one's password."""

from __future__ import annotations

from typing import Any

import colander

from shuhua_core.kernel.schema import InputSchema, Text, field
from shuhua_web.i18n import _


class Password(Text):
    """A password: taken as it was typed, with white space at its ends."""

    def __init__(self) -> None:
        super().__init__(200)

    def read(self, node: Any, value: Any) -> Any:
        """The password, unless it is longer than any can be."""
        if not isinstance(value, str) or not 0 < len(value) <= self.maximum:
            raise colander.Invalid(node, _("Enter your password."))
        return value


class SignInSchema(InputSchema):
    """Who signs in."""

    login = field(Text(60), _("Login"), required=True)
    password = field(Password(), _("Password"), required=True)


class CodeSchema(InputSchema):
    """A code of the second factor."""

    code = field(
        Text(30),
        _("Code", context="second factor"),
        required=True,
        help=_("The six digits of your app, or one of your recovery codes."),
    )


class ChangePasswordSchema(InputSchema):
    """The present password and the new one, twice, since it cannot be seen while it is typed."""

    old = field(Password(), _("Present password"), required=True)
    new = field(Password(), _("New password"), required=True, help=_("At least 10 characters. A sentence is easy to remember."))
    again = field(Password(), _("New password again"), required=True)
