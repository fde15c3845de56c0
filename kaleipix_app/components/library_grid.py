"""The library's grid: dates, rows of square tiles, and only those rows in the document that are on the screen.

It is as long as all pictures that match, asks for those that come near the screen, and owns the marks of the selection;
what is selected is counted and acted on by the server.
"""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components.library_grid_code import CODE
from kaleipix_app.state.library_views import ChangeView, DaysView, PageView


def _one_text(value: rx.Var[str]) -> list[rx.Var]:
    return [value]


def _text_and_number(value: rx.Var[str], number: rx.Var[int]) -> list[rx.Var]:
    return [value, number]


def _text_and_truth(value: rx.Var[str], on: rx.Var[bool]) -> list[rx.Var]:
    return [value, on]


def _two_texts(first: rx.Var[str], last: rx.Var[str]) -> list[rx.Var]:
    return [first, last]


class LibraryGrid(rx.Component):
    """Tiles of every `page` so far, at their places among `days`, changed by `change`; nothing is selected anew when `cleared` grows."""

    tag = "KxLibraryGrid"
    page: rx.Var[PageView]
    found: rx.Var[int]  # how many there are in all
    days: rx.Var[DaysView]
    change: rx.Var[ChangeView]
    cleared: rx.Var[int]
    everything: rx.Var[bool]  # was selected from outside of the grid
    selected: rx.Var[str]  # how many the server has
    picking: rx.Var[bool]  # a tap selects, also the first one
    on_fill: rx.EventHandler[_text_and_number]  # a page from this day on, without its first so many
    on_days: rx.EventHandler[rx.event.no_args_event_spec]  # how long is the list, day by day?
    on_zone: rx.EventHandler[_one_text]  # the browser's time zone
    on_open: rx.EventHandler[_one_text]
    on_favourite: rx.EventHandler[_one_text]
    on_delete: rx.EventHandler[_one_text]  # this picture, or an empty text for all that are selected
    on_toggle: rx.EventHandler[_text_and_truth]
    on_range: rx.EventHandler[_two_texts]
    on_all: rx.EventHandler[rx.event.no_args_event_spec]
    on_none: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> dict[str, list[str]]:
        """What the code uses of React."""
        return {"react": ["useEffect", "useLayoutEffect", "useMemo", "useRef", "useState"]}

    def add_custom_code(self) -> list[str]:
        """The component itself."""
        return [CODE]


library_grid = LibraryGrid.create
