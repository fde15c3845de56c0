"""All links of a workspace: what they show, how often they were opened, and how to end them."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.farewell import while_signed_in
from kaleipix_app.components.header import workspace_header
from kaleipix_app.components.navigation import LIBRARY, room_address, room_tabs
from kaleipix_app.components.notice import notice_line
from kaleipix_app.components.policy_notice import policy_notice
from kaleipix_app.components.share_dialog import share_dialog
from kaleipix_app.components.share_list import revoke_all_question, share_list
from kaleipix_app.state.shares import Shares


def shares() -> rx.Component:
    """The page, while its session lives."""
    return while_signed_in(
        rx.el.div(
            workspace_header(Shares.name, Shares.ready, "/shares"),
            rx.el.main(
                # A phone has no tab for the links: they belong to the library.
                rx.el.a(
                    rx.icon("chevron-left", size=16, class_name="shrink-0"),
                    "Library",
                    href=room_address(Shares.name, LIBRARY),
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
