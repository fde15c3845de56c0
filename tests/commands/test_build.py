"""The front end is built once per version of its source, whoever starts it and however often."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from kaleipix_app.commands import build


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that is small, but has all that counts."""
    for name in ("rxconfig.py", "requirements.txt", "kaleipix_app/page.py", "assets/theme.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("as it was")
    return tmp_path


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stands in for Reflex; lists every export that was made."""
    made: list[Path] = []

    def export(root: Path) -> None:
        time.sleep(0.05)
        (root / build.WEB / "build" / "client").mkdir(parents=True, exist_ok=True)
        (root / build.WEB / "backend").mkdir(exist_ok=True)
        (root / build.WEB / "build" / "client" / "index.html").write_text(_written(f"build {len(made)}"))
        (root / "reflex.lock").mkdir(exist_ok=True)
        (root / "reflex.lock" / "package.json").write_text("completed by npm")
        made.append(root)

    monkeypatch.setattr(build, "_export", export)
    return made


def _written(text: str) -> str:
    """A page as React Router writes it."""
    return (
        f'<html><head><link rel="modulepreload" href="/assets/base.js"/></head><body>{text}'
        '<script type="module" async="">import "/assets/base.js"</script></body></html>'
    )


def _page(published: Path) -> str:
    """What stands in it."""
    page = (published / "build" / "client" / "index.html").read_text()
    return page.partition("<body>")[2].partition("<script")[0]


@pytest.mark.parametrize(
    "name", ["rxconfig.py", "requirements.txt", "kaleipix_app/page.py", "kaleipix_app/new.py", "assets/new.css"]
)
def test_a_change_is_noticed(root: Path, name: str) -> None:
    before = build.fingerprint(root)
    (root / name).write_text("changed")
    assert build.fingerprint(root) != before


def test_what_no_page_depends_on_is_not(root: Path) -> None:
    before = build.fingerprint(root)
    for name in ("kaleipix_app/backend/db/migrations/versions/0002.py", "assets/external/made.js", "README.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("new")
    assert build.fingerprint(root) == before


def test_it_is_built_once(root: Path, exports: list[Path]) -> None:
    first = build.ensure_built(root)
    assert build.ensure_built(root) == first
    assert len(exports) == 1
    assert _page(first) == "build 0"


def test_a_running_server_keeps_its_files(root: Path, exports: list[Path]) -> None:
    first = build.ensure_built(root)
    (root / "kaleipix_app/page.py").write_text("changed")
    second = build.ensure_built(root)
    assert (_page(first), _page(second)) == ("build 0", "build 1")
    (root / "kaleipix_app/page.py").write_text("changed again")
    build.ensure_built(root)
    assert not first.exists(), "only the last two are kept"
    assert _page(second) == "build 1"


def test_two_starts_at_once_build_once(root: Path, exports: list[Path]) -> None:
    starts = [threading.Thread(target=build.ensure_built, args=(root,)) for _ in range(3)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(exports) == 1


def test_a_source_that_changes_meanwhile_is_not_published(
    root: Path, exports: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_export", lambda root: (root / "kaleipix_app/page.py").write_text("changed"))
    with pytest.raises(build.BuildFailed, match="changed while"):
        build.ensure_built(root)


def test_a_failure_names_the_log(root: Path) -> None:
    with pytest.raises(build.BuildFailed, match=r"The log is in \.build/build\.log"):
        build.ensure_built(root)  # nothing here that Reflex could export
    assert (root / build.LOG).read_text()


def test_no_page_asks_for_its_script_before_it_is_shown(root: Path, exports: list[Path]) -> None:
    published = build.ensure_built(root)
    page = (published / "build" / "client" / "index.html").read_text()
    assert 'rel="modulepreload"' not in page
    assert 'type="module"' not in page
    assert page.count('import "/assets/base.js"') == 1, "it is kept in the page, to begin later"


def test_pages_that_are_not_understood_are_not_published(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def export(root: Path) -> None:
        (root / build.WEB / "build" / "client").mkdir(parents=True)
        (root / build.WEB / "build" / "client" / "index.html").write_text("<html><body>without a script</body></html>")

    monkeypatch.setattr(build, "_export", export)
    with pytest.raises(build.BuildFailed, match="other pages"):
        build.ensure_built(root)
