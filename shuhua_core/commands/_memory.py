"""What a process that runs for weeks asks of the C library's allocator."""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3  # <malloc.h> of glibc
LARGE_BLOCK = 1 << 20


def return_large_blocks() -> bool:
    """Let the process give each freed block of 1 MiB or more back to the system at once; False where the C library is not glibc.

    glibc maps large blocks apart from its heap, but raises the size that it calls large whenever such a block is freed, up to
    32 MiB, and from then on keeps up to twice as much in each heap for later. The 19 MiB that one password's argon2 needs
    (passwords.py) so stay in the process after the first sign-ins, 38 MiB of them measured. A size that is set is not raised.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # musl and macOS have no mallopt, Windows no library without a name
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK))
