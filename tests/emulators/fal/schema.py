"""Inputs of models as fields with ranges, and fal's way of refusing what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "whole", "number", "flag", "choice", "url", "urls", "size", "any"]
Errors = list[dict[str, Any]]

SIZES = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}


@dataclass(frozen=True)
class Field:
    """One field of an input."""

    kind: Kind
    default: Any = None
    required: bool = False
    ge: float | None = None
    le: float | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()


Schema = Mapping[str, Field]


def error(loc: list[Any], kind: str, message: str, given: Any, **ctx: Any) -> dict[str, Any]:
    """One entry of fal's `detail` list."""
    made = {"loc": loc, "msg": message, "type": kind, "url": f"https://docs.fal.ai/errors/#{kind}", "input": given}
    return {**made, "ctx": ctx} if ctx else made


def _choice(loc: list[Any], value: Any, choices: tuple[str, ...]) -> Errors:
    if isinstance(value, str) and value in choices:
        return []
    told = ", ".join(f"'{choice}'" for choice in choices)
    return [error(loc, "one_of", f"Input should be one of {told}", value, expected=list(choices))]


def _range(loc: list[Any], value: float, ge: float | None, le: float | None) -> Errors:
    if ge is not None and value < ge:
        message = f"Input should be greater than or equal to {ge:g}"
        return [error(loc, "greater_than_equal", message, value, ge=ge)]
    if le is not None and value > le:
        return [error(loc, "less_than_equal", f"Input should be less than or equal to {le:g}", value, le=le)]
    return []


def _number(loc: list[Any], value: Any, field: Field) -> Errors:
    whole = field.kind == "whole"
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or (whole and value != int(value)):
        name, word = ("int_type", "integer") if whole else ("float_type", "number")
        return [error(loc, name, f"Input should be a valid {word}", value)]
    return _range(loc, value, field.ge, field.le)


def _text(loc: list[Any], value: Any, field: Field) -> Errors:
    if not isinstance(value, str):
        return [error(loc, "string_type", "Input should be a valid string", value)]
    if field.most is not None and len(value) > field.most:
        message = f"String should have at most {field.most} characters"
        return [error(loc, "sequence_too_long", message, value, max_length=field.most)]
    return []


def _url(loc: list[Any], value: Any, field: Field) -> Errors:
    if problems := _text(loc, value, field):
        return problems
    if value.startswith(("https://", "http://", "data:")):
        return []
    return [error(loc, "file_download_error", "Failed to download the file: it is no URL", value)]


def _urls(loc: list[Any], value: Any, field: Field) -> Errors:
    if not isinstance(value, list):
        return [error(loc, "list_type", "Input should be a valid list", value)]
    if field.required and not value:
        return [error(loc, "sequence_too_short", "List should have at least 1 item", value, min_length=1)]
    if field.most is not None and len(value) > field.most:
        message = f"List should have at most {field.most} items"
        return [error(loc, "sequence_too_long", message, value, max_length=field.most)]
    return [problem for at, item in enumerate(value) for problem in _url([*loc, at], item, field)]


def _size(loc: list[Any], value: Any, field: Field) -> Errors:
    if isinstance(value, dict):
        return [
            problem
            for side in ("width", "height")
            for problem in _number([*loc, side], value.get(side, 512), Field("whole", ge=field.ge, le=field.le))
        ]
    return _choice(loc, value, field.choices)


def _one(loc: list[Any], value: Any, field: Field) -> Errors:
    match field.kind:
        case "text":
            return _text(loc, value, field)
        case "whole" | "number":
            return _number(loc, value, field)
        case "flag":
            return (
                [] if isinstance(value, bool) else [error(loc, "bool_type", "Input should be a valid boolean", value)]
            )
        case "choice":
            return _choice(loc, value, field.choices)
        case "url":
            return _url(loc, value, field)
        case "urls":
            return _urls(loc, value, field)
        case "size":
            return _size(loc, value, field)
        case "any":
            return []


def check(schema: Schema, given: Any) -> Errors:
    """What is wrong with an input; unknown fields are ignored, as fal does."""
    if not isinstance(given, dict):
        return [error(["body"], "model_attributes_type", "Input should be a valid dictionary", given)]
    problems: Errors = []
    for name, field in schema.items():
        value = given.get(name)
        if value is not None:
            problems += _one(["body", name], value, field)
        elif field.required:
            problems.append(error(["body", name], "missing", "Field required", given))
    return problems


def filled(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """The input with its defaults."""
    return {name: field.default if given.get(name) is None else given[name] for name, field in schema.items()}
