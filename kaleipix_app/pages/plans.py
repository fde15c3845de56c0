"""Plans: the balance, what is free here, what a credit buys. Nothing is sold on it."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.balance import balance_digits
from kaleipix_app.components.farewell import while_signed_in
from kaleipix_app.components.header import workspace_header
from kaleipix_app.components.navigation import room_tabs
from kaleipix_app.components.notice import notice_line
from kaleipix_app.components.policy_notice import policy_notice
from kaleipix_app.components.price_list import price_list
from kaleipix_app.components.shell import once_here
from kaleipix_app.state.plans import FREE_PLAN, FREE_PLAN_NAME, Plans


def plans() -> rx.Component:
    """The page, while its session lives."""
    return while_signed_in(
        rx.el.div(
            workspace_header(Plans.name, Plans.ready, "/plans"),
            rx.el.main(
                rx.el.h1("Plans and credits", class_name="text-2xl font-semibold tracking-tight"),
                once_here(
                    Plans.ready,
                    _short(),
                    rx.el.div(_balance(), _free(), class_name="grid gap-4 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]"),
                    price_list(),
                ),
                id="content",
                class_name="mx-auto flex w-full max-w-3xl grow flex-col gap-8 px-4 pt-8 pb-24 md:pt-12",
            ),
            room_tabs(Plans.name, "/plans"),
            policy_notice(),
            notice_line(),
            class_name="flex min-h-dvh flex-col bg-canvas",
        )
    )


def _short() -> rx.Component:
    """Why the price button led here."""
    return rx.cond(
        Plans.short != "",
        rx.el.div(
            rx.icon("coins", size=18, class_name="mt-0.5 shrink-0 text-accent-text"),
            rx.el.p(Plans.short, " What you typed is still in the studio.", class_name="text-sm"),
            role="alert",
            class_name="-mt-4 flex gap-3 rounded-panel border border-accent-text bg-surface px-4 py-3",
        ),
    )


def _balance() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Your balance", id="balance", class_name="text-sm font-medium text-muted"),
        rx.el.p(
            rx.el.span(
                balance_digits(Plans.balance),
                class_name="text-4xl font-semibold tracking-tight tabular-nums",
            ),
            rx.cond(Plans.balance == 1, " credit", " credits"),
            role="status",
            aria_label="Credits",
        ),
        rx.el.p(Plans.refill, class_name=f"{theme.HINT} min-h-10"),
        rx.el.a(
            "What you were given and spent",
            href="/account#credits",
            class_name="mt-auto inline-flex min-h-6 items-center self-start text-sm text-ink underline decoration-edge underline-offset-2 hover:decoration-current",
        ),
        aria_labelledby="balance",
        class_name=f"{theme.PANEL} flex flex-col gap-2 p-5",
    )


def _free() -> rx.Component:
    return rx.el.section(
        rx.el.h2(f"{FREE_PLAN_NAME} plan", id="free", class_name="font-semibold"),
        rx.el.ul(
            *(
                rx.el.li(
                    rx.icon("check", size=16, class_name="mt-0.5 shrink-0 text-ok"),
                    rx.el.span(line),
                    class_name="flex gap-2.5",
                )
                for line in FREE_PLAN
            ),
            class_name="flex flex-col gap-2 text-sm",
        ),
        rx.el.p(
            "There are no paid plans here yet. Nothing on this page can be bought, and nobody asks for a card.",
            class_name=f"{theme.HINT} border-t border-line pt-3",
        ),
        aria_labelledby="free",
        class_name=f"{theme.PANEL} flex flex-col gap-3 p-5",
    )
