"""The Reflex app: pages, routes, lifespan. No logic."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.components.shell import offline_bar
from kaleipix_app.pages.account import account
from kaleipix_app.pages.account_deleted import account_deleted
from kaleipix_app.pages.landing import landing
from kaleipix_app.pages.library import library
from kaleipix_app.pages.login import login
from kaleipix_app.pages.not_found import not_found
from kaleipix_app.pages.plans import plans
from kaleipix_app.pages.privacy_centre import privacy_centre
from kaleipix_app.pages.shares import shares
from kaleipix_app.pages.studio import studio
from kaleipix_app.state.account import Account
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.email_change import EmailChange
from kaleipix_app.state.fresh import FreshCode
from kaleipix_app.state.guard import SessionGuard
from kaleipix_app.state.ledger import Credits
from kaleipix_app.state.library import Library
from kaleipix_app.state.live import refresh
from kaleipix_app.state.login import Login
from kaleipix_app.state.notices import page_crashed, unexpected
from kaleipix_app.state.plans import Plans
from kaleipix_app.state.policy_notice import PolicyNotice
from kaleipix_app.state.privacy_centre import PrivacyCentre
from kaleipix_app.state.shares import Shares
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.tabs import TABS
from kaleipix_app.state.tools import Tools

parts = container.get()

app = rx.App(
    html_lang="en",
    stylesheets=["/theme.css"],
    head_components=[
        rx.el.link(rel="icon", href="/mark.svg", type="image/svg+xml"),
        rx.el.meta(name="color-scheme", content="dark light"),
    ],
    api_transformer=[parts.api_app(), parts.guard],
    backend_exception_handler=unexpected,
    frontend_exception_handler=page_crashed,
)
app.app_wraps[(5, "Overlay")] = lambda _stateful: rx.fragment(offline_bar())
app.add_middleware(SessionGuard())
app.add_page(
    landing,
    route="/",
    title="Kaleipix: the image studio that anyone can run",
    description="Bring a photograph or a sentence and get new pictures. Private, without trackers, and yours to run.",
)
app.add_page(login, route="/login", title="Sign in · Kaleipix", on_load=Login.open)
app.add_page(
    studio,
    route="/w/[username]",
    title="Studio · Kaleipix",
    on_load=[Composer.open, Studio.open, Tools.open, PolicyNotice.open],  # what `ready` enables is there before it
)
app.add_page(
    library, route="/w/[username]/library", title="Library · Kaleipix", on_load=[Library.open, PolicyNotice.open]
)
app.add_page(
    shares, route="/w/[username]/shares", title="Share links · Kaleipix", on_load=[Shares.open, PolicyNotice.open]
)
app.add_page(plans, route="/plans", title="Plans and credits · Kaleipix", on_load=[Plans.open, PolicyNotice.open])
app.add_page(
    account,
    route="/account",
    title="Account · Kaleipix",
    on_load=[FreshCode.open, Account.open, EmailChange.resume, Credits.open, PolicyNotice.open],
)
app.add_page(
    privacy_centre,
    route="/account/privacy",
    title="Privacy centre · Kaleipix",
    on_load=[FreshCode.open, PrivacyCentre.open, PolicyNotice.open],
)
app.add_page(account_deleted, route="/account/deleted", title="Account deleted · Kaleipix")
app.add_page(not_found, route="/404", title="Nothing here · Kaleipix")


@asynccontextmanager
async def work() -> AsyncIterator[None]:
    """Jobs, and the doorbell of every open tab."""
    TABS.connect(partial(refresh, app), lambda token: token in app.event_namespace.token_to_sid)
    parts.end_mails.connect(TABS.is_open)
    parts.feed.subscribe(TABS.ring)
    parts.feed.subscribe_to_ends(TABS.ring_at_once)
    parts.feed.subscribe_to_all(TABS.ring_all)
    async with parts.running():
        yield


app.register_lifespan_task(work)
