"""Every State handler is a public door. This finds all of them by itself, so that a new one cannot be forgotten."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext
from sqlmodel import col, select, update

from kaleipix_app.backend.accounts.models import LoginSession, User
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.models import Image
from kaleipix_app.state.account import Account
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.deletion import AccountDeletion
from kaleipix_app.state.email_change import EmailChange
from kaleipix_app.state.fresh import FreshCode
from kaleipix_app.state.guard import is_public
from kaleipix_app.state.ledger import Credits
from kaleipix_app.state.library import Library
from kaleipix_app.state.login import Login
from kaleipix_app.state.notices import Notices
from kaleipix_app.state.picture_detail import PictureDetail
from kaleipix_app.state.plans import Plans
from kaleipix_app.state.policy_notice import PolicyNotice
from kaleipix_app.state.privacy_centre import PrivacyCentre
from kaleipix_app.state.prompts import PromptHistory
from kaleipix_app.state.selection import Chosen
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.shares import Shares
from kaleipix_app.state.studio import Stage, Studio
from kaleipix_app.state.tools import Tools
from kaleipix_app.state.trash import TrashBin
from tests.house import House
from tests.state.harness import Events

#: What anyone may call, and why it can do no harm: each of these changes only what the caller's own tab shows.
OPEN_TO_ALL = {"Login.open", "Login.stepped", "Login.failed", "Login.start_over", "Notices.show", "Notices.close"}
STATES = (
    Credits,
    Plans,
    Library,
    Chosen,
    PictureDetail,
    Studio,
    Composer,
    TrashBin,
    Login,
    Notices,
    Account,
    EmailChange,
    FreshCode,
    Tools,
    PromptHistory,
    ShareDialog,
    Shares,
    AccountDeletion,
    PolicyNotice,
    PrivacyCentre,
)


def handlers() -> dict[str, Any]:
    import kaleipix_app.kaleipix_app  # noqa: F401  registers every page's states

    found = {}
    for registered in RegistrationContext.get().event_handlers.values():
        handler = registered.handler
        if handler.fn.__module__.startswith("kaleipix_app."):
            found[handler.fn.__qualname__] = handler
    return found


def calls(handler: Any, ids: tuple[str, ...]) -> list[Any]:
    """The handler with every id in place of its text arguments."""
    names = [name for name in inspect.signature(handler.fn).parameters if name != "self"]
    if not names:
        return [handler()]
    kinds = inspect.get_annotations(handler.fn)
    filled = {"dict[str, Any]": lambda one: {"prompt": one}, "int": lambda _: 2, "bool": lambda _: True}
    return [handler(*[filled.get(kinds[name], str)(one) for name in names]) for one in ids]


async def rows_of_ann(house: House) -> str:
    async with house.parts.db.reading() as uow:
        generations = await uow.session.exec(select(Generation).where(Generation.owner_id == house.ann.user_id))
        images = await uow.session.exec(select(Image).where(Image.owner_id == house.ann.user_id))
        sessions = await uow.session.exec(select(LoginSession).where(LoginSession.user_id == house.ann.user_id))
        ann = await uow.session.get_one(User, house.ann.user_id)
    mine = [row.model_dump(mode="json") for row in (ann, *generations.all(), *images.all(), *sessions.all())]
    return json.dumps(mine, sort_keys=True)


def test_only_these_are_open_to_everybody() -> None:
    assert {name for name, handler in handlers().items() if is_public(handler.fn)} == OPEN_TO_ALL
    assert {name.split(".")[0] for name in handlers()} == {state.__name__ for state in STATES}


@pytest.mark.parametrize("who", ["nobody", "forged", "suspended"])
async def test_who_is_not_signed_in_is_sent_to_the_login_page(who: str, house: House, events: Events) -> None:
    async with house.parts.db.unit_of_work() as uow:
        await uow.session.exec(
            update(User).where(col(User.username) == "bob").values(suspended_at=house.parts.clock.now())
        )
    cookies = {"nobody": "", "forged": f"{house.parts.cookies.session}=guess", "suspended": house.cookies["bob"]}
    before = await rows_of_ann(house)
    for name in sorted(set(handlers()) - OPEN_TO_ALL):
        tab = events.tab(f"tab-for-{name}", cookies[who])
        for call in calls(handlers()[name], house.owned):
            await tab.send(call)
        assert tab.redirected(), name
        assert house.SECRET not in json.dumps(tab.deltas, default=str), name
        assert not (await tab.state(Studio)).ready, name
        assert await rows_of_ann(house) == before, name


async def test_a_stranger_gets_nothing_with_the_owners_ids(house: House, events: Events) -> None:
    before = await rows_of_ann(house)
    (session_id,) = {row["id"] for row in json.loads(before) if "token_hash" in row}
    for name in sorted(handlers()):
        tab = events.tab(f"tab-for-{name}", house.cookies["bob"])
        await tab.send(Studio.open())
        for call in calls(handlers()[name], (*house.owned, session_id)):
            await tab.send(call)
        seen = json.dumps([tab.deltas, [update.delta for _, update in events.sent]], default=str)
        assert house.SECRET not in seen, name
        assert f"/media/{house.result_id}" not in seen, name
        assert f"/media/{house.source_id}" not in seen, name
        assert await rows_of_ann(house) == before, name


HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    2.5,
    float("nan"),
    10**30,
    "",
    "x" * 1_000_000,
    "9" * 5000,
    "\0",
    [],
    [1],
    {},
    {"a": {}},
    {"__reflex_form_data__": {}},
    {"__reflex_form_data__": [1, ["a"]]},
)


async def test_no_payload_makes_a_handler_crash_or_a_state_grow(house: House, events: Events) -> None:
    """Arguments come from the browser as they are: of any type and size."""
    before = await rows_of_ann(house)
    for name, handler in sorted(handlers().items()):
        names = [one for one in inspect.signature(handler.fn).parameters if one != "self"]
        for cookie in ("", house.cookies["bob"]):
            tab = events.tab(f"tab-{name}-{bool(cookie)}", cookie)
            for value in HOSTILE if names else ():
                for values in ([value] * len(names), ["style", value], ["folds", value], [value, "pixel"]):
                    await tab.send_raw(handler(*["x" for _ in names]), dict(zip(names, values, strict=False)))
            for state in (*STATES, Stage):
                kept = {key: repr(var) for key, var in vars(await tab.state(state)).items() if not key.startswith("_")}
                assert sum(map(len, kept.values())) < 50_000, (name, {key: len(text) for key, text in kept.items()})
    assert await rows_of_ann(house) == before


async def test_the_owner_is_let_in(house: House, events: Events) -> None:
    """The two tests above would also pass if nothing worked at all."""
    tab = events.tab("tab-of-ann", house.cookies["ann"])
    await tab.send(Studio.open())
    studio = await tab.state(Studio)
    assert (studio.ready, studio.credits) == (True, 38)
    assert [one.id for one in studio.live] == [house.queued_id]
    assert studio.stage.id == house.result_id
    assert studio.stage.prompt == house.SECRET


async def test_another_person_in_the_same_tab_starts_from_nothing(house: House, events: Events) -> None:
    tab = events.tab("tab", house.cookies["ann"])
    await tab.send(Studio.open())
    tab.headers["cookie"] = house.cookies["bob"]
    await tab.send(Composer.set_count(2))
    studio = await tab.state(Studio)
    assert (studio.made, studio.live, studio.stage.id) == ([], [], "")


async def test_a_signed_out_session_is_refused_at_the_next_event(house: House, events: Events) -> None:
    tab = events.tab("tab", house.cookies["ann"])
    await tab.send(Studio.open())
    async with house.parts.db.unit_of_work() as uow:
        await house.parts.sessions.end(uow, house.cookies["ann"].split("=")[1])
    await tab.send(Studio.cancel(house.queued_id))
    assert tab.redirected()
    async with house.parts.db.reading() as uow:
        assert (await house.parts.history.one(uow, house.ann.user_id, house.queued_id)).state == "queued"
