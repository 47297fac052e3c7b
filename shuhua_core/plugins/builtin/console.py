"""The console channel: shows a developer what would be sent.

The log gets the event and the message's id only. With ``plugin.console.show_text = true`` the whole notice, personal data
included, is written to standard output: for a developer's machine, never for production.
"""

import logging
import sys
from collections.abc import Mapping, Sequence

from shuhua_core.plugins.contracts import Label, Notice, NotificationChannel, Receipt
from shuhua_core.plugins.hookspecs import hookimpl
from shuhua_core.plugins.settings import flag

log = logging.getLogger(__name__)


class ConsoleChannel:
    """Writes notices where a developer looks. Accepts every notice."""

    name = "console"
    label = Label(zh="控制台", en="Console")

    def __init__(self, *, show_text: bool) -> None:
        self._show_text = show_text

    def accepts(self, notice: Notice) -> bool:
        """Always."""
        return True

    def send(self, notice: Notice) -> Receipt:
        """Log it; show all of it if the settings say so."""
        log.info("notice %s %s", notice.event, notice.message_id)
        if self._show_text:
            text = notice.text
            lines = (f"-- {notice.recipient.name}: {text.subject}", text.body, text.link or "")
            sys.stdout.write("\n".join(line for line in lines if line) + "\n")
        return Receipt("sent", notice.message_id)


@hookimpl
def shuhua_register_notification_channels(settings: Mapping[str, str]) -> Sequence[NotificationChannel]:
    """One console."""
    return (ConsoleChannel(show_text=flag(settings, "show_text", default=False)),)
