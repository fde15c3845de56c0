"""`/s/<token>…`: what a link shows, to whoever holds it.

Who may see what is decided in sharing/access.py. Whatever is refused is the page for unknown addresses, byte for byte.
"""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from kaleipix_app.backend.abuse.limits import (
    PASSCODES_PER_NETWORK,
    PASSCODES_PER_SHARE,
    SHARE_ARCHIVES_PER_NETWORK,
    SHARE_CONVERSIONS_PER_NETWORK,
    SHARE_VIEWS_PER_NETWORK,
    Limiter,
)
from kaleipix_app.backend.abuse.network import Networks
from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.api import share_pages
from kaleipix_app.backend.api.pictures import PictureAnswers, asked
from kaleipix_app.backend.api.plain_pages import not_found, sent
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import BadInput, KaleipixError, NotFound, TooMany
from kaleipix_app.backend.media.archive import CONTENT_TYPE, Entry, archive
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.images import Images, Picture
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.sharing.access import PasscodeNeeded, Use
from kaleipix_app.backend.sharing.service import Sharing
from kaleipix_app.backend.sharing.terms import LONGEST_PASSCODE

# Asked for anew each time, so that a revoked link ends at once; the bytes need not be sent again.
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Cookie", "X-Robots-Tag": "noindex"}
PAGE_ROUTE, PICTURE_ROUTE = "/s/{token}", "/s/{token}/{image_id}/{variant}"
_USES = {"thumb": Use.THUMB, "preview": Use.PREVIEW, "original": Use.ORIGINAL}

_ENDED_MEANWHILE = "The link stopped showing these while this archive was being sent:"
_SMALL, _EFFORT = 10_000, 6  # bytes of a page of one or a few pictures

Handler = Callable[[Request], Awaitable[Response]]


class _Shares:
    def __init__(
        self,
        db: Database,
        sharing: Sharing,
        images: Images,
        storage: Storage,
        limiter: Limiter,
        networks: Networks,
        cookies: Cookies,
        base: str,
    ) -> None:
        self._db = db
        self._sharing = sharing
        self._storage = storage
        self._limiter = limiter
        self._networks = networks
        self._cookies = cookies
        self._base = base
        self._answers = PictureAnswers(images, storage)

    async def page(self, request: Request) -> Response:
        """The page, or the question for its passcode."""
        token = request.path_params["token"]
        self._limiter.take(SHARE_VIEWS_PER_NETWORK, self._network(request))
        try:
            shown = await self._sharing.access.to(token, Use.PAGE, self._proof(request))
        except PasscodeNeeded:
            return share_pages.locked(token)
        if request.method == "GET":
            self._sharing.views.count(shown.share_id)
        if "page" not in shown.memo:
            shown.memo["page"] = share_pages.shown(shown, token, self._base)
        body, is_packed = page_bytes(shown.memo, request.headers.get("accept-encoding", ""))
        answer = sent(body)
        if is_packed:
            answer.headers.update({"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
        return answer

    async def unlock(self, request: Request) -> Response:
        """A passcode was typed: the right one leaves a cookie for this link alone."""
        token = request.path_params["token"]
        link = await self._sharing.access.to(token, Use.LOCK)
        if link.passcode_hash and not await self._is_right(request, link.share_id, link.passcode_hash):
            return share_pages.locked(token, "That is not the passcode. Check it and try again.", status=403)
        answer = RedirectResponse(f"/s/{token}", status_code=303, headers={"Cache-Control": "no-store"})
        if link.passcode_hash:
            proof = self._sharing.passcodes.proof(link.share_id, link.passcode_hash)
            flags = self._cookies.flags
            flags["path"] = f"/s/{token}"
            answer.set_cookie(self._cookies.share, proof, **flags)
        return answer

    async def report(self, request: Request) -> Response:
        """Somebody says that something is wrong with it."""
        token = request.path_params["token"]
        link = await self._sharing.access.to(token, Use.LOCK)
        form = await _form(request)
        try:
            async with self._db.unit_of_work() as uow:
                await self._sharing.reports.open(
                    uow, link.share_id, self._network(request), form.get("reason", ""), form.get("note", "")
                )
        except BadInput as error:
            return share_pages.told("Not sent yet", error.sentence, token, status=error.status)
        return share_pages.told(
            "Thank you", "Your report has been received. The operator looks at it within 48 hours.", token
        )

    async def picture(self, request: Request) -> Response:
        """One variant of one picture."""
        variant, format = asked(request)
        token, image_id = request.path_params["token"], request.path_params["image_id"]
        shown = await self._sharing.access.to(token, _USES[variant], self._proof(request), image_id)
        memo = shown.memo if variant == "thumb" else None  # small, and asked for by the hundred
        picture = shown.pictures[0].picture
        return await self._answers.answer(request, picture, variant, format, CACHING, memo, lambda: self._take(request))

    async def archive(self, request: Request) -> Response:
        """All originals in one ZIP, made while it is sent."""
        token, proof = request.path_params["token"], self._proof(request)
        shown = await self._sharing.access.to(token, Use.ZIP, proof)
        headers = {
            "Content-Disposition": 'attachment; filename="kaleipix.zip"',
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex",
        }
        if request.method == "HEAD":
            return Response(media_type=CONTENT_TYPE, headers=headers)
        self._limiter.take(SHARE_ARCHIVES_PER_NETWORK, self._network(request))
        entries = self._numbered([one.picture for one in shown.pictures], token, proof)
        return StreamingResponse(archive(self._storage, entries), media_type=CONTENT_TYPE, headers=headers)

    async def _numbered(self, pictures: list[Picture], token: str, proof: str) -> AsyncIterator[Entry]:
        """The originals in their order, each decided about anew: an archive may take an hour to send."""
        refused: list[str] = []
        for number, picture in enumerate(pictures, start=1):
            name = f"kaleipix-{number:03}.{Format.of(picture.content_type).extension}"
            try:
                await self._sharing.access.to(token, Use.ZIP, proof, picture.id)
            except NotFound:
                refused.append(name)
            else:
                yield Entry(name, key=picture.key("original"))
        if refused:
            yield Entry("LEFT-OUT.txt", text="\n".join((_ENDED_MEANWHILE, *refused, "")))

    def _take(self, request: Request) -> None:
        self._limiter.take(SHARE_CONVERSIONS_PER_NETWORK, self._network(request))

    async def _is_right(self, request: Request, share_id: str, kept: str) -> bool:
        """Counted before it is checked and given back when it was right: parallel guesses cannot slip through."""
        passcode = (await _form(request)).get("passcode", "").strip()[: LONGEST_PASSCODE + 1]  # enough to be wrong
        counted = (PASSCODES_PER_NETWORK, f"{share_id} {self._network(request)}"), (PASSCODES_PER_SHARE, share_id)
        self._limiter.take_all(*counted)
        is_right = await self._sharing.passcodes.matches(passcode, kept)
        if is_right:
            for rule, key in counted:
                self._limiter.give_back(rule, key)
        return is_right

    def _proof(self, request: Request) -> str:
        return self._cookies.read(request.headers.get("cookie", ""), self._cookies.share)

    def _network(self, request: Request) -> str:
        peer = request.client.host if request.client else None
        return self._networks.of(peer, ",".join(request.headers.getlist("x-forwarded-for")))


def page_bytes(memo: dict[str, bytes], accepted: str) -> tuple[bytes, bool]:
    """A rendered page, and whether it is packed: an album's is, for browsers that take that, which all do."""
    if len(memo["page"]) < _SMALL or "gzip" not in accepted:
        return memo["page"], False
    if "gzip" not in memo:
        memo["gzip"] = gzip.compress(memo["page"], _EFFORT)
    return memo["gzip"], True


async def _form(request: Request) -> dict[str, str]:
    """Fields of a plain form; the guard has limited its size. None of one that has more than any of ours."""
    try:
        fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _told(handler: Handler) -> Handler:
    """Refusals as pages: people read these, not scripts."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except NotFound:
            return not_found()
        except TooMany as error:
            token = request.path_params["token"]
            return share_pages.told("Please wait", error.sentence, token, error.status, error.retry_after)
        except KaleipixError as error:
            return share_pages.told("Not just now", error.sentence, request.path_params["token"], error.status)

    return answered


def routes(
    db: Database,
    sharing: Sharing,
    images: Images,
    storage: Storage,
    limiter: Limiter,
    networks: Networks,
    cookies: Cookies,
    base: str,
) -> list[Route]:
    """The page, its passcode, its pictures, their archive, and reports."""
    shares = _Shares(db, sharing, images, storage, limiter, networks, cookies, base)
    return [
        Route(PAGE_ROUTE, _told(shares.page), methods=["GET"]),
        Route(PAGE_ROUTE, _told(shares.unlock), methods=["POST"]),
        Route("/s/{token}/report", _told(shares.report), methods=["POST"]),
        Route("/s/{token}/pictures.zip", _told(shares.archive), methods=["GET"]),
        Route(PICTURE_ROUTE, _told(shares.picture), methods=["GET"]),
    ]
