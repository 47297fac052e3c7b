"""Problems as the OpenAPI document and its page describe them."""

from __future__ import annotations

from typing import Any

from shuhua_core.kernel import errors

from ..errors import STATUS, WEB_ERRORS

STATUS_TEXT = {
    400: "The request could not be read, or a header that it needs is missing.",
    401: "Not signed in, or the token is no longer valid.",
    403: "The caller lacks the permission, or the token against forged requests.",
    404: "There is no such record, or it is outside the caller's scope: both look alike.",
    409: "Not possible in the present state, changed meanwhile, or the first request with this key still runs.",
    410: "What was asked for is over.",
    412: "The record was changed since the version in If-Match, or another version of the protocol was named.",
    413: "The body or file is too large.",
    415: "The body is not of the type that is taken here.",
    416: "The file ends before the range that was asked for.",
    422: "A field or parameter breaks a rule; `errors` names each. Or the Idempotency-Key stands for another body.",
    423: "Somebody else is just sending a piece of this upload.",
    428: "If-Match is missing.",
    429: "Too many attempts; Retry-After says when to try again.",
    460: "The checksum does not fit what arrived; nothing of it was kept.",
    503: "Busy. Nothing was saved unless the text says otherwise; try again after Retry-After.",
    507: "There is no room for more files at present.",
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "What kind of problem, in the caller's language."},
        "detail": {"type": "string", "description": "What is the matter this time, in the caller's language."},
        "status": {"type": "integer", "minimum": 300, "maximum": 599},
        "code": {"type": "string", "description": "Stable name of the problem, for programs."},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Dotted field path to message."},
        "state": {"type": "string", "description": "The record's present state."},
        "version": {"type": "integer", "description": "The record's present version."},
        "offset": {"type": "integer", "description": "How far the upload is."},
        "action": {"type": "string"},
        "merged_into_id": {"type": "integer", "description": "Id of the record that stays."},
        "retry_after": {"type": "number", "description": "Seconds."},
        "request_id": {"type": "string", "description": "Names this request in the logs."},
    },
    "required": ["type", "title", "status", "code", "request_id"],
    "additionalProperties": False,
}


def error_table() -> list[tuple[str, int, str]]:
    """(code, status, text) of every problem, for the page and the docs."""
    catalogue = [(each.code, STATUS[each], str(each.default)) for each in errors.CATALOGUE]
    return [*catalogue, *((code, status, "") for code, status in WEB_ERRORS.items())]
