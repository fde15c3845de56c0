"""The page of a link in small, as it will be with the terms that are chosen."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components.picture import picture
from kaleipix_app.state.share_dialog import ShareDialog


def share_preview() -> rx.Component:
    """Follows the form."""
    return rx.el.figure(
        rx.el.figcaption("The page", class_name="text-sm font-medium"),
        rx.el.div(
            rx.cond(
                ShareDialog.seen.protected,
                rx.el.p(
                    rx.icon("lock", size=14, class_name="shrink-0"),
                    "Asks for the passcode first",
                    class_name="flex items-center gap-1.5 text-muted",
                ),
            ),
            rx.el.p(_title(), class_name="truncate text-sm font-semibold"),
            _pictures(),
            rx.cond(
                ShareDialog.seen.prompt & (ShareDialog.draft.prompt != ""),
                rx.el.p(ShareDialog.draft.prompt, class_name="line-clamp-3"),
            ),
            rx.cond(ShareDialog.draft.made != "", rx.el.p(ShareDialog.draft.made, class_name="text-muted")),
            rx.cond(
                ShareDialog.seen.downloads,
                rx.el.span(
                    "Download", class_name="self-start rounded-control border border-line px-2 py-1 font-medium"
                ),
            ),
            class_name="flex flex-col gap-2 rounded-panel border border-line bg-canvas p-3 text-xs",
        ),
        class_name="flex min-w-0 flex-col gap-1.5",
    )


def _title() -> rx.Var[str]:
    count = ShareDialog.draft.count
    return rx.cond(
        ShareDialog.seen.title != "", ShareDialog.seen.title, rx.cond(count > 1, f"{count} pictures", "A picture")
    )


def _pictures() -> rx.Component:
    draft = ShareDialog.draft
    return rx.cond(
        draft.thumbs.length() > 0,
        rx.el.div(
            rx.cond(
                ShareDialog.seen.source & (draft.source != ""),
                picture(
                    draft.source,
                    "Made from this picture",
                    64,
                    64,
                    class_name="aspect-square w-full rounded-control border border-line object-cover",
                ),
            ),
            rx.foreach(
                draft.thumbs,
                lambda thumb: picture(
                    thumb, "", 64, 64, class_name="aspect-square w-full rounded-control object-cover"
                ),
            ),
            class_name="grid grid-cols-4 gap-1",
        ),
        rx.el.div(
            picture(draft.preview, "", 240, 240, class_name="max-h-40 min-w-0 rounded-control object-contain"),
            rx.cond(
                ShareDialog.seen.source & (draft.source != ""),
                picture(
                    draft.source, "Made from this picture", 80, 80, class_name="size-16 rounded-control object-cover"
                ),
            ),
            class_name="flex items-end gap-1.5",
        ),
    )
