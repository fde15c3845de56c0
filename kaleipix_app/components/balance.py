"""The digits of the balance. Scripts read it, so its text is the plain number; the commas that people see are drawn between."""

from __future__ import annotations

import reflex as rx


def balance_digits(number: rx.Var[int]) -> rx.Component:
    """In groups of three."""
    groups = rx.Var(rf"String({number}).split(/(?=(?:\d{{3}})+$)/)").to(list[str])
    return rx.foreach(groups, lambda digits: rx.el.span(digits, class_name="not-first:before:content-[',']"))
