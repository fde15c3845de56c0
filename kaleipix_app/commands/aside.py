"""Work whose imports must not stay."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


def aside(work: Callable[[_Given], _Result], given: _Given) -> _Result:
    """`work(given)` in a child process that ends. Raises what it raises.

    The process that watches the server lives as long as the server: what migrations need would double its memory.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as child:
        return child.submit(work, given).result()
