"""The account's credits, line by line. A failure in the studio links to the line that gave its credits back."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.state.ledger import Credits, LineView

_CODE = """
function KxLedgerLine({asked, children, ref: _ref, ...props}) {
  const line = useRef(null);
  useEffect(() => { if (asked) { line.current.scrollIntoView({block: "center"}); line.current.focus({preventScroll: true}); } }, [asked]);
  return jsx("li", {...props, ref: line, tabIndex: asked ? -1 : undefined}, children);
}"""


class LedgerLine(rx.Component):
    """A line that the page goes to when the address names it: it comes too late for the browser to do so."""

    tag = "KxLedgerLine"
    asked: rx.Var[bool]

    def add_imports(self) -> dict[str, list[str]]:
        """What the code uses of React."""
        return {"react": ["useEffect", "useRef"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [_CODE]


def ledger_list() -> rx.Component:
    """Newest first."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Credits", id="credits", class_name="font-semibold"),
            rx.el.p(
                rx.cond(Credits.lines.length() > 0, f"{Credits.balance} left", ""),
                class_name="text-sm text-muted tabular-nums",
            ),
            rx.el.a(
                "Plans and prices",
                href="/plans",
                class_name="ml-auto inline-flex min-h-6 items-center text-sm text-ink underline decoration-edge underline-offset-2 hover:decoration-current",
            ),
            class_name="flex items-baseline gap-3",
        ),
        rx.cond(
            Credits.lines.length() > 0,
            rx.el.ul(
                rx.foreach(Credits.lines, _line), class_name=f"{theme.PANEL} divide-y divide-line overflow-hidden"
            ),
            rx.el.p("What you are given and what you spend is listed here.", class_name=theme.HINT),
        ),
        rx.cond(
            Credits.has_more,
            rx.el.button("Show older", type="button", on_click=Credits.show_more, class_name=theme.SECONDARY),
        ),
        aria_labelledby="credits",
        class_name="flex flex-col gap-3",
    )


def _line(one: rx.Var[LineView]) -> rx.Component:
    return LedgerLine.create(
        rx.el.div(
            rx.el.p(one.what, class_name="truncate text-sm font-medium"),
            rx.el.p(one.at, class_name="text-xs text-muted tabular-nums"),
            class_name="min-w-0 grow",
        ),
        rx.el.p(
            one.amount,
            class_name=rx.cond(one.is_plus, "shrink-0 text-sm tabular-nums text-ok", "shrink-0 text-sm tabular-nums"),
        ),
        asked=one.is_asked,
        custom_attrs={"data-asked": rx.cond(one.is_asked, "", rx.Var("undefined"))},
        key=one.anchor + one.at + one.amount,
        class_name="flex scroll-mt-24 items-center gap-4 px-4 py-3 md:px-5 data-asked:bg-raised",
    )
