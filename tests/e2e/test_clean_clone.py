"""What a newcomer does: clone, `make run`, make a picture; and the server may be killed in the middle."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import NewPage
from tests.e2e.people import add_source, balance, finished, generate, sign_up_by_hand
from tests.e2e.studio_server import ROOT, StudioServer


@pytest.fixture(scope="module")
def cloned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """`make run` in a clone of what is here, uncommitted files included; no setting but port and data folder."""
    clone = tmp_path_factory.mktemp("clone") / "kaleipix"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, clone], check=True)
    listed = ["git", "ls-files", "-z", "--modified", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_bytes((ROOT / name).read_bytes())
    studio = StudioServer(clone / ".data", root=clone, command=["make", "run"]).start()
    yield studio
    studio.kill()


def test_make_run_prints_the_address_last(cloned: StudioServer) -> None:
    assert cloned.log().strip().splitlines()[-1].endswith(f"http://localhost:{cloned.port}")


def test_killed_in_the_middle_and_started_again_it_finishes(cloned: StudioServer, new_page: NewPage) -> None:
    page = new_page(cloned.url)
    sign_up_by_hand(page, cloned, "survivor")
    add_source(page, PHOTOS / "coffee.png")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="2").check()
    expect(page.get_by_role("button", name="Generate 2")).to_be_visible()
    for n in range(2):
        generate(page, f"survives {n}")
    expect(page.get_by_role("status", name="Credits")).to_contain_text("36 credits")  # both orders are written down
    expect(page.get_by_role("status").filter(has_text="Running").first).to_be_visible()
    cloned.kill()
    cloned.start()
    page.reload()
    for n in range(2):
        finished(page, f"survives {n}")
    expect(page.get_by_role("status", name="Credits")).to_contain_text("36 credits")
    assert balance(page) == 40 - 4
    assert len(list((Path(cloned.data_dir) / "media").rglob("original*"))) >= 5
