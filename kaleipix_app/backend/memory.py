"""Memory that is free goes back to the system. Only glibc keeps it; elsewhere there is nothing to do."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

_ARENA_MAX = -8  # M_ARENA_MAX in malloc.h


@cache
def _glibc() -> Any:
    try:
        library = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return library if hasattr(library, "malloc_trim") else None


def few_arenas() -> None:
    """At the start of a process: threads share two heaps instead of keeping one each, with its own leftovers."""
    if (library := _glibc()) is not None:
        library.mallopt(_ARENA_MAX, 2)


def give_back() -> None:
    """After work on pixels: return what is free. Takes a few milliseconds, so call it in a thread."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)
