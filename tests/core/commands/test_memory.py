"""The memory that password hashes need is given back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

AFTER_SIGN_INS = """
import sys, threading
from pathlib import Path
from shuhua_core.accounts.passwords import HASHER
from shuhua_core.commands._memory import return_large_blocks

def resident():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))

def sign_ins():
    for _ in range(3):
        HASHER.hash("a password")

if "returned" in sys.argv:
    assert return_large_blocks()
before = resident()
for _ in range(3):  # waitress works in threads, and each may have a heap of its own
    thread = threading.Thread(target=sign_ins)
    thread.start()
    thread.join()
print((resident() - before) // 1024)
"""


def grown(*arguments: str) -> int:
    """MiB by which a process has grown after nine hashes."""
    ended = subprocess.run([sys.executable, "-c", AFTER_SIGN_INS, *arguments], capture_output=True, text=True, check=True)
    return int(ended.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps large blocks")
def test_a_server_gives_back_what_the_hashes_of_passwords_took() -> None:
    kept, returned = grown(), grown("returned")
    assert kept >= 15, "the C library no longer keeps large blocks: the setting can go"
    assert returned <= 5
