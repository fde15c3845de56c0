"""What a browser may send with an event: values of the annotated types, and not too long.

Reflex passes a payload on as it came. Checked here once, so that no handler has to.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, get_origin, get_type_hints

from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

LONGEST = 5_000  # characters; a prompt has 2,000
_MOST_FIELDS = 50
_LARGEST = 2**53  # what a browser can count to


def is_well_formed(handler: Callable[..., Any], payload: Any) -> bool:
    """Whether the payload fits the handler's parameters in name, type and size."""
    wanted = _parameters(handler)
    if not isinstance(payload, dict) or payload.keys() != wanted.keys():
        return False
    return all(_fits(wanted[name], value) for name, value in payload.items())


@cache
def _parameters(handler: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(handler)
    names = [name for name in inspect.signature(handler).parameters if name != "self"]
    return {name: get_origin(hints[name]) or hints[name] for name in names}


def _fits(wanted: Any, value: Any) -> bool:
    if wanted is dict:
        return isinstance(value, dict) and _is_form(value)
    if type(value) is not wanted:  # a bool is no int here
        return False
    if wanted is str:
        return len(value) <= LONGEST and not any("\ud800" <= character <= "\udfff" for character in value)
    return abs(value) <= _LARGEST


def _is_form(value: dict[Any, Any]) -> bool:
    """A flat form: texts by field name, or the pairs that Reflex makes them from after this check."""
    fields = (
        value[FORM_DATA_ENTRIES_KEY]
        if value.keys() == {FORM_DATA_ENTRIES_KEY}
        else [list(field) for field in value.items()]
    )
    return isinstance(fields, list) and len(fields) <= _MOST_FIELDS and all(map(_is_field, fields))


def _is_field(field: Any) -> bool:
    if not isinstance(field, list) or len(field) != 2:
        return False
    name, value = field
    # None: a control that is not shown; a truth value: a checkbox
    return _fits(str, name) and (value is None or isinstance(value, bool) or _fits(str, value))
