"""Delete buttons, the trash in the history's place, and the question before anything goes for ever."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.picture import picture
from kaleipix_app.components.question import question
from kaleipix_app.components.shell import error_line
from kaleipix_app.components.undo import undo_line
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.trash import TrashBin
from kaleipix_app.state.views import MadeView, SourceView, TrashView


def delete_from_stage(class_name: str, word_class: str) -> rx.Component:
    """Apart from the other buttons; the line to undo it comes next in the document."""
    return rx.el.button(
        rx.icon("trash-2", size=17),
        rx.el.span("Delete", class_name=word_class),
        type="button",
        on_click=TrashBin.delete(Studio.stage.id),
        title="Move this picture to the trash (Delete)",
        custom_attrs={"data-key": "Delete"},
        class_name=class_name,
    )


def undo(**props: str) -> rx.Component:
    """Undo of the last deletion."""
    return undo_line(TrashBin.undo, TrashBin.undo_version, on_undo=TrashBin.take_back, on_done=TrashBin.let_go, **props)


def delete_entry(one: rx.Var[MadeView]) -> rx.Component:
    """All pictures of a history entry; when they are gone, its prompt."""
    has_results = one.results.length() > 0
    label = rx.cond(has_results, f"Move to trash: {one.prompt}", f"Forget: {one.prompt}")
    return rx.el.button(
        rx.icon("trash-2", size=16),
        type="button",
        on_click=rx.cond(has_results, TrashBin.delete_results(one.id), TrashBin.ask_prompt(one.id)),
        aria_label=label,
        title=label,
        class_name="grid size-8 shrink-0 place-items-center rounded-control text-muted hover:bg-raised hover:text-danger cursor-pointer max-lg:size-11",
    )


def without_pictures(one: rx.Var[MadeView]) -> rx.Component:
    """In the place of the thumbnails of an entry whose pictures were deleted."""
    return rx.cond(
        one.results.length() == 0,
        rx.el.p("Pictures deleted", class_name="col-span-4 text-xs text-muted"),
    )


def delete_source(source: rx.Var[SourceView]) -> rx.Component:
    """Beside Remove, which only clears the tray."""
    return rx.el.button(
        rx.el.span(rx.icon("trash-2", size=13), class_name=f"{theme.DISC} group-hover:text-danger"),
        type="button",
        on_click=TrashBin.delete(source.id),
        aria_label=f"Move to trash: {source.label}",
        title="Move this picture to the trash",
        class_name=f"{theme.CORNER} bottom-0 lg:bottom-1",
    )


def toggle() -> rx.Component:
    """In the header of the history."""
    return rx.el.button(
        rx.cond(TrashBin.shown, rx.icon("arrow-left", size=15), rx.icon("trash-2", size=15)),
        rx.cond(TrashBin.shown, "Back to history", "Trash"),
        type="button",
        on_click=TrashBin.toggle,
        disabled=~Studio.ready,
        class_name=f"{theme.QUIET} -mr-3",
    )


def trash() -> rx.Component:
    """What was deleted in the last thirty days."""
    return rx.el.div(
        error_line(TrashBin.error),
        rx.cond(
            TrashBin.items.length() > 0,
            rx.fragment(
                rx.el.div(
                    rx.el.p("Kept for 30 days", class_name=theme.HINT),
                    rx.el.button(
                        "Empty trash",
                        type="button",
                        on_click=TrashBin.ask_all,
                        class_name=f"{theme.QUIET} shrink-0 hover:text-danger",
                    ),
                    class_name="flex items-center justify-between gap-2",
                ),
                rx.el.ol(rx.foreach(TrashBin.items, _item), class_name="flex flex-col gap-3"),
                rx.cond(
                    TrashBin.has_more,
                    rx.el.button(
                        "Show older", type="button", on_click=TrashBin.show_more, class_name=f"{theme.SECONDARY} w-full"
                    ),
                ),
                rx.cond(
                    TrashBin.is_full,
                    rx.el.p("Older ones come up here when newer ones have left the trash.", class_name=theme.HINT),
                ),
            ),
            rx.el.div(
                rx.icon("trash-2", size=28, class_name="text-muted"),
                rx.el.p("The trash is empty", class_name="font-medium"),
                rx.el.p("What you delete is kept here for 30 days.", class_name=theme.HINT),
                class_name="flex flex-col items-center gap-2 py-10 text-center",
            ),
        ),
        class_name="flex flex-col gap-3",
    )


def _item(item: rx.Var[TrashView]) -> rx.Component:
    return rx.el.li(
        picture(
            item.thumb,
            item.alt,
            64,
            64,
            loading="lazy",
            class_name="size-16 shrink-0 rounded-control bg-raised object-cover",
        ),
        rx.el.div(
            rx.el.p(item.prompt, class_name="truncate text-sm"),
            rx.el.p(f"Kept until {item.goes}", class_name="text-xs text-muted tabular-nums"),
            rx.el.div(
                rx.el.button(
                    "Restore",
                    type="button",
                    on_click=TrashBin.restore(item.id),
                    aria_label=f"Restore: {item.prompt}",
                    class_name=f"{theme.QUIET} -ml-3",
                ),
                rx.el.button(
                    "Delete for ever",
                    type="button",
                    on_click=TrashBin.ask_picture(item.id),
                    aria_label=f"Delete for ever: {item.prompt}",
                    class_name=f"{theme.QUIET} hover:text-danger",
                ),
                class_name="flex flex-wrap",
            ),
            class_name="min-w-0 grow",
        ),
        key=item.id,
        class_name="flex items-start gap-3",
    )


def erase_question() -> rx.Component:
    """One dialog for a picture, for the whole trash and for a prompt."""
    asked = TrashBin.question
    return question(
        rx.el.h2(
            rx.match(
                asked.kind,
                ("all", "Empty the trash?"),
                ("prompt", "Erase this prompt for ever?"),
                "Delete this picture for ever?",
            ),
            id="question-title",
            class_name="text-lg font-semibold tracking-tight",
        ),
        rx.el.p(
            rx.match(
                asked.kind,
                ("all", f"Pictures in it: {asked.count}. They are removed from this server now and cannot come back."),
                ("prompt", "It leaves your history now and cannot come back."),
                "It is removed from this server now and cannot come back.",
            ),
            class_name="text-sm text-muted",
        ),
        rx.cond(asked.prompt != "", rx.el.p(f"“{asked.prompt}”", class_name="line-clamp-3 text-sm")),
        rx.el.form(
            rx.cond(
                asked.offers_prompt,
                rx.el.label(
                    rx.el.input(type="checkbox", name="with_prompt", class_name="size-4 shrink-0 accent-accent"),
                    rx.cond(
                        asked.kind == "all", "Also delete prompts that have no other picture", "Also delete the prompt"
                    ),
                    class_name="flex min-h-11 items-center gap-2 text-sm font-medium cursor-pointer",
                ),
            ),
            rx.cond(
                asked.offers_prompt | (asked.kind == "prompt"),
                rx.el.p(
                    "Whatever you choose, the generation log keeps who asked for what for 12 months, as the privacy policy says.",
                    class_name="text-xs text-muted",
                ),
            ),
            rx.el.div(
                rx.el.button("Keep", type="button", on_click=TrashBin.dismiss, class_name=theme.SECONDARY),
                rx.el.button(
                    rx.match(
                        asked.kind,
                        ("all", "Empty trash"),
                        ("prompt", "Erase prompt"),
                        "Delete for ever",
                    ),
                    type="submit",
                    class_name=theme.DANGER,
                ),
                class_name="flex justify-end gap-2",
            ),
            key=TrashBin.question.kind,
            on_submit=TrashBin.erase,
            class_name="flex flex-col gap-4",
        ),
        open=asked.kind != "",
        on_dismiss=TrashBin.dismiss,
        aria_labelledby="question-title",
        class_name="m-auto w-[min(26rem,calc(100vw-2rem))] flex-col gap-3 rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60",
    )
