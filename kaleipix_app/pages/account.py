"""The account page: profile and sessions, one quiet column."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components.delete_account import delete_account
from kaleipix_app.components.farewell import while_signed_in
from kaleipix_app.components.fresh_code import fresh_code_dialog
from kaleipix_app.components.header import workspace_header
from kaleipix_app.components.ledger_list import ledger_list
from kaleipix_app.components.navigation import room_tabs
from kaleipix_app.components.notice import notice_line
from kaleipix_app.components.notifications import notifications
from kaleipix_app.components.policy_notice import policy_notice
from kaleipix_app.components.profile import profile
from kaleipix_app.components.session_list import session_list
from kaleipix_app.components.shell import once_here
from kaleipix_app.state.account import Account
from kaleipix_app.state.ledger import Credits


def account() -> rx.Component:
    """The page, while its session lives."""
    return while_signed_in(
        rx.el.div(
            workspace_header(Account.name, Account.ready, "/account"),
            rx.el.main(
                rx.el.div(
                    rx.el.h1("Account", class_name="text-2xl font-semibold tracking-tight"),
                    rx.el.div(_told(), role="status"),  # here before its text, so that screen readers announce it
                ),
                once_here(
                    Account.ready & Credits.ready,
                    profile(),
                    session_list(),
                    notifications(),
                    ledger_list(),
                    delete_account(),
                ),
                id="content",
                class_name="mx-auto flex w-full max-w-2xl grow flex-col gap-8 px-4 pt-8 pb-24 md:pt-12",
            ),
            fresh_code_dialog(),
            room_tabs(Account.name, "/account"),
            policy_notice(),
            notice_line(),
            class_name="flex min-h-dvh flex-col bg-canvas",
        )
    )


def _told() -> rx.Component:
    return rx.cond(
        Account.told != "",
        rx.el.p(
            rx.icon("check", size=18, class_name="mt-0.5 shrink-0 text-ok"),
            rx.el.span(Account.told),
            class_name="mt-4 flex gap-2 rounded-control bg-raised px-3 py-2 text-sm",
        ),
    )
