"""The look: Tailwind names for the tokens of `assets/theme.css`, and the few class lists used everywhere."""

from __future__ import annotations

from typing import Any

_COLOURS = (
    "canvas",
    "surface",
    "raised",
    "line",
    "edge",
    "ink",
    "muted",
    "accent",
    "accent-strong",
    "accent-ink",
    "accent-text",
    "danger",
    "danger-soft",
    "ok",
)

TAILWIND: dict[str, Any] = {
    "darkMode": "class",
    "theme": {
        "extend": {
            "colors": {name: f"var(--{name})" for name in _COLOURS},
            "borderRadius": {"control": "8px", "panel": "14px"},
            "boxShadow": {"raised": "var(--shadow-raised)", "float": "var(--shadow-float)"},
            "animation": {
                "breathe": "kx-breathe 1.8s ease-in-out infinite",
                "elapse": "kx-elapse 1s cubic-bezier(0.2, 0.5, 0.6, 1) both",
            },
        }
    },
}

# Class lists are whole literals: Tailwind finds them by reading the compiled pages. On a phone whatever is pressed is 44 px.
PANEL = "rounded-panel border border-line bg-surface"
PRIMARY = (
    "inline-flex items-center justify-center gap-2 min-h-11 px-5 rounded-control bg-accent text-accent-ink font-semibold "
    "transition-colors hover:bg-accent-strong disabled:opacity-50 disabled:cursor-not-allowed cursor-pointer"
)
SECONDARY = (
    "inline-flex items-center justify-center gap-2 min-h-10 px-4 rounded-control border border-line bg-surface text-ink "
    "font-medium transition-colors hover:bg-raised disabled:opacity-50 disabled:cursor-not-allowed cursor-pointer max-lg:min-h-11"
)
QUIET = (
    "inline-flex items-center justify-center gap-1.5 min-h-9 px-3 rounded-control text-sm text-muted transition-colors "
    "hover:bg-raised hover:text-ink disabled:opacity-50 disabled:cursor-not-allowed cursor-pointer max-lg:min-h-11"
)
DANGER = (
    "inline-flex items-center justify-center gap-2 min-h-10 px-4 rounded-control border border-danger bg-danger-soft text-danger "
    "font-medium transition-colors hover:bg-surface cursor-pointer max-lg:min-h-11"
)
#: An icon alone.
ICON = (
    "grid size-10 shrink-0 place-items-center rounded-control text-muted hover:bg-raised hover:text-ink cursor-pointer "
    "max-lg:size-11"
)
FIELD = (
    "w-full rounded-control border border-edge bg-surface px-3 text-ink placeholder:text-muted "
    "focus:border-accent-text disabled:opacity-60 max-lg:min-h-11"
)
#: A row that is longer than a phone: it runs to the edge of the screen and fades out there, so that one sees that it goes on.
SIDEWAYS = "max-lg:overflow-x-auto max-lg:[scrollbar-width:none] max-lg:[mask-image:linear-gradient(to_right,black_calc(100%-4rem),transparent)]"
#: A small round button on a picture, which a finger finds as well: `CORNER` is pressed, `DISC` is seen.
CORNER = "group absolute right-0 grid size-11 place-items-center rounded-control lg:right-1 lg:size-6 cursor-pointer"
DISC = "grid size-7 place-items-center rounded-full bg-surface text-ink shadow-raised lg:size-6"
LABEL = "text-sm font-medium text-ink"
HINT = "text-sm text-muted"
