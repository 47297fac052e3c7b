"""Plugins that do what no plugin should. Each is loaded, in a process of its own, as ``hostile_plugins:<NAME>``."""

import os
import sys
import threading
import time
from pathlib import Path

from shuhua_core.plugins import Built, Label, PermanentFailure, Receipt, TemporaryFailure, hookimpl


class Channel:
    label = Label(zh="坏通道", en="Bad channel")

    def __init__(self, name, send):
        self.name = name
        self._send = send

    def accepts(self, notice):
        return True

    def send(self, notice):
        return self._send(notice)


class Plugin:
    """Offers one channel, of the plugin's own name, whose sending is the given function."""

    def __init__(self, name, send):
        self._channel = Channel(name, send)

    @hookimpl
    def shuhua_register_notification_channels(self):
        return [self._channel]

    @hookimpl
    def shuhua_event_committed(self, event):
        self._channel.send(event)


def _raises(_notice):
    raise RuntimeError("secret 13900001234")


def _hangs(_notice):
    while True:
        time.sleep(60)


def _exits(_notice):
    sys.exit(0)


def _dies(_notice):
    os._exit(3)


def _hogs_memory(_notice):
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def _floods(_notice):
    line = "x" * 4000
    while True:
        print(line)


def _corrupts(_notice):
    """Writes into every pipe it can find, the one of the answers among them."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b'{"value": "nonsense"}\n' * 10)
        except OSError:
            continue
    return Receipt("sent")


def _prints(_notice):
    """Not hostile: prints to standard output and error, also below Python."""
    print('{"value": true}')
    os.write(1, b"SHPL\x00\x00")
    os.write(2, b"to standard error\n")
    return Receipt("sent", "printed")


def _returns_a_wrong_type(_notice):
    return {"status": "sent"}


def _returns_what_cannot_be_sent(_notice):
    receipt = Receipt("sent")
    object.__setattr__(receipt, "reference", lambda: None)
    return receipt


def _is_slow(_notice):
    time.sleep(0.2)
    return Receipt("sent", "slow")


class _Untold(BaseException):
    def __str__(self):
        raise ValueError("will not say")


def _raises_base_exception(_notice):
    raise _Untold


def _leaves_a_thread(_notice):
    threading.Thread(target=time.sleep, args=(3600,)).start()
    return Receipt("sent", str(os.getpid()))


def _spins_without_letting_go(_notice):
    sum(range(10**12))


def _fails_until_told(notice):
    if not Path(notice.text.link).exists():
        raise RuntimeError("not yet")
    return Receipt("sent", "recovered")


def _later(_notice):
    raise TemporaryFailure("the other side is down", retry_after=90)


def _never(_notice):
    raise PermanentFailure("no such address")


def _well(notice):
    return Receipt("sent", f"{notice.message_id} {os.getpid()}")


def _tells(_notice):
    """Gives back what it can see of the worker's secrets."""
    seen = [name for name in os.environ if "SECRET" in name or "SHUHUA" in name]
    return Receipt("sent", ",".join(seen))


class _Reporter:
    name = "reporter"
    label = Label(zh="报表", en="Report")
    kind = "table"
    media_type = "text/plain"
    extension = "txt"

    def build(self, data, out):
        rows = 0
        for row in data.rows:
            out.write("|".join(map(str, row)).encode() + b"\n")
            rows += 1
        return Built(rows=rows, notes=("done",))


class _EndlessReporter(_Reporter):
    name = "endless"

    def build(self, data, out):
        while True:
            out.write(b"x" * 65536)


class ReportPlugin:
    @hookimpl
    def shuhua_register_report_types(self):
        return [_Reporter(), _EndlessReporter()]


class OwnSettings:
    """A channel that says which settings it was given."""

    @hookimpl
    def shuhua_register_notification_channels(self, settings):
        return [Channel("own_settings", lambda _notice: Receipt("sent", repr(sorted(settings.items()))))]


class LoadsOnlyOnce:
    """Registers in the worker, and fails in its own process."""

    @hookimpl
    def shuhua_register_notification_channels(self):
        if sys.argv[0].endswith("child.py"):
            raise RuntimeError("not here")
        return [Channel("loads_once", _well)]


HOSTILE = {
    "raises": _raises,
    "hangs": _hangs,
    "exits": _exits,
    "dies": _dies,
    "hogs_memory": _hogs_memory,
    "floods": _floods,
    "corrupts": _corrupts,
    "wrong_type": _returns_a_wrong_type,
    "unsendable": _returns_what_cannot_be_sent,
    "base_exception": _raises_base_exception,
    "spins": _spins_without_letting_go,
}
OTHERS = {
    "prints": _prints,
    "slow": _is_slow,
    "leaves_thread": _leaves_a_thread,
    "recovers": _fails_until_told,
    "later": _later,
    "never": _never,
    "well": _well,
    "tells": _tells,
}
PLUGINS = {name: Plugin(name, send) for name, send in {**HOSTILE, **OTHERS}.items()}
globals().update(PLUGINS)
report_plugin = ReportPlugin()
own_settings = OwnSettings()
loads_once = LoadsOnlyOnce()
