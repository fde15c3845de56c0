"""A tab whose doorbell rang reads again; one whose session has ended is emptied instead."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.state.account import Account
from kaleipix_app.state.farewell import say_farewell
from kaleipix_app.state.guard import Session, viewer_with
from kaleipix_app.state.library import Library
from kaleipix_app.state.picture_detail import PictureDetail
from kaleipix_app.state.plans import Plans
from kaleipix_app.state.policy_notice import PolicyNotice
from kaleipix_app.state.privacy_centre import PrivacyCentre
from kaleipix_app.state.shares import Shares
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.trash import TrashBin


async def refresh(app: rx.App, token: str) -> bool:
    """Let one tab read again; False when it is gone or its session has ended."""
    connection = app.event_namespace.token_to_sid.get(token)
    if connection is None:
        return False
    async with app.modify_state(rx.BaseStateToken(ident=token, cls=Studio)) as root:
        session = await root.get_state(Session)
        if not session._is_seen_over(connection):
            return True
        viewer = await viewer_with(session._secret)
        if viewer is None:
            await say_farewell(root)
            return False
        studio, trash = await root.get_state(Studio), await root.get_state(TrashBin)
        account, shares = await root.get_state(Account), await root.get_state(Shares)
        centre = await root.get_state(PrivacyCentre)
        if studio.ready:
            await studio._read(viewer)
        if trash.shown:
            await trash._read(viewer)
        library = await root.get_state(Library)
        if library.ready:
            await library._refresh(viewer)
        detail = await root.get_state(PictureDetail)
        if detail.shown.id:
            await detail._refresh(viewer)
        if account.ready:
            await account._read(viewer)
        if centre.ready:
            await centre._read(viewer)
        if shares.ready:
            await shares._read(viewer)
        plans = await root.get_state(Plans)
        if plans.ready:
            await plans._read(viewer)
        notice = await root.get_state(PolicyNotice)
        if notice.ready:
            await notice._read(viewer)
        has_moved = studio.username not in ("", viewer.username)
    if has_moved:  # the person has another username now
        move = rx.event.Event.from_event_type(rx.redirect(f"/w/{viewer.username}"))
        await app.event_namespace.emit_update(rx.state.StateUpdate(events=move), token)
    return True
