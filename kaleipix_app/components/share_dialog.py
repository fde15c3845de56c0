"""The share dialog: terms on one side, the page as it will be on the other; then the link."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventHandler

from kaleipix_app.components import theme
from kaleipix_app.components.link_field import link_field
from kaleipix_app.components.question import question
from kaleipix_app.components.share_preview import share_preview
from kaleipix_app.components.shell import error_line, told_wrong
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.share_views import EXPIRY_LABELS

_ERROR = "share-error"


def share_dialog() -> rx.Component:
    """Put it once on every page from which something is shared."""
    return question(
        rx.el.h2("Share", id="share-title", class_name="text-lg font-semibold tracking-tight"),
        rx.cond(ShareDialog.address != "", _link()),
        rx.cond(
            (ShareDialog.address == "") | ShareDialog.editing,
            rx.el.div(
                _form(),
                share_preview(),
                class_name="grid gap-5 sm:grid-cols-[minmax(0,1fr)_15rem]",
            ),
            rx.el.div(
                rx.el.a(
                    "All your links",
                    href=ShareDialog.list_address,
                    on_click=ShareDialog.dismiss,  # else it would lie over that page as well
                    class_name=f"{theme.QUIET} -ml-3 underline decoration-edge underline-offset-4",
                ),
                rx.el.button("Done", type="button", on_click=ShareDialog.dismiss, class_name=theme.PRIMARY),
                class_name="flex items-center justify-between gap-2",
            ),
        ),
        open=ShareDialog.draft.count > 0,
        on_dismiss=ShareDialog.dismiss,
        aria_labelledby="share-title",
        class_name="m-auto max-h-[calc(100dvh-2rem)] w-[min(44rem,calc(100vw-2rem))] flex-col gap-4 overflow-y-auto rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60",
    )


def _link() -> rx.Component:
    return rx.el.div(
        rx.el.img(
            src=ShareDialog.qr,
            alt="QR code of the link",
            width=128,
            height=128,
            class_name="size-32 shrink-0 self-center rounded-control bg-white",
        ),
        rx.el.div(
            link_field(ShareDialog.address),
            rx.el.p(
                "Whoever has it sees the page, without signing in. Your name is not on it. ",
                ShareDialog.told,
                class_name=theme.HINT,
            ),
            class_name="flex min-w-0 grow flex-col gap-2",
        ),
        class_name="flex gap-4 max-sm:flex-col",
    )


def _form() -> rx.Component:
    terms = ShareDialog.terms
    return rx.el.form(
        rx.cond(
            ShareDialog.siblings > 1,
            _switch("whole", f"All {ShareDialog.siblings} pictures made together", False, ShareDialog.set_whole),
        ),
        _labelled(
            "share-name",
            "Title",
            rx.el.input(
                id="share-name",
                name="title",
                default_value=terms.title,
                max_length=120,
                placeholder="Optional",
                auto_complete="off",
                on_change=ShareDialog.set_title,
                **told_wrong((ShareDialog.error != "") & (ShareDialog.wrong == "title"), _ERROR),
                class_name=f"{theme.FIELD} h-10",
            ),
        ),
        _labelled("share-expiry", "Works for", _expiry()),
        _switch("downloads", "Allow downloads", terms.downloads, ShareDialog.set_downloads),
        rx.cond(
            ShareDialog.draft.prompt != "", _switch("prompt", "Show the prompt", terms.prompt, ShareDialog.set_prompt)
        ),
        rx.cond(
            ShareDialog.draft.source != "",
            _switch("source", "Show what it was made from", terms.source, ShareDialog.set_source),
        ),
        _switch("protected", "Ask for a passcode", terms.protected, ShareDialog.set_protected),
        rx.cond(ShareDialog.seen.protected, _passcode()),
        error_line(ShareDialog.error, _ERROR),
        rx.el.div(
            rx.el.button("Cancel", type="button", on_click=ShareDialog.dismiss, class_name=theme.SECONDARY),
            rx.el.button(rx.cond(ShareDialog.editing, "Save", "Create link"), type="submit", class_name=theme.PRIMARY),
            class_name="mt-2 flex justify-end gap-2",
        ),
        key=ShareDialog.version.to_string(),
        on_submit=ShareDialog.submit,
        class_name="flex min-w-0 flex-col gap-2.5",
    )


def _expiry() -> rx.Component:
    return rx.el.select(
        rx.cond(ShareDialog.editing, rx.el.option(f"As it is: {ShareDialog.terms.ends}", value="keep")),
        *[rx.el.option(label, value=value) for value, label in EXPIRY_LABELS.items()],
        id="share-expiry",
        name="expiry",
        default_value=ShareDialog.terms.expiry,
        class_name=f"{theme.FIELD} h-10",
    )


def _passcode() -> rx.Component:
    return _labelled(
        "share-passcode",
        "Passcode",
        rx.el.input(
            id="share-passcode",
            name="passcode",
            type="text",
            max_length=64,
            auto_complete="off",
            spell_check=False,
            auto_capitalize="off",
            placeholder=rx.cond(ShareDialog.editing & ShareDialog.terms.protected, "As it is", "At least 4 characters"),
            **told_wrong((ShareDialog.error != "") & (ShareDialog.wrong == "passcode"), _ERROR),
            class_name=f"{theme.FIELD} h-10",
        ),
    )


def _labelled(name: str, label: str, field: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name=theme.LABEL), field, class_name="flex flex-col gap-1.5"
    )


def _switch(name: str, label: str | rx.Var[str], on: bool | rx.Var[bool], changed: EventHandler) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=name,
            default_checked=on,
            on_change=changed,
            class_name="size-4 shrink-0 accent-accent",
        ),
        label,
        class_name="flex min-h-8 items-center gap-2 text-sm cursor-pointer max-lg:min-h-11",
    )
