"""A form with one file, the one body of the API that is not JSON."""

from __future__ import annotations

from typing import BinaryIO

from pyramid.request import Request

from shuhua_core.kernel.errors import Invalid, Malformed, TooLarge

from ..errors import WrongContentType
from ..i18n import _

ROOM_FOR_FORM = 10_000
"""Bytes that a form may have around its file."""


def one_file(request: Request, maximum: int) -> BinaryIO:
    """The file of the field ``file``, of at most ``maximum`` bytes, as a stream that the request closes.

    Raises WrongContentType, TooLarge, Malformed, and Invalid with a message for ``file`` and each other field.
    """
    if request.content_type.lower() != "multipart/form-data":
        raise WrongContentType("multipart/form-data")
    if (request.content_length or 0) > maximum + ROOM_FOR_FORM:
        raise TooLarge(_("The file is larger than ${n} MB.", mapping={"n": maximum // 1_000_000}))
    try:
        form = request.POST
    except ValueError as error:  # no boundary, broken parts
        raise Malformed(_("The form could not be read.")) from error
    errors = {str(name)[:100]: _("There is no such field.") for name in form if name != "file"}
    files = form.getall("file")
    if len(files) != 1 or not hasattr(files[0], "file"):
        errors["file"] = _("Send one file.")
    if errors:
        raise Invalid(errors)
    return files[0].file
