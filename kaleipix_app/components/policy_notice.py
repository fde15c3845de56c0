"""The quiet card that tells of a new privacy policy, and is gone for good once it was understood."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import server_link
from kaleipix_app.state.policy_notice import PolicyNotice

_OVER_THE_STAGE = "top-16 lg:left-[340px] lg:right-[320px]"  # where it covers neither the prompt nor the price
_AT_THE_FOOT = "bottom-20"  # above the tabs of a phone and what a page says at its foot


def policy_notice(*, over_the_stage: bool = False) -> rx.Component:
    """Over the page, so that nothing moves when it comes or goes."""
    shown = PolicyNotice.shown
    return rx.el.div(
        rx.cond(
            shown.number > 0,
            rx.el.section(
                rx.icon("scroll-text", size=18, class_name="shrink-0 text-accent-text max-sm:hidden"),
                rx.el.p(
                    shown.sentence,
                    " ",
                    server_link(
                        "What is different",
                        href=shown.address,
                        target="_blank",  # what the person is doing stays where it is
                        class_name="underline underline-offset-2 hover:text-accent-text max-sm:block",
                    ),
                    class_name="min-w-0 grow",
                ),
                rx.el.button(
                    "Understood",
                    type="button",
                    on_click=PolicyNotice.acknowledge,
                    class_name=f"{theme.SECONDARY} shrink-0",
                ),
                aria_label="New privacy policy",
                class_name="pointer-events-auto flex w-full max-w-[40rem] items-center gap-3 rounded-panel border border-edge bg-surface py-2 pl-4 pr-2 text-sm text-ink shadow-float",
            ),
        ),
        role="status",  # here before its text, so that screen readers announce it
        class_name=f"pointer-events-none fixed inset-x-4 z-20 flex justify-center {_OVER_THE_STAGE if over_the_stage else _AT_THE_FOOT}",
    )
