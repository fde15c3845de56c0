"""Activity: what waits, runs or failed; and below it everything that was made."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from kaleipix_app.components import theme
from kaleipix_app.components.navigation import LIBRARY, room_address
from kaleipix_app.components.notify import notify
from kaleipix_app.components.phone_views import ACTIVITY, BRINGS, COMPOSER, STAGE, view_link
from kaleipix_app.components.picture import picture
from kaleipix_app.components.trash import delete_entry, toggle, trash, without_pictures
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.tools import Tools
from kaleipix_app.state.trash import TrashBin
from kaleipix_app.state.views import LiveView, MadeView

_SMALL = f"{theme.QUIET} border border-line text-ink"
_CARD_ONLY = "data-card"  # not on the pill of a phone
_CHECKBOX = "flex min-h-8 max-lg:min-h-11 items-center gap-2 text-sm text-muted cursor-pointer [&[hidden]]:hidden"


def heading() -> rx.Component:
    """Of the phone's view; on a desk the pane speaks for itself."""
    return rx.el.h2(
        "Activity", id="activity-title", class_name="scroll-mt-20 text-2xl font-semibold tracking-tight outline-none"
    )


def running() -> rx.Component:
    """Cards of live generations; while a phone shows the stage, a pill over it: the first of them, and how many there are."""
    return rx.cond(
        Studio.running > 0,
        rx.el.section(
            rx.el.h2("Running", class_name="sr-only"),
            rx.foreach(Studio.live, lambda one: rx.cond(one.failed, rx.fragment(), _live(one))),
            rx.cond(Studio.running > 1, _stop_all()),
            id="running",
            class_name="flex min-w-0 flex-col gap-2",
        ),
    )


def failures() -> rx.Component:
    """Cards of failures that were not dismissed. On a phone a line in the place of the settings, which nothing moves."""
    return rx.cond(
        Studio.live.length() > Studio.running,
        rx.el.section(
            rx.el.h2("Failed", class_name="sr-only"),
            rx.el.div(
                rx.foreach(Studio.live, lambda one: rx.cond(one.failed, _failed(one), rx.fragment())),
                rx.cond(Studio.live.length() > Studio.running + 1, _dismiss_all()),
                data_scrolls="",
                class_name="flex flex-col gap-2 max-lg:absolute max-lg:inset-x-0 max-lg:bottom-13 max-lg:z-10 max-lg:max-h-15 "
                "max-lg:snap-y max-lg:overflow-y-auto max-lg:rounded-panel max-lg:has-[details[open]]:max-h-60",
            ),
            # Out of the flow, at the foot of the stage: over the two lines between picture and tools, growing upwards.
            id="failures",
            class_name="flex min-w-0 flex-col gap-2 max-lg:absolute max-lg:inset-x-4 max-lg:top-[calc(1rem+max(46dvh,24rem))]",
        ),
    )


def _dismiss_all() -> rx.Component:
    return rx.el.button(
        f"Dismiss all {Studio.live.length() - Studio.running}",
        type="button",
        on_click=Studio.dismiss_all,
        class_name=f"{theme.QUIET} self-end max-lg:hidden",
        custom_attrs={"data-all": ""},
    )


def _stop_all() -> rx.Component:
    return rx.el.button(
        f"Stop all {Studio.running}",
        type="button",
        on_click=Studio.cancel_all,
        title="Every one of them; the credits come back",
        custom_attrs={_CARD_ONLY: ""},
        class_name=f"{theme.QUIET} self-end max-lg:order-first max-lg:-mt-15 max-lg:-mr-3 max-lg:min-h-11",  # there beside the heading
    )


def refusal() -> rx.Component:
    """What a command came to, when it was refused. On a phone it floats: coming and going it pushes nothing about."""
    return rx.cond(
        Studio.error != "",
        rx.el.div(
            rx.el.span(Studio.error),
            _icon_button("x", "Close", Studio.close_error),
            role="alert",
            class_name="flex items-start justify-between gap-2 rounded-control bg-danger-soft px-3 py-2 text-sm text-danger max-lg:fixed max-lg:inset-x-4 max-lg:top-17 max-lg:z-25 max-lg:shadow-float",
        ),
    )


def _live(one: rx.Var[LiveView]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.cond(one.preview != "", rx.el.img(src=one.preview, alt="", class_name="size-full object-cover")),
            aria_hidden=True,
            custom_attrs={"data-thumb": ""},
            class_name="size-12 shrink-0 overflow-hidden rounded-control bg-raised animate-breathe",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.el.span(rx.cond(one.cancelling, "Cancelling", one.label), class_name="font-medium"),
                    rx.el.span(one.detail, aria_hidden=True, class_name="text-muted tabular-nums"),
                    role="status",
                    class_name="flex min-w-0 grow flex-wrap gap-x-1.5 text-sm",
                ),
                _cancel(one),
                custom_attrs={"data-state": ""},
                class_name="flex items-center gap-1",
            ),
            rx.cond(one.id == Studio.first_running.id, _way_to_all()),
            rx.el.p(
                one.prompt, title=one.prompt, custom_attrs={_CARD_ONLY: ""}, class_name="truncate text-sm text-muted"
            ),
            rx.el.div(
                rx.cond(
                    (one.percent < 0) & (one.elapsed >= 0) & (one.usual > 0),
                    # No percentage is known: elapsed against usual, moved by the browser alone.
                    rx.el.div(
                        style={"animationDuration": f"{one.usual}s", "animationDelay": f"-{one.elapsed}s"},
                        class_name="h-full rounded-full bg-accent animate-elapse",
                    ),
                    rx.el.div(
                        style={"width": rx.cond(one.percent >= 0, f"{one.percent}%", "8%")},
                        class_name="h-full rounded-full bg-accent transition-[width] duration-150",
                    ),
                ),
                aria_hidden=True,
                custom_attrs={_CARD_ONLY: ""},
                class_name="mt-1.5 h-1 overflow-hidden rounded-full bg-raised",
            ),
            custom_attrs={"data-words": ""},
            class_name="min-w-0 grow",
        ),
        key=one.id,
        custom_attrs={"data-live": rx.cond(one.id == Studio.first_running.id, "first", "other")},
        class_name=f"{theme.PANEL} relative flex items-center gap-3 p-3",
    )


def _way_to_all() -> rx.Component:
    """On the pill, all of which is pressed; its cancel button stands on top."""
    return view_link(
        rx.cond(Studio.running > 1, f"{Studio.running} running", "Show all of it"),
        rx.icon("chevron-right", size=14, class_name="shrink-0"),
        view=ACTIVITY,
        custom_attrs={"data-pill": ""},
        class_name="flex items-center text-xs text-muted tabular-nums before:absolute before:inset-0 before:rounded-[1.625rem] lg:hidden",
    )


def _cancel(one: rx.Var[LiveView]) -> rx.Component:
    """In the line of the state, so that the words below it have the whole width."""
    return rx.el.button(
        "Cancel",
        type="button",
        on_click=Studio.cancel(one.id),
        disabled=one.cancelling,
        title=f"Cancel: {one.prompt}",
        custom_attrs={"data-key": "shift-x"},
        class_name=f"{theme.QUIET} relative -my-2 -mr-2 shrink-0 px-2 max-lg:min-h-11",
    )


def _failed(one: rx.Var[LiveView]) -> rx.Component:
    """Whole on a desk and in the phone's activity; over its stage two lines, and the rest once they are opened."""
    return rx.el.div(
        rx.icon("circle-alert", size=20, class_name="mt-0.5 shrink-0 text-danger"),
        rx.el.div(_cause(one), _ways_on(one), class_name="min-w-0 grow"),
        rx.cond(
            Studio.live.length() == Studio.running + 1,  # of several, the way to all of them needs its room
            rx.el.button(
                "Retry",
                type="button",
                on_click=Studio.retry(one.id),
                custom_attrs={"data-short": ""},
                class_name=f"{_SMALL} shrink-0 lg:hidden max-lg:group-has-[details[open]]:hidden",
            ),
        ),
        rx.el.details(
            rx.el.summary(
                rx.icon("chevron-up", size=16, class_name="group-has-[details[open]]:rotate-180"),
                aria_label="The whole of it, and what else can be done",
                class_name="grid size-9 max-lg:size-11 cursor-pointer list-none place-items-center rounded-control text-muted hover:bg-raised hover:text-ink [&::-webkit-details-marker]:hidden",
            ),
            custom_attrs={"data-short": ""},
            class_name="shrink-0 lg:hidden",
        ),
        rx.el.div(
            _icon_button("x", "Dismiss", Studio.dismiss(one.id)),
            class_name="shrink-0 lg:absolute lg:top-1.5 lg:right-1.5",  # what is said has the whole width there
        ),
        role="alert",
        key=one.id,
        class_name="group flex items-start gap-3 lg:relative rounded-panel border border-danger bg-surface p-3 max-lg:min-h-15 max-lg:snap-start max-lg:items-center max-lg:gap-1.5 max-lg:px-2 max-lg:py-1 max-lg:has-[details[open]]:items-start",
    )


def _cause(one: rx.Var[LiveView]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            one.prompt,
            title=one.prompt,
            class_name="truncate text-sm font-medium max-lg:hidden max-lg:group-has-[details[open]]:block lg:pr-6",
        ),
        rx.el.p(
            one.error,
            class_name="text-sm text-muted max-lg:line-clamp-2 max-lg:text-xs max-lg:text-ink max-lg:group-has-[details[open]]:line-clamp-none",
        ),
        rx.el.p(
            rx.el.span("Not charged: ", class_name="max-lg:hidden max-lg:group-has-[details[open]]:inline"),
            rx.el.a(
                "credits returned",
                href=f"/account#refund-{one.id}",
                title="The line of your account that gave them back",
                class_name="text-ink underline decoration-edge underline-offset-2 hover:decoration-current",
            ),
            rx.cond(Studio.live.length() > Studio.running + 1, _way_to_failures()),
            class_name="text-sm text-muted max-lg:text-xs",
        ),
        custom_attrs={"data-cause": ""},
    )


def _way_to_failures() -> rx.Component:
    """On a phone one of them is seen at a time."""
    return view_link(
        f"{Studio.live.length() - Studio.running} failed",
        rx.icon("chevron-right", size=14, class_name="shrink-0"),
        view=ACTIVITY,
        custom_attrs={"data-short": ""},
        class_name="relative ml-3 inline-flex items-center align-bottom tabular-nums before:absolute before:-inset-x-2 before:-inset-y-3 lg:hidden",
    )


def _ways_on(one: rx.Var[LiveView]) -> rx.Component:
    return rx.el.div(
        rx.el.button("Retry", type="button", on_click=Studio.retry(one.id), class_name=_SMALL),
        rx.el.button(
            "Edit",
            type="button",
            on_click=Composer.reuse(one.id),
            custom_attrs={BRINGS: COMPOSER},
            class_name=_SMALL,
        ),
        rx.cond(
            one.elsewhere != "",
            rx.el.button(
                f"{one.elsewhere} instead",
                type="button",
                on_click=Tools.elsewhere(one.id),
                title="The same words and settings, made by another model",
                class_name=_SMALL,
            ),
        ),
        custom_attrs={"data-ways": ""},
        class_name="mt-2 flex flex-wrap gap-x-2 gap-y-1 max-lg:hidden max-lg:group-has-[details[open]]:flex",
    )


def history() -> rx.Component:
    """Everything made, newest first."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(rx.cond(TrashBin.shown, "Trash", "History"), class_name="font-semibold"),
            toggle(),
            class_name="flex items-center justify-between gap-2",
        ),
        rx.el.div(
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    default_checked=Studio.follow,
                    key=Composer.begun,  # a restart forgets it, and what is shown with it
                    on_change=Studio.set_follow,
                    disabled=~Studio.ready,
                    class_name="size-4 accent-accent",
                ),
                "Follow new results",
                class_name=_CHECKBOX,
            ),
            notify(live=Studio.live, made=Studio.made, disabled=~Studio.ready, class_name=_CHECKBOX),
            hidden=TrashBin.shown,
            class_name="-mt-1 flex flex-col [&[hidden]]:hidden",
        ),
        rx.cond(TrashBin.shown, trash(), _everything()),
        class_name="flex flex-col gap-3",
    )


def _everything() -> rx.Component:
    return rx.cond(
        Studio.made.length() > 0,
        rx.fragment(
            rx.el.ol(rx.foreach(Studio.made, _made), class_name="flex flex-col gap-3"),
            rx.cond(
                Studio.has_more,
                rx.el.button(
                    "Show older", type="button", on_click=Studio.show_more, class_name=f"{theme.SECONDARY} w-full"
                ),
                rx.el.a(
                    "All pictures in the library",
                    rx.icon("chevron-right", size=16, class_name="shrink-0"),
                    href=room_address(Studio.username_shown, LIBRARY),
                    class_name=f"{theme.QUIET} min-h-11",
                ),
            ),
        ),
        rx.cond(
            Studio.ready,
            rx.el.p("What you make is kept here until you delete it, private to you.", class_name=theme.HINT),
        ),
    )


def _made(one: rx.Var[MadeView]) -> rx.Component:
    """One picture stands beside its words, several above them."""
    is_single = one.results.length() == 1
    return rx.el.li(
        rx.el.div(
            rx.foreach(one.results, lambda id, at: _thumb(one, id, at)),
            without_pictures(one),
            class_name=rx.cond(is_single, "w-15 shrink-0", "grid w-full grid-cols-4 gap-1.5"),
        ),
        rx.el.div(
            rx.el.p(one.prompt, title=one.prompt, class_name="truncate text-sm"),
            rx.el.div(
                rx.el.p(f"{one.about} · {one.cost}", class_name="max-w-full grow text-xs wrap-anywhere text-muted"),
                rx.el.div(
                    _icon_button(
                        "repeat", f"Reuse: {one.prompt}", Composer.reuse(one.id), custom_attrs={BRINGS: COMPOSER}
                    ),
                    rx.cond(
                        one.results.length() > 0,
                        _icon_button(
                            "share-2", f"Link to everything of: {one.prompt}", ShareDialog.ask_generation(one.id)
                        ),
                    ),
                    delete_entry(one),
                    class_name="-mr-1.5 ml-auto flex items-center",
                ),
                # Model and price are never cut: where they leave no room for the buttons, these go below.
                class_name="flex flex-wrap items-center",
            ),
            class_name="min-w-0 grow basis-0",
        ),
        key=one.id,
        class_name="flex flex-wrap items-center gap-x-3 gap-y-1.5",
    )


def _thumb(one: rx.Var[MadeView], id: rx.Var[str], at: rx.Var[int]) -> rx.Component:
    total = one.results.length()
    alt = rx.cond(total == 1, one.prompt, f"{one.prompt} ({at + 1} of {total})")
    return rx.fragment(thumb_in_history(image_id=id, alt=alt), key=id)


@rx.memo  # it asks by itself which picture is on the stage: with another one there, the rows around it stay as they are
def thumb_in_history(image_id: rx.Var[str], alt: rx.Var[str]) -> rx.Component:
    """A picture in the history that goes to the stage."""
    return rx.el.button(
        picture(f"/media/{image_id}/thumb", alt, 64, 64, loading="lazy", class_name="size-full object-cover"),
        type="button",
        on_click=Studio.choose(image_id),
        custom_attrs={BRINGS: STAGE},
        aria_current=rx.cond(image_id == Studio.stage.id, "true", "false"),
        class_name="aspect-square w-full overflow-hidden rounded-control border-2 border-transparent bg-raised aria-[current=true]:border-accent-text cursor-pointer",
    )


def _icon_button(icon: str, label: str | rx.Var[str], on_click: EventSpec, **props: object) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=16),
        type="button",
        on_click=on_click,
        aria_label=label,
        title=label,
        class_name="grid size-8 shrink-0 place-items-center rounded-control text-muted hover:bg-raised hover:text-ink cursor-pointer max-lg:size-11",
        **props,
    )
