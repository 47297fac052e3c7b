"""A notification channel that brings notices to phones and browsers by Web Push, also while the app is closed."""

from collections.abc import Mapping, Sequence

from shuhua_core.plugins import ChannelRules, NotificationChannel, hookimpl

from .channel import WebPushChannel
from .keys import Keys

__all__ = ["WebPushChannel", "shuhua_register_notification_channels"]


@hookimpl
def shuhua_register_notification_channels(settings: Mapping[str, str]) -> Sequence[NotificationChannel]:
    """One channel, with the keys and the contact of the settings; ValueError if they are missing or wrong."""
    contact = settings.get("contact", "").strip()
    if not contact.startswith(("mailto:", "https://")):
        raise ValueError("plugin.webpush.contact must be mailto:... or https://..., where push services can ask questions")
    trial = settings.get("trial", "false").strip().lower()
    if trial not in {"true", "false"}:
        raise ValueError("plugin.webpush.trial must be true or false")
    keys = Keys.of(settings.get("private_key", ""))
    rules = ChannelRules(
        signed=False,  # the phone shows whose app it is
        devices=True,
        trial=trial == "true",
        public={"application_server_key": keys.public},
    )
    return [WebPushChannel(keys, contact, rules.as_set(settings), _hours(settings), _seconds(settings))]


def _hours(settings: Mapping[str, str]) -> int:
    text = settings.get("keep_hours", "24").strip()
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= 24 * 28):
        raise ValueError("plugin.webpush.keep_hours must be a whole number of hours from 1 to 672")
    return int(text)


def _seconds(settings: Mapping[str, str]) -> float:
    text = settings.get("timeout", "10").strip()
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= 25):
        raise ValueError("plugin.webpush.timeout must be a whole number of seconds from 1 to 25")
    return float(text)
