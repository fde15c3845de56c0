"""Pages that are complete without JavaScript: rendered here, with a stricter policy than those of the build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from kaleipix_app.backend.api.headers import PLAIN_PAGE_POLICY

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


_HEADERS = {
    "Content-Security-Policy": PLAIN_PAGE_POLICY,
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A rendered template: not indexed, not stored, no scripts."""
    return sent(rendered(template, **values), status)


def rendered(template: str, **values: Any) -> bytes:
    """The bytes of a page, to be sent more than once."""
    return _templates.get_template(template).render(values).encode()


def sent(content: bytes, status: int = 200) -> HTMLResponse:
    """A page that was rendered."""
    return HTMLResponse(content, status_code=status, headers=_HEADERS)


def not_found() -> HTMLResponse:
    """The one answer for whatever does not exist or is not the viewer's, byte for byte."""
    return page("not_found.html", status=404)
