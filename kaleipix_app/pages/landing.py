"""The first page: what Kaleipix does, shown with pictures that its own engine made."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.compare import compare
from kaleipix_app.components.picture import picture
from kaleipix_app.components.shell import plain_page

_PROMISES = (
    ("lock", "Private until you share", "Pictures belong to your workspace. No address works without your session."),
    ("map-pin-off", "Nothing hidden in files", "Location and camera data are removed before a picture is kept."),
    ("shield-check", "No trackers", "No third party is contacted, no cookie that is not needed to sign you in."),
    (
        "refresh-cw",
        "Nothing gets lost",
        "Close the tab, restart the server: every generation finishes or is paid back.",
    ),
)
_WORDS = (
    ("prompt-1", "A picture made from words by the built-in engine"),
    ("prompt-2", "Another picture made from words"),
    ("prompt-3", "A third picture made from words"),
    ("prompt-4", "A fourth picture made from words"),
)


def landing() -> rx.Component:
    """Static: complete before any script has run."""
    return plain_page(
        _hero(),
        _pairs(),
        _words(),
        _promises(),
        action=rx.el.a("Sign in", href="/login", class_name=theme.SECONDARY),
    )


def _hero() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h1(
                "Your picture, seen through a kaleidoscope.",
                class_name="text-4xl font-semibold tracking-tight text-balance md:text-6xl md:leading-[1.05]",
            ),
            rx.el.p(
                "Kaleipix is an image studio that anyone can run. Bring a photograph or only a sentence, and watch new pictures appear.",
                class_name="max-w-xl text-lg text-muted text-pretty",
            ),
            rx.el.div(
                rx.el.a("Open the studio", href="/login", class_name=f"{theme.PRIMARY} min-h-12 text-base"),
                rx.el.p("40 free credits every month. No password, no card.", class_name=theme.HINT),
                class_name="flex flex-wrap items-center gap-x-5 gap-y-3",
            ),
            class_name="flex flex-col justify-center gap-6",
        ),
        _pair("cat", "A tabby cat looks into the camera", eager=True),
        class_name="grid items-center gap-10 py-8 md:py-14 lg:grid-cols-2",
    )


def _pair(name: str, what: str, *, eager: bool = False) -> rx.Component:
    return compare(
        before=f"/samples/{name}-before.webp",
        after=f"/samples/{name}-after.webp",
        before_alt=f"Before: {what}",
        after_alt=f"After, made by the built-in engine: {what}",
        width=960,
        height=640,
        label=f"Compare before and after: {what}",
        class_name="relative overflow-hidden rounded-panel border border-line shadow-float"
        if eager
        else "relative overflow-hidden rounded-panel border border-line",
    )


def _pairs() -> rx.Component:
    return rx.el.section(
        _heading(
            "Before and after",
            "Move the handle. These photographs went through the engine that is built in: mathematics, not AI, made on this server.",
        ),
        rx.el.div(
            _pair("coffee", "A cup of coffee on a wooden table"),
            _pair("rocket", "A rocket leaves the launch pad"),
            class_name="grid gap-5 md:grid-cols-2",
        ),
        rx.el.p(
            "Photographs: Stefan van der Walt (cat, CC0), Rachel Michetti (coffee, CC0), SpaceX (rocket, public domain).",
            class_name=f"{theme.HINT} mt-3",
        ),
        class_name="py-10",
    )


def _words() -> rx.Component:
    return rx.el.section(
        _heading("Or from a sentence alone", "Colours, moods and places in your words become palette and pattern."),
        rx.el.div(
            *[
                picture(
                    f"/samples/{name}.webp",
                    alt,
                    640,
                    640,
                    loading="lazy",
                    class_name="h-auto w-full rounded-panel",
                )
                for name, alt in _WORDS
            ],
            class_name="grid grid-cols-2 gap-4 md:grid-cols-4",
        ),
        class_name="py-10",
    )


def _promises() -> rx.Component:
    return rx.el.section(
        _heading("Promises the code keeps", ""),
        rx.el.ul(
            *[
                rx.el.li(
                    rx.icon(icon, size=22, class_name="text-accent-text"),
                    rx.el.h3(title, class_name="font-semibold"),
                    rx.el.p(text, class_name="text-sm text-muted text-pretty"),
                    class_name=f"{theme.PANEL} flex flex-col gap-2 p-5",
                )
                for icon, title, text in _PROMISES
            ],
            class_name="grid gap-4 sm:grid-cols-2 lg:grid-cols-4",
        ),
        class_name="py-10",
    )


def _heading(title: str, text: str) -> rx.Component:
    return rx.el.div(
        rx.el.h2(title, class_name="text-2xl font-semibold tracking-tight md:text-3xl"),
        rx.el.p(text, class_name="max-w-2xl text-muted text-pretty") if text else rx.fragment(),
        class_name="mb-6 flex flex-col gap-2",
    )
