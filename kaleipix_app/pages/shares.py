"""All links of a workspace: what they show, how often they were opened, and how to end them."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.farewell import while_signed_in
from kaleipix_app.components.navigation import room_tabs, rooms
from kaleipix_app.components.notice import notice_line
from kaleipix_app.components.person import account_link, sign_out_button
from kaleipix_app.components.policy_notice import policy_notice
from kaleipix_app.components.share_dialog import share_dialog
from kaleipix_app.components.share_list import revoke_all_question, share_list
from kaleipix_app.components.shell import skip_link, theme_switch, wordmark
from kaleipix_app.state.shares import Shares


def shares() -> rx.Component:
    """The page, while its session lives."""
    return while_signed_in(
        rx.el.div(
            _header(),
            rx.el.main(
                # A phone has no tab for the links: they belong to the library.
                rx.el.a(
                    rx.icon("chevron-left", size=16, class_name="shrink-0"),
                    "Library",
                    href=f"/w/{Shares.name}/library",
                    class_name=f"{theme.QUIET} -mt-4 -mb-5 -ml-3 min-h-11 self-start lg:hidden",
                ),
                share_list(),
                id="content",
                class_name="mx-auto flex w-full max-w-3xl grow flex-col gap-5 px-4 pt-8 pb-32 md:pt-12",
            ),
            room_tabs(Shares.name, "/shares"),
            share_dialog(),
            revoke_all_question(),
            policy_notice(),
            notice_line(),
            class_name="flex min-h-dvh flex-col bg-canvas",
        )
    )


def _header() -> rx.Component:
    return rx.el.header(
        skip_link(),
        rx.el.div(wordmark("/"), rooms(Shares.name, "/shares"), class_name="flex items-center gap-4"),
        rx.el.div(
            account_link(Shares.name),
            theme_switch(),
            sign_out_button(Shares.ready),
            class_name="flex items-center gap-2",
        ),
        class_name="sticky top-0 z-20 flex h-14 shrink-0 items-center justify-between border-b border-line bg-canvas px-4 lg:px-5",
    )
