"""What a browser may send with an event: values of the annotated types, and not too long.

Reflex passes a payload on as it came. Checked here once, so that no handler has to.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_origin, get_type_hints

LONGEST = 5_000  # characters; a prompt has 2,000
_MOST_FIELDS = 50
_LARGEST = 2**53  # what a browser can count to


def is_well_formed(handler: Callable[..., Any], payload: Mapping[str, Any]) -> bool:
    """Whether the payload fits the handler's parameters in name, type and size."""
    wanted = _parameters(handler)
    return payload.keys() <= wanted.keys() and all(_fits(wanted[name], value) for name, value in payload.items())


@cache
def _parameters(handler: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(handler)
    names = [name for name in inspect.signature(handler).parameters if name != "self"]
    return {name: get_origin(hints[name]) or hints[name] for name in names}


def _fits(wanted: Any, value: Any) -> bool:
    if wanted is dict:  # a form: flat, by field name
        return isinstance(value, dict) and len(value) <= _MOST_FIELDS and all(map(_is_field, value.items()))
    if type(value) is not wanted:  # a bool is no int here
        return False
    if wanted is str:
        return len(value) <= LONGEST
    return abs(value) <= _LARGEST


def _is_field(field: tuple[Any, Any]) -> bool:
    name, value = field
    return _fits(str, name) and (isinstance(value, bool) or value is None or _fits(str, value))
