"""The inbox: the message row that the core has stored already is the delivery."""

from collections.abc import Sequence

from shuhua_core.plugins.contracts import Label, Notice, NotificationChannel, Receipt
from shuhua_core.plugins.hookspecs import hookimpl


class InboxChannel:
    """Everybody with an account has an inbox, so it accepts every notice and has nothing left to do."""

    name = "inbox"
    label = Label(zh="站内消息", en="Inbox")

    def accepts(self, notice: Notice) -> bool:
        """Always."""
        return True

    def send(self, notice: Notice) -> Receipt:
        """The notice is stored; the receipt points at it."""
        return Receipt("stored", notice.message_id)


@hookimpl
def shuhua_register_notification_channels() -> Sequence[NotificationChannel]:
    """One inbox."""
    return (InboxChannel(),)
