"""The studio: composer, stage and activity; three panes on a desk, one column on a phone."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components.activity import failures, heading, history, refusal, running
from kaleipix_app.components.balance import balance_digits
from kaleipix_app.components.composer import composer
from kaleipix_app.components.farewell import while_signed_in
from kaleipix_app.components.header import workspace_header
from kaleipix_app.components.mask_editor import mask_editor
from kaleipix_app.components.navigation import room_tabs
from kaleipix_app.components.notice import notice_line
from kaleipix_app.components.phone_views import phone_views
from kaleipix_app.components.policy_notice import policy_notice
from kaleipix_app.components.prompt_history import prompt_history
from kaleipix_app.components.share_dialog import share_dialog
from kaleipix_app.components.shortcuts import LISTED, shortcuts
from kaleipix_app.components.stage import STAGE_PANE, first_look, stage
from kaleipix_app.components.transfer import transfer_notice
from kaleipix_app.components.trash import erase_question
from kaleipix_app.state.studio import Studio

_SOME, _MANY = 999, 99_999  # credits: with the word, more would not fit on a narrow phone, on any phone
_PANE = "lg:overflow-y-auto lg:p-5"


def studio() -> rx.Component:
    """The page, while its session lives."""
    return while_signed_in(_studio())


def _studio() -> rx.Component:
    """On a phone the stage comes first, then what failed, then the composer, then the history."""
    return rx.el.div(
        workspace_header(
            Studio.username_shown,
            Studio.ready,
            "",
            _credits(),
            shortcuts(LISTED, on_step=Studio.step),
        ),
        rx.el.main(
            rx.el.h1("Studio", class_name="sr-only"),
            first_look(),
            rx.el.div(
                composer(),
                id="composer-pane",
                data_scrolls="",
                class_name=f"{_PANE} scroll-mt-16 outline-none max-lg:row-start-2 lg:col-start-1 lg:row-start-1 lg:border-r lg:border-line lg:bg-surface",
            ),
            rx.el.div(stage(), id="stage-pane", class_name=STAGE_PANE),
            rx.el.div(
                heading(),
                refusal(),
                running(),
                failures(),
                rx.el.div(history(), class_name="min-w-0 max-lg:row-start-3"),
                id="activity-pane",
                data_scrolls="",
                class_name=f"{_PANE} flex flex-col gap-5 max-lg:contents lg:col-start-3 lg:row-start-1 lg:border-l lg:border-line lg:bg-surface",
            ),
            id="content",
            class_name="grid grow gap-4 max-lg:relative max-lg:px-4 max-lg:pt-4 max-lg:pb-44 lg:min-h-0 max-lg:grid-cols-[minmax(0,1fr)] max-lg:grid-rows-[max(46dvh,24rem)_auto_auto] max-lg:content-start lg:grid-cols-[var(--composer,340px)_minmax(0,1fr)_var(--activity,320px)] lg:grid-rows-[minmax(0,1fr)] lg:gap-0",
        ),
        room_tabs(Studio.username_shown, "", Studio.running),
        phone_views(),
        erase_question(),
        transfer_notice(),
        mask_editor(),
        prompt_history(),
        share_dialog(),
        policy_notice(over_the_stage=True),
        notice_line(),
        class_name="flex min-h-dvh flex-col bg-canvas lg:h-dvh lg:overflow-hidden",
    )


def _credits() -> rx.Component:
    """The balance, and the way to what it buys."""
    return rx.el.div(
        rx.el.a(
            rx.el.span(
                rx.cond(Studio.ready, balance_digits(Studio.credits), "–"), class_name="font-semibold tabular-nums"
            ),
            rx.el.span(
                rx.cond(Studio.credits == 1, " credit", " credits"),
                class_name=rx.cond(
                    Studio.credits > _MANY,
                    "text-muted max-lg:sr-only",
                    rx.cond(Studio.credits > _SOME, "text-muted max-[23rem]:sr-only", "text-muted"),
                ),
            ),
            href="/plans",
            title="Plans and credits",
            class_name="flex min-h-8 max-lg:min-h-11 items-center gap-1 rounded-full bg-raised px-3 text-sm whitespace-nowrap hover:bg-line",
        ),
        role="status",
        aria_label="Credits",
    )
