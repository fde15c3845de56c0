"""Every address of a link × every reason to refuse it: no byte of a picture, and no difference between the refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlmodel import col, update

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.sharing.links import OwnLink
from tests.backend.sharing.gallery import PASSCODE, Gallery, path_of, unlock

PICTURES = (
    "/{image}/thumb",
    "/{image}/preview",
    "/{image}/original",
    "/{image}/original?download=1",
    "/{image}/original?download=1&format=webp",
)
ADDRESSES = ("", *PICTURES, "/pictures.zip")


async def revoked(gallery: Gallery, link: OwnLink) -> None:
    await gallery.revoke(link)


async def expired(gallery: Gallery, _link: OwnLink) -> None:
    gallery.clock.move(days=7)


async def suspended(gallery: Gallery, _link: OwnLink) -> None:
    async with gallery.parts.db.unit_of_work() as uow:
        await uow.session.exec(
            update(User).where(col(User.id) == gallery.house.ann.user_id).values(suspended_at=gallery.clock.now())
        )


async def leaving(gallery: Gallery, _link: OwnLink) -> None:
    """The first moment of a deletion, before anything else of the account is gone."""
    async with gallery.parts.db.unit_of_work() as uow:
        await uow.session.exec(
            update(User).where(col(User.id) == gallery.house.ann.user_id).values(deleted_at=gallery.clock.now())
        )


async def taken_down(gallery: Gallery, link: OwnLink) -> None:
    parts = gallery.parts
    async with parts.db.unit_of_work() as uow:
        await parts.sharing.reports.open(uow, link.id, "203.0.113.0/24", "person", "")
    (ticket,) = await parts.sharing.tickets.open()
    await parts.sharing.tickets.take_down(ticket.id)


async def account_deleted(gallery: Gallery, _link: OwnLink) -> None:
    async for _ in gallery.parts.erasure.by_operator(gallery.house.ann.user_id, now=False):
        pass


async def forgotten(gallery: Gallery, link: OwnLink) -> None:
    await gallery.revoke(link)
    gallery.clock.move(days=30)
    await gallery.parts.cleanups.run()


async def deleted(gallery: Gallery, _link: OwnLink) -> None:
    async with gallery.parts.db.unit_of_work() as uow:
        await gallery.parts.deletions.delete(uow, gallery.house.ann, gallery.house.result_id)


async def deleted_for_ever(gallery: Gallery, link: OwnLink) -> None:
    await deleted(gallery, link)
    await gallery.parts.deletions.erase(gallery.house.ann, None, with_prompt=False)


Ending = Callable[[Gallery, OwnLink], Awaitable[None]]
ENDINGS: tuple[Ending, ...] = (
    revoked,
    expired,
    suspended,
    leaving,
    taken_down,
    account_deleted,
    forgotten,
    deleted,
    deleted_for_ever,
)


async def answers(browser: httpx.AsyncClient, link: OwnLink, image: str) -> list[httpx.Response]:
    found = []
    for address in ADDRESSES:
        path = path_of(link) + address.format(image=image)
        for method in ("GET", "HEAD"):
            found.append(await browser.request(method, path, headers={"if-none-match": "*"}))
    return found


def visible(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a viewer could tell answers apart by."""
    return (
        answer.status_code,
        answer.content,
        [(name, value) for name, value in answer.headers.multi_items() if name != "x-request-id"],
    )


async def unknown(browser: httpx.AsyncClient, method: str) -> httpx.Response:
    """What the house says of an address that never was; odd spellings are answered before any route."""
    return await browser.request(method, "/s//nothing")


async def assert_nothing(browser: httpx.AsyncClient, found: list[httpx.Response]) -> None:
    for answer in found:
        nothing = await unknown(browser, answer.request.method)
        assert nothing.status_code == 404
        assert visible(answer) == visible(nothing), answer.request.url


@pytest.mark.parametrize("passcode", ["", PASSCODE])
@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_link_that_has_ended_was_never_there(gallery: Gallery, ending: Ending, passcode: str) -> None:
    link = await gallery.share(protected=bool(passcode), passcode=passcode)
    async with gallery.browser() as browser:
        await unlock(browser, link)
        before = await answers(browser, link, gallery.house.result_id)
        assert {answer.status_code for answer in before} == {200, 304}
        await ending(gallery, link)
        await assert_nothing(browser, await answers(browser, link, gallery.house.result_id))
        for form in ({"passcode": passcode}, {"passcode": "wrong"}):
            assert visible(await browser.post(path_of(link), data=form)) == visible(await unknown(browser, "GET"))
        reported = await browser.post(f"{path_of(link)}/report", data={"reason": "other"})
        assert visible(reported) == visible(await unknown(browser, "GET"))


@pytest.mark.parametrize("ending", ENDINGS)
async def test_the_source_goes_with_its_link_and_with_what_was_made_from_it(gallery: Gallery, ending: Ending) -> None:
    link = await gallery.share(source=True)
    sources = [path_of(link) + address.format(image=gallery.house.source_id) for address in PICTURES]
    async with gallery.browser() as browser:
        assert {(await browser.get(path)).status_code for path in sources} == {200}
        await ending(gallery, link)
        await assert_nothing(browser, [await browser.get(path) for path in sources])


async def test_a_live_link_shows_its_picture(gallery: Gallery) -> None:
    link = await gallery.share()
    async with gallery.browser() as browser:
        for address in ADDRESSES:
            answer = await browser.get(path_of(link) + address.format(image=gallery.house.result_id))
            assert (answer.status_code, len(answer.content) > 100) == (200, True), address


async def test_ids_of_other_pictures_open_nothing(gallery: Gallery) -> None:
    """Not the source that is not shown, not another picture of the same owner, not one of another link."""
    link = await gallery.share()
    other = await gallery.share(gallery.house.source_id)
    async with gallery.browser() as browser:
        for image in (gallery.house.source_id, "0" * 26, gallery.house.result_id[:-1]):
            found = [await browser.get(path_of(link) + address.format(image=image)) for address in PICTURES]
            await assert_nothing(browser, found)
        found = [await browser.get(path_of(other) + a.format(image=gallery.house.result_id)) for a in PICTURES]
        await assert_nothing(browser, found)


async def test_variants_that_there_are_not_and_downloads_that_are_off(gallery: Gallery) -> None:
    link = await gallery.share(downloads=False)
    image = f"{path_of(link)}/{gallery.house.result_id}"
    async with gallery.browser() as browser:
        refused = ["original", "original?download=1", "original?download=1&format=png", "tiny", "preview?format=bmp"]
        found = [await browser.get(f"{image}/{variant}") for variant in refused]
        found += [await browser.get(f"{path_of(link)}/pictures.zip"), await browser.get(f"{path_of(link)}/x/y/z")]
        await assert_nothing(browser, found[:-1])
        for variant in ("thumb", "preview", "preview?download=1"):
            assert (await browser.get(f"{image}/{variant}")).status_code == 200
        assert "Download" not in (await browser.get(path_of(link))).text


@pytest.mark.parametrize("given", ["", "wrong"])
async def test_without_the_passcode_there_is_only_the_question(gallery: Gallery, given: str) -> None:
    link = await gallery.share(protected=True, passcode=PASSCODE, prompt=True)
    async with gallery.browser() as browser:
        if given:
            answer = await unlock(browser, link, given)
            assert answer.status_code == 403
            assert "That is not the passcode" in answer.text
        browser.cookies.set("kaleipix_share", given, path=path_of(link))
        page = await browser.get(path_of(link))
        assert page.status_code == 200
        for secret in ("Our summer", gallery.house.SECRET, gallery.house.result_id, "og:image"):
            assert secret not in page.text
        found = await answers(browser, link, gallery.house.result_id)
        await assert_nothing(browser, [answer for answer in found if answer.request.url.path != path_of(link)])


async def test_a_passcode_opens_its_own_link_alone_and_no_longer_than_it_is_valid(gallery: Gallery) -> None:
    link = await gallery.share(protected=True, passcode=PASSCODE)
    other = await gallery.share(protected=True, passcode=PASSCODE)
    async with gallery.browser() as browser:
        opened = await unlock(browser, link)
        assert (opened.status_code, opened.headers["location"]) == (303, path_of(link))
        (cookie,) = opened.headers.get_list("set-cookie")
        assert f"Path={path_of(link)};" in cookie
        assert "HttpOnly" in cookie
        proof = cookie.split("=")[1].split(";")[0]
        assert "Our summer" in (await browser.get(path_of(link))).text
        browser.cookies.set("kaleipix_share", proof, path=path_of(other))
        assert "Our summer" not in (await browser.get(path_of(other))).text
        async with gallery.parts.db.unit_of_work() as uow:
            terms = await gallery.terms(protected=True, passcode="another one")
            await gallery.parts.sharing.links.edit(uow, gallery.house.ann, link.id, terms)
        assert "Our summer" not in (await browser.get(path_of(link))).text
