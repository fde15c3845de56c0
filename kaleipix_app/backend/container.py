"""The one place where the parts are put together. Tests build their own with any part replaced."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache, partial

from starlette.applications import Starlette
from starlette.types import ASGIApp

from kaleipix_app.backend import log, metrics, periods, served, tables
from kaleipix_app.backend import settings as settings_module
from kaleipix_app.backend.abuse.cleanups import cleanups as signal_cleanups
from kaleipix_app.backend.abuse.guesses import Guesses
from kaleipix_app.backend.abuse.limits import Limiter
from kaleipix_app.backend.abuse.network import Networks
from kaleipix_app.backend.abuse.signal_keys import SignalKeys
from kaleipix_app.backend.abuse.signals import Signals
from kaleipix_app.backend.accounts.cleanups import cleanups as account_cleanups
from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.accounts.email_change import EmailChange
from kaleipix_app.backend.accounts.fresh import FreshCodes
from kaleipix_app.backend.accounts.leaving import Leaving
from kaleipix_app.backend.accounts.notifications import Notifications
from kaleipix_app.backend.accounts.people import People
from kaleipix_app.backend.accounts.renaming import Renaming
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.accounts.signin import SignIn
from kaleipix_app.backend.api.guard import Guard
from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.api.share_lane import ShareLane
from kaleipix_app.backend.clock import Clock, SystemClock
from kaleipix_app.backend.credits.ledger import Ledger
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.at_once import AtOnce
from kaleipix_app.backend.generation.callbacks import Callbacks
from kaleipix_app.backend.generation.cleanups import cleanups as generation_cleanups
from kaleipix_app.backend.generation.deletion import Deletions
from kaleipix_app.backend.generation.ended import EndMails
from kaleipix_app.backend.generation.feed import Feed, Previews
from kaleipix_app.backend.generation.figures import Figures
from kaleipix_app.backend.generation.history import History
from kaleipix_app.backend.generation.lanes import ProviderLanes
from kaleipix_app.backend.generation.library.collections import Collections
from kaleipix_app.backend.generation.library.selections import Selections
from kaleipix_app.backend.generation.library.service import Library
from kaleipix_app.backend.generation.masks import remove_unneeded
from kaleipix_app.backend.generation.ordering import Ordering
from kaleipix_app.backend.generation.origins import GenerationOrigins
from kaleipix_app.backend.generation.prompts import Prompts
from kaleipix_app.backend.generation.queue import GenerationQueue
from kaleipix_app.backend.generation.records import Records
from kaleipix_app.backend.generation.request import Requests
from kaleipix_app.backend.generation.run import Runner
from kaleipix_app.backend.generation.service import Generations
from kaleipix_app.backend.generation.timings import Timings
from kaleipix_app.backend.generation.transfers import Transfers
from kaleipix_app.backend.jobs.cleanups import Cleanup, Cleanups
from kaleipix_app.backend.jobs.embedded import EmbeddedEngine
from kaleipix_app.backend.jobs.schedule import Schedule
from kaleipix_app.backend.mail.base import Mailer
from kaleipix_app.backend.mail.cleanups import sweep_outbox
from kaleipix_app.backend.mail.outbox import OutboxMailer
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.mail.smtp import SmtpMailer
from kaleipix_app.backend.media.cleanups import empty_trash, remove_orphans
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.ingest import Ingest
from kaleipix_app.backend.media.masks import Masks
from kaleipix_app.backend.media.signing import marker
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.media.trash import Trash
from kaleipix_app.backend.privacy.announcing import Announcing
from kaleipix_app.backend.privacy.archive import Archive
from kaleipix_app.backend.privacy.centre import Centre
from kaleipix_app.backend.privacy.cleanups import cleanups as privacy_cleanups
from kaleipix_app.backend.privacy.erasure import Erasure
from kaleipix_app.backend.privacy.exports import Exports
from kaleipix_app.backend.privacy.inbox import Inbox
from kaleipix_app.backend.privacy.mailing import PolicyMails
from kaleipix_app.backend.privacy.policy import Policies
from kaleipix_app.backend.privacy.publishing import Publishing
from kaleipix_app.backend.privacy.restored import Restored
from kaleipix_app.backend.privacy.tombstones import Erased, Tombstones
from kaleipix_app.backend.providers import configured
from kaleipix_app.backend.providers.base import Provider
from kaleipix_app.backend.providers.catalogue import MODELS, Model
from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.sharing.access import Access
from kaleipix_app.backend.sharing.addresses import Addresses
from kaleipix_app.backend.sharing.cleanups import cleanups as sharing_cleanups
from kaleipix_app.backend.sharing.contents import Contents
from kaleipix_app.backend.sharing.drafts import Drafts
from kaleipix_app.backend.sharing.links import Links
from kaleipix_app.backend.sharing.passcodes import Passcodes
from kaleipix_app.backend.sharing.reports import Reports
from kaleipix_app.backend.sharing.service import Sharing
from kaleipix_app.backend.sharing.tickets import Tickets
from kaleipix_app.backend.sharing.views import Views
from kaleipix_app.backend.tokens import Keyring

_STOP_SECONDS = 4.0  # for everything; the server kills its worker after 5
_WORK_SECONDS = 2.5  # of these, for work under way before it is handed back
_MAIL_SECONDS = 3.5  # of these, for mails that have not left
_CORES = os.cpu_count() or 1
_log = log.get("house")


class Container:
    """Every service of the house, made once. Making it opens no socket, thread or database."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        mailer: Mailer | None = None,
        providers: Mapping[str, Provider] | None = None,
        models: Mapping[str, Model] = MODELS,
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.keyring = Keyring(settings.secret_keys())
        self.tables = tables.metadata
        self.db = Database(settings.database_url)
        self.storage = Storage(settings.media_dir)
        self.outgoing = configured.outgoing(settings)
        self.feed = Feed()
        self.tombstones = Tombstones(settings.data_dir / "erased.txt", self.keyring, self.clock)
        self._make_accounts(mailer)
        self._make_generation(providers or configured.providers(settings, self.outgoing, _CORES), models)
        self._make_sharing()
        self._make_privacy()
        self._make_cleanups()

    def _make_accounts(self, mailer: Mailer | None) -> None:
        settings = self.settings
        self.cookies = Cookies.of(settings)
        self.people = People()
        self.notifications = Notifications()
        self.sessions = Sessions(self.clock, ended=self.feed.publish)
        self.identity = Identity(self.db, self.sessions, self.cookies)
        self.limiter = Limiter(self.clock)
        mailer = mailer or _mailer(settings)
        self.post = Post(mailer)
        self.announcing = Announcing(self.clock, changed=self.feed.publish)
        self.policy_mails = PolicyMails(self.db, self.clock, mailer, settings.url)
        self.guesses = Guesses(self.limiter, self.clock)
        self.networks = Networks(settings.trusted_proxies)
        self.signals = Signals(self.clock, SignalKeys(self.clock, self.keyring))
        self.signin = SignIn(
            settings,
            self.clock,
            self.keyring,
            self.sessions,
            self.limiter,
            self.post,
            self.signals,
            joined=self.announcing.joined,
        )
        self.fresh = FreshCodes(self.clock, self.keyring, self.limiter, self.post)
        self.email_change = EmailChange(
            settings, self.clock, self.keyring, self.fresh, self.limiter, self.post, changed=self.feed.publish
        )
        self.renaming = Renaming(self.limiter, renamed=self.feed.publish)

    def _make_generation(self, providers: Mapping[str, Provider], models: Mapping[str, Model]) -> None:
        self.providers = providers
        self.models = configured.offered(models, providers, self.settings)
        self.ingest = Ingest(_CORES, marker(self.settings.c2pa_cert, self.settings.c2pa_key))
        self.images = Images(self.storage, self.ingest, self.clock)
        self.masks = Masks(self.db, self.images)
        self.ledger = Ledger(self.clock)
        self.previews = Previews()
        self.history = History(self.images)
        self.prompts = Prompts()
        note = self.tombstones.add
        self.trash = Trash(self.db, self.storage, self.clock, partial(note, Erased.PICTURE))
        self.deletions = Deletions(self.db, self.trash, self.images, self.feed, partial(note, Erased.PROMPT))
        self.library = Library(self.db, self.images, self.history, self.feed)
        self.collections = Collections(self.clock)
        self.selections = Selections(self.clock)
        self.end_mails = EndMails(self.clock, self.post, self.settings.url)
        records = Records(self.clock, self.ledger, self.feed, self.previews, self.end_mails)
        self.transfers = Transfers(self.clock)
        self.timings = Timings(self.models)
        self.callbacks = Callbacks(self.settings, self.keyring, self.db, records, self.providers, self._ring)
        ordering = Ordering(self.db, self.clock, records, self.images, self.callbacks.address)
        runner = Runner(self.db, self.clock, records, ordering, self.images, self.providers, self.feed, self.previews)
        self.queue = GenerationQueue(self.db, self.clock, self.feed)
        self.figures = Figures(self.db, self.clock)
        lanes = ProviderLanes(self.db, self.feed, self.transfers, self.providers, self.models)
        self.engine = EmbeddedEngine(self.queue, runner, lanes, alone=self.db.is_sqlite)
        at_once = AtOnce(self.clock, self.queue, self.engine, self.providers, runner.expect)
        requests = Requests(
            self.clock, self.ledger, self.images, self.transfers, self.models, self.feed, self._ring, at_once
        )
        self.generations = Generations(self.clock, requests, records, self.feed, runner.interrupt, self._ring)

    def _make_privacy(self) -> None:
        settings = self.settings
        self.policies = Policies(self.db, self.clock, settings)
        self.publishing = Publishing(self.db, self.clock)
        self.archive = Archive(self.db, self.storage)
        self.exports = Exports(
            self.db,
            self.clock,
            self.archive,
            self.fresh,
            self.post,
            settings.data_dir / "exports",
            settings.url,
            changed=self.feed.publish,
        )
        self.centre = Centre(
            settings, self.clock, self.post, self.generations, self.limiter, self.signals, self.announcing
        )
        self.inbox = Inbox(self.db, settings, self.clock, self.post)
        self.erasure = Erasure(
            self.db,
            Leaving(self.clock, self.sessions, self.post),
            self.fresh,
            self.generations,
            self.trash,
            self.exports,
            self.tombstones,
            settings.data_dir / "outbox",
            self.feed.publish,
        )
        self.restored = Restored(self.db, self.erasure, self.trash, self.deletions, self.tombstones)

    def _make_sharing(self) -> None:
        origins, passcodes = GenerationOrigins(), Passcodes(self.keyring)
        addresses = Addresses(self.keyring, self.settings.url)
        self.sharing = Sharing(
            Links(self.clock, self.limiter, addresses, self.images, origins, changed=self.feed.publish),
            Drafts(self.images, origins),
            Access(Contents(self.db, origins), passcodes, self.clock),
            passcodes,
            Reports(self.clock, self.limiter),
            Views(self.db),
            Tickets(self.db, self.storage, self.clock, addresses, changed=self.feed.publish),
        )

    def _ring(self) -> None:
        self.engine.ring()

    def _make_cleanups(self) -> None:
        outbox = self.settings.data_dir / "outbox"
        self.cleanups = Cleanups(
            self.db,
            self.clock,
            [
                *account_cleanups(self.db),
                *signal_cleanups(self.db),
                *generation_cleanups(self.db),
                *sharing_cleanups(self.db, self.sharing.tickets),
                *privacy_cleanups(self.db, self.erasure, self.exports),
                Cleanup("outbox", f"mails kept as files: {periods.OUTBOX.words}", partial(sweep_outbox, outbox)),
                Cleanup(
                    "masks",
                    f"masks without a picture made with them: {periods.MASKS.words}",
                    partial(remove_unneeded, self.db, self.trash),
                ),
                Cleanup("trash", f"deleted pictures: {periods.TRASH.words}", partial(empty_trash, self.trash)),
                Cleanup(
                    "orphans",
                    f"files that no picture needs: {periods.STRAY_FILES.words}",
                    partial(remove_orphans, self.db, self.storage),
                ),
            ],
        )
        self.schedule = Schedule(self._hourly, self.settings.data_dir / "schedule.lock")

    async def _hourly(self) -> None:
        await self.cleanups.run()
        await self.inbox.remind()

    async def queue_moves(self) -> bool:
        """Whether whoever waits will get their turn. Raises DatabaseFailed."""
        return self.engine.is_alive() and not await self.figures.overdue()

    def api_app(self) -> Starlette:
        """Every route of our own; they win over the pages."""
        return served.api_app(self)

    def guard(self, app: ASGIApp) -> Guard:
        """The outermost layer around everything."""
        return served.guard(self, app)

    def share_lane(self, app: ASGIApp) -> ShareLane:
        """Around all that is served: what many open at once."""
        return served.share_lane(self, app)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work from here to there: jobs taken up first, handed back at the end."""
        log.configure()
        await self.policies.publish()
        await self.exports.resume()
        await self.engine.start()
        self.schedule.start()
        pulse = asyncio.create_task(metrics.watch_loop(), name="pulse")
        counting = asyncio.create_task(self.sharing.views.keep_writing(), name="views")
        mailing = asyncio.create_task(self.policy_mails.watch(self.feed.publish_to_all), name="policy mails")
        try:
            yield
        finally:
            pulse.cancel()
            counting.cancel()
            self.schedule.stop()
            await self._stop(self.policy_mails.close(mailing, _MAIL_SECONDS))

    async def _stop(self, *more: Awaitable[None]) -> None:
        """Side by side and in time: what is not handed back by then is found by the next start."""
        stops = self.engine.stop(_WORK_SECONDS), self.exports.close(), self.post.close(_MAIL_SECONDS), *more
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                for error in await asyncio.gather(*stops, return_exceptions=True):
                    if error is not None:
                        _log.error("stop_failed", exc_info=error)
                for provider in self.providers.values():
                    await provider.close()
                await self.outgoing.close()
                self.ingest.close()
                await self.sharing.views.write()
                await self.db.close()
        except TimeoutError:
            _log.error("stop_cut_off")


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_url is not None:
        return SmtpMailer(settings.smtp_url.get_secret_value(), settings.sender)
    return OutboxMailer(settings.data_dir / "outbox", settings.sender)


@lru_cache(maxsize=1)
def get() -> Container:
    """The container of this process."""
    return Container(settings_module.load())
