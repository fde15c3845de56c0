"""One's rights, each with its button: copy, restrict, object, withdraw, ask."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import server_link
from kaleipix_app.state.privacy_centre import ConsentView, PrivacyCentre, RequestView

_LIST = f"{theme.PANEL} divide-y divide-line"
_SECTION = "flex flex-col gap-3"


def copy_of_data() -> rx.Component:
    """Everything in one file."""
    return rx.el.section(
        rx.el.h2("A copy of everything", id="copy", class_name="font-semibold"),
        rx.el.div(
            rx.el.div(
                rx.el.p("One ZIP: your pictures, every entry as JSON, and a page to read.", class_name=theme.HINT),
                rx.match(
                    PrivacyCentre.copy_state,
                    ("asked", rx.el.p("It is being made. You get a mail when it is ready.", class_name="text-sm")),
                    ("ready", rx.el.p(f"Ready until {PrivacyCentre.copy_until}.", class_name="text-sm")),
                    ("over", rx.el.p("The last one can be downloaded no longer.", class_name="text-sm")),
                    (
                        "failed",
                        rx.el.p("The last one could not be made. Please ask for another.", class_name="text-sm"),
                    ),
                    rx.fragment(),
                ),
                role="status",
                class_name="flex min-w-0 grow flex-col gap-1",
            ),
            rx.cond(
                PrivacyCentre.copy_address != "",
                server_link(
                    "Download",
                    href=PrivacyCentre.copy_address,
                    download=True,
                    aria_label="Download your data",
                    class_name=f"{theme.PRIMARY} shrink-0",
                ),
                rx.el.button(
                    "Make a copy",
                    type="button",
                    on_click=PrivacyCentre.ask_copy,
                    disabled=PrivacyCentre.copy_state == "asked",
                    class_name=f"{theme.SECONDARY} shrink-0",
                ),
            ),
            class_name=f"{theme.PANEL} flex items-center gap-4 p-4 md:p-5",
        ),
        aria_labelledby="copy",
        class_name=_SECTION,
    )


def choices() -> rx.Component:
    """Restriction and objection."""
    return rx.el.section(
        rx.el.h2("Restrict and object", id="choices", class_name="font-semibold"),
        rx.el.ul(
            _choice(
                "Restrict the use of my data",
                "It is kept, and nothing else is done with it: no new pictures, and what is being made ends and is paid back.",
                PrivacyCentre.restricted,
                PrivacyCentre.restrict(~PrivacyCentre.restricted),
                ("Restrict", "Lift restriction"),
            ),
            _choice(
                "Object to abuse profiling",
                "Signals about you are not combined beyond what keeping the studio secure needs: the fingerprint of your "
                "browser is removed and no longer recorded.",
                PrivacyCentre.objected,
                PrivacyCentre.set_objection(~PrivacyCentre.objected),
                ("Object", "Take back objection"),
            ),
            class_name=_LIST,
        ),
        aria_labelledby="choices",
        class_name=_SECTION,
    )


def _choice(
    title: str, text: str, on: rx.Var[bool], change: rx.event.EventSpec, names: tuple[str, str]
) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(title, class_name="font-medium"), rx.el.p(text, class_name=theme.HINT), class_name="min-w-0 grow"
        ),
        rx.el.button(
            rx.cond(on, names[1], names[0]),
            type="button",
            on_click=change,
            class_name=f"{theme.SECONDARY} shrink-0",
        ),
        class_name="flex flex-wrap items-center gap-4 p-4 sm:flex-nowrap md:px-5",
    )


def consents() -> rx.Component:
    """What was confirmed, and when."""
    return rx.el.section(
        rx.el.h2("What you confirmed", id="consents", class_name="font-semibold"),
        rx.el.ul(rx.foreach(PrivacyCentre.consents, _consent), class_name=_LIST),
        aria_labelledby="consents",
        class_name=_SECTION,
    )


def _consent(one: rx.Var[ConsentView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(one.text, class_name="font-medium"),
            rx.el.p(f"Confirmed on {one.day}", class_name=theme.HINT),
            class_name="min-w-0 grow",
        ),
        rx.cond(
            one.can_be_withdrawn,
            rx.el.button(
                "Withdraw",
                type="button",
                aria_label=f"Withdraw: {one.text}",
                on_click=PrivacyCentre.withdraw(one.key),
                class_name=f"{theme.SECONDARY} shrink-0",
            ),
        ),
        key=one.key,
        class_name="flex items-center gap-4 p-4 md:px-5",
    )


def requests() -> rx.Component:
    """Ask a person, and see by when they answer."""
    return rx.el.section(
        rx.el.h2("Requests", id="requests", class_name="font-semibold"),
        rx.el.form(
            rx.el.label("Ask for something else", html_for="request", class_name=theme.LABEL),
            rx.el.textarea(
                id="request",
                name="request",
                rows=3,
                max_length=4000,
                class_name=f"{theme.FIELD} py-2",
            ),
            rx.el.button("Send request", type="submit", class_name=f"{theme.SECONDARY} self-start"),
            key=PrivacyCentre.version.to_string(),
            on_submit=PrivacyCentre.ask,
            class_name=f"{theme.PANEL} flex flex-col gap-3 p-4 md:p-5",
        ),
        rx.cond(
            PrivacyCentre.requests.length() > 0,
            rx.el.ul(rx.foreach(PrivacyCentre.requests, _request), class_name=_LIST),
        ),
        aria_labelledby="requests",
        class_name=_SECTION,
    )


def _request(one: rx.Var[RequestView]) -> rx.Component:
    return rx.el.li(
        rx.el.p(one.title, class_name="font-medium"),
        rx.cond(one.text != "", rx.el.p(one.text, class_name="text-sm wrap-anywhere whitespace-pre-line")),
        rx.el.p(one.status, class_name=theme.HINT),
        rx.cond(
            one.answer != "",
            rx.el.blockquote(
                one.answer, class_name="border-l-2 border-line pl-3 text-sm wrap-anywhere whitespace-pre-line"
            ),
        ),
        class_name="flex flex-col gap-1 p-4 md:px-5",
    )
