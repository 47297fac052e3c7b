"""The one catalogue of errors that the domain raises.

Each class has a stable ``code`` that clients may rely on; only ``shuhua_web.errors`` knows the HTTP status of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from translationstring import TranslationString

from .i18n import _


class ServiceError(Exception):
    """Base of all errors a service raises on purpose.

    ``message`` is a translation string for people, ``details`` plain values for machines.
    """

    code: ClassVar[str] = "error"
    default: ClassVar[TranslationString] = _("The request could not be carried out.")

    def __init__(self, message: TranslationString | None = None, **details: Any) -> None:
        self.message = message if message is not None else self.default
        self.details = details
        super().__init__(str(self.message))


class NotFound(ServiceError):
    """No such record, or one outside the caller's scope: the answer is the same."""

    code = "not_found"
    default = _("There is no such record, or it is not yours to see.")


class Merged(NotFound):
    """The record was found to be the same as another one and went into it.

    ``details`` carry ``kind``, ``merged_id`` and ``merged_into_id``. Whoever catches :class:`NotFound` alone treats it as gone.
    """

    code = "merged"
    default = _("This record was merged into another one. Open that one instead.")


class NotSignedIn(ServiceError):
    """The caller has to say who they are."""

    code = "not_signed_in"
    default = _("Please sign in first.")


class SignInFailed(ServiceError):
    """Login or password wrong; never says which."""

    code = "sign_in_failed"
    default = _("Login or password is wrong.")


class SecondFactorRequired(ServiceError):
    """Login and password are right, and the code of the second factor is missing or wrong."""

    code = "second_factor_required"
    default = _("Send the present code of your second factor, or one of your recovery codes, as otp.")


class SecondFactorMissing(ServiceError):
    """A role of the caller asks for a second factor, and they have not set one up."""

    code = "second_factor_missing"
    default = _("Your role asks for a second factor. Set it up in the office first.")


class PasswordChangeRequired(ServiceError):
    """Somebody else chose the caller's password: nothing else is open until it has been changed."""

    code = "password_change_required"
    default = _("Choose a password of your own first. You can do so in the office.")


class NotAllowed(ServiceError):
    """The record is in scope, the action is not allowed."""

    code = "not_allowed"
    default = _("You do not have the permission for this. Ask your administrator if you need it.")


class Quarantined(ServiceError):
    """The caller's rights have ended; what they sent is kept for a manager. ``details`` carry its ``state``."""

    code = "quarantined"
    default = _("Your rights have changed since this was made. It was not carried out, but kept for a manager to decide on.")


class WrongState(ServiceError):
    """The action does not exist from the record's present state; ``details`` carry ``state``."""

    code = "wrong_state"
    default = _("This is not possible in the present state. Reload to see what has changed.")


class Conflict(ServiceError):
    """Somebody else changed the record at the same moment, or a unique value is taken."""

    code = "conflict"
    default = _("Somebody else has just changed this record. Reload and try again.")


class Invalid(ServiceError):
    """Input that breaks a rule. ``errors`` maps a dotted field path ('' for the whole) to a message."""

    code = "invalid"
    default = _("Some fields need your attention.")

    def __init__(self, errors: Mapping[str, Any], message: TranslationString | None = None) -> None:
        super().__init__(message)
        self.errors = dict(errors)


class Malformed(ServiceError):
    """The body could not be read at all: broken JSON, a key twice, no object."""

    code = "malformed"
    default = _("The body could not be read. Send one valid JSON object in which no key stands twice.")


class KeyMissing(ServiceError):
    """A creating or acting POST without Idempotency-Key."""

    code = "key_missing"
    default = _("Send an Idempotency-Key header with a fresh UUID, and the same one again when you retry.")


class KeyReused(ServiceError):
    """An Idempotency-Key that stands for another body."""

    code = "key_reused"
    default = _("This Idempotency-Key was used for another request. Use a fresh one.")


class KeyInFlight(ServiceError):
    """The first request with this Idempotency-Key is still being carried out."""

    code = "key_in_flight"
    default = _("The same request is being carried out. Ask again in a moment.")


class VersionMissing(ServiceError):
    """A PATCH without If-Match."""

    code = "version_missing"
    default = _("Send the version you have seen in an If-Match header.")


class VersionStale(ServiceError):
    """The record changed since the caller read it; ``details`` carry ``version``."""

    code = "version_stale"
    default = _("The record was changed since you opened it. Reload, look at the change, and enter yours again.")


class TooMany(ServiceError):
    """Too many attempts; ``details`` carry ``retry_after`` in seconds."""

    code = "too_many"
    default = _("Too many attempts. Wait a little and try again.")


class TooLarge(ServiceError):
    """A file or body over the limit."""

    code = "too_large"
    default = _("The file is too large.")


class UnsupportedMedia(ServiceError):
    """A file whose content is of no accepted type."""

    code = "unsupported_media"
    default = _("This kind of file is not accepted. Send a photo, a video or a sound recording as phones make them.")


class WrongOffset(ServiceError):
    """A piece that does not begin where the upload stands; ``details`` carry ``offset``."""

    code = "wrong_offset"
    default = _("The piece does not begin where the upload stands. Ask how far it is and go on from there.")


class UploadLocked(ServiceError):
    """Somebody else is just sending a piece of this upload."""

    code = "upload_locked"
    default = _("Another piece of this file is just being received. Try again in a moment.")


class ChecksumMismatch(ServiceError):
    """What arrived is not what was sent."""

    code = "checksum_mismatch"
    default = _("The piece was damaged on its way. Send it again.")


class Expired(ServiceError):
    """An upload that was given up, or not finished in time."""

    code = "expired"
    default = _("This upload is over. Begin a new one.")


class StorageFull(ServiceError):
    """The disk has no room for more files; the rest is kept for the database."""

    code = "storage_full"
    default = _("There is no room for more files at present. Nothing was lost; try again later.")


class Busy(ServiceError):
    """The database could not be had in time; ``details`` carry ``retry_after`` in seconds."""

    code = "busy"
    default = _("The system is busy. Nothing was saved; try again in a moment.")


class ConfigurationError(ServiceError):
    """Settings with which the system refuses to start."""

    code = "configuration"
    default = _("The configuration is wrong.")


CATALOGUE: tuple[type[ServiceError], ...] = (
    NotFound,
    Merged,
    NotSignedIn,
    SignInFailed,
    SecondFactorRequired,
    SecondFactorMissing,
    PasswordChangeRequired,
    NotAllowed,
    Quarantined,
    WrongState,
    Conflict,
    Invalid,
    Malformed,
    KeyMissing,
    KeyReused,
    KeyInFlight,
    VersionMissing,
    VersionStale,
    TooMany,
    TooLarge,
    UnsupportedMedia,
    WrongOffset,
    UploadLocked,
    ChecksumMismatch,
    Expired,
    StorageFull,
    Busy,
    ConfigurationError,
)
"""Every error of the domain, for the docs and for the mapping to HTTP, both checked by tests."""
