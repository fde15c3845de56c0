"""The privacy centre: what is stored, a copy of it, and one's rights."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.farewell import while_signed_in
from kaleipix_app.components.fresh_code import fresh_code_dialog
from kaleipix_app.components.header import workspace_header
from kaleipix_app.components.navigation import room_tabs
from kaleipix_app.components.notice import notice_line
from kaleipix_app.components.policy_notice import policy_notice
from kaleipix_app.components.rights import choices, consents, copy_of_data, requests
from kaleipix_app.components.shell import error_line, once_here
from kaleipix_app.components.stored_data import stored_data
from kaleipix_app.state.privacy_centre import PrivacyCentre


def privacy_centre() -> rx.Component:
    """The page, while its session lives."""
    return while_signed_in(
        rx.el.div(
            workspace_header(PrivacyCentre.name, PrivacyCentre.ready, "/account"),
            rx.el.main(
                rx.el.a(
                    rx.icon("chevron-left", size=16, class_name="shrink-0"),
                    "Account",
                    href="/account",
                    class_name=f"{theme.QUIET} -mt-4 -mb-8 -ml-3 min-h-11 self-start",
                ),
                rx.el.h1("Privacy centre", class_name="text-2xl font-semibold tracking-tight"),
                once_here(PrivacyCentre.ready, copy_of_data(), choices(), consents(), requests(), stored_data()),
                id="content",
                class_name="mx-auto flex w-full max-w-2xl grow flex-col gap-8 px-4 pt-8 pb-24 md:pt-12",
            ),
            rx.el.div(
                rx.el.p(PrivacyCentre.told, role="status", class_name="text-sm empty:hidden"),
                error_line(PrivacyCentre.error),
                class_name=rx.cond(
                    (PrivacyCentre.told != "") | (PrivacyCentre.error != ""),
                    "fixed inset-x-4 bottom-4 z-30 max-lg:bottom-18 mx-auto max-w-xl rounded-panel border border-line bg-raised px-4 py-3 shadow-float",
                    "sr-only",
                ),
            ),
            fresh_code_dialog(),
            room_tabs(PrivacyCentre.name, "/account"),
            policy_notice(),
            notice_line(),
            class_name="flex min-h-dvh flex-col bg-canvas",
        )
    )
