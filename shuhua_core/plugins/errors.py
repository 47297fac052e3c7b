"""What the host raises about plugins. What a plugin itself may raise stands in ``contracts``."""

from enum import StrEnum

from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.i18n import _


class PluginError(ConfigurationError):
    """A plugin with which the system refuses to start; the message names it and says what is wrong."""

    def __init__(self, plugin: str, reason: str) -> None:
        super().__init__(_("Plugin ${plugin}: ${reason}", mapping={"plugin": plugin, "reason": reason}))
        self.plugin = plugin
        self.reason = reason

    def __str__(self) -> str:
        return f"plugin {self.plugin}: {self.reason}"


class WrongSetting(ConfigurationError):
    """A setting with which the system refuses to start; the message names it and says what to write."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(_("Setting ${name}: ${reason}", mapping={"name": name, "reason": reason}))
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"setting {self.name}: {self.reason}"


class FailureKind(StrEnum):
    """Why a call to a plugin gave no result."""

    UNKNOWN = "unknown"
    """There is no such plugin, or it does not offer what was asked for."""
    LOADING = "loading"
    """Its process could not load it."""
    RAISED = "raised"
    """It raised something other than TemporaryFailure or PermanentFailure."""
    TIMEOUT = "timeout"
    """It was not done by the deadline and was killed."""
    EXITED = "exited"
    """Its process ended in the middle of the call."""
    MEMORY = "memory"
    """It wanted more memory than it may have."""
    OUTPUT = "output"
    """It printed, or gave back, more than it may."""
    WRONG_RESULT = "wrong_result"
    """It gave back something that the contract does not allow."""
    GARBLED = "garbled"
    """Its process answered with something that is no answer."""
    BUSY = "busy"
    """Another call to the same plugin took all of the time."""
    RESTING = "resting"
    """It failed too often and is left alone for a while."""


class PluginFailed(Exception):
    """A call to a plugin gave no result. Whoever called tries again later or gives up; nothing else is affected.

    ``detail`` says more, for an administrator's eyes; ``retry_after`` is in seconds, known while a plugin rests.
    """

    def __init__(self, plugin: str, kind: FailureKind, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"plugin {plugin}: {kind}")
        self.plugin = plugin
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after
