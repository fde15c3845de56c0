"""What a credit buys here: one table for each provider."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.state.plans import Plans, PriceView, ProviderView

_NUMBER = "px-3 py-2.5 text-right align-top whitespace-nowrap tabular-nums last:pr-4"
_HEAD = "py-2 align-bottom text-xs font-medium whitespace-nowrap text-muted last:pr-4"


def price_list() -> rx.Component:
    """By provider."""
    return rx.el.section(
        rx.el.h2("What a credit buys", id="prices", class_name="font-semibold"),
        rx.el.p(
            "A price is for one picture. It is set aside at the click and comes back if nothing is delivered. "
            "The times are those usual on this installation.",
            class_name=theme.HINT,
        ),
        rx.foreach(Plans.providers, _provider),
        aria_labelledby="prices",
        class_name="flex flex-col gap-3",
    )


def _provider(one: rx.Var[ProviderView]) -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.caption(
                rx.el.span(one.name, class_name="font-medium text-ink"),
                rx.el.span(one.where, class_name="block text-xs text-muted"),
                class_name="px-4 pt-3 pb-1 text-left text-sm",
            ),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("Model", scope="col", class_name=f"{_HEAD} w-full pr-3 pl-4 text-left"),
                    rx.el.th("Price", scope="col", class_name=f"{_HEAD} px-3 text-right"),
                    rx.el.th("Usual time", scope="col", class_name=f"{_HEAD} px-3 text-right"),
                    rx.el.th("Free month", scope="col", class_name=f"{_HEAD} px-3 text-right max-sm:hidden"),
                ),
            ),
            rx.el.tbody(rx.foreach(one.prices, _price), class_name="divide-y divide-line border-t border-line"),
            class_name="w-full text-sm",
        ),
        key=one.key,
        class_name=f"{theme.PANEL} overflow-hidden",
    )


def _price(one: rx.Var[PriceView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            one.name,
            rx.el.span(one.about, class_name="block text-xs font-normal text-muted"),
            scope="row",
            class_name="py-2.5 pr-3 pl-4 text-left align-top font-medium",
        ),
        rx.el.td(one.price, class_name=f"{_NUMBER} font-medium"),
        rx.el.td(one.time, class_name=f"{_NUMBER} text-muted"),
        rx.el.td(one.monthly, class_name=f"{_NUMBER} text-muted max-sm:hidden"),
        key=one.id,
    )
