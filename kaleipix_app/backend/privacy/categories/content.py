"""What you bring and make: pictures, prompts, collections, share links."""

from __future__ import annotations

from kaleipix_app.backend import periods
from kaleipix_app.backend.privacy.categories.words import (
    CONTRACT,
    IN_EXPORT,
    OPEN_TAB,
    TRASH,
    UNTIL_DELETED,
)
from kaleipix_app.backend.privacy.category import BrowserKey, Category, Cookie, Held

CONTENT: tuple[Category, ...] = (
    Category(
        key="sources",
        group="Content",
        title="Source images you upload",
        purpose="Input for AI generation",
        basis=CONTRACT,
        kept=UNTIL_DELETED,
        period=periods.TRASH,
        detail=(
            f"{TRASH} Location and camera data are removed before an image is kept. A mask that you paint on a "
            f"picture goes within {periods.MASKS.words} once nothing that is kept was made with it."
        ),
        tables=(
            Held.of(
                "image",
                "id owner_id kind content_type width height byte_size storage_key created_at deleted_at is_favourite "
                "taken_down_at taken_down_for",
            ),
        ),
        files=("media/sources/*/*", "media/masks/*/*", "tmp/*"),
        only=("kind", "source"),
        dated="deleted_at",
        browser=(BrowserKey("kaleipix.masks", "sessionStorage", "Keeps what you are painting on a picture", OPEN_TAB),),
        processors=("fal", "runpod"),
        exported=f"{IN_EXPORT}, as files",
        erased="At once",
    ),
    Category(
        key="results",
        group="Content",
        title="Generated images",
        purpose="Your results",
        basis=CONTRACT,
        kept=UNTIL_DELETED,
        period=periods.TRASH,
        detail=TRASH,
        tables=(Held.of("image", "generation_id position seed"),),
        files=("media/results/*/*/*",),
        only=("kind", "result"),
        dated="deleted_at",
        processors=("fal", "runpod"),
        exported=f"{IN_EXPORT}, as files",
        erased="At once",
    ),
    Category(
        key="prompts",
        group="Content",
        title="Prompts",
        purpose="Generation instructions, history",
        basis=CONTRACT,
        kept=UNTIL_DELETED,
        detail=(
            "With the settings and the course of each generation. A prompt can be deleted for ever with the last "
            "picture of its generation; the generation log below keeps its own copy."
        ),
        tables=(
            Held.of(
                "generation",
                "id owner_id request_id model provider prompt prompt_starred source_id mask_id aspect_ratio width "
                "height count seed params price state progress delivered error_code error_sentence "
                "cancel_requested_at dismissed_at ordered_at provider_job provider_place not_before attempts fetches "
                "fence lease_owner lease_until created_at started_at finished_at mailed_at",
            ),
            Held.of("prompt_word", "owner_id word generation_id"),  # by which the library finds them
        ),
        browser=(BrowserKey("kaleipix.prompt", "sessionStorage", "Keeps a prompt that you are typing", OPEN_TAB),),
        processors=("fal", "runpod"),
        exported=IN_EXPORT,
        erased="At once",
    ),
    Category(
        key="collections",
        group="Content",
        title="Collections",
        purpose="Keeps your pictures in the order that you choose",
        basis=CONTRACT,
        kept=UNTIL_DELETED,
        tables=(
            Held.of("collection", "id owner_id name created_at"),
            Held.of("collection_picture", "collection_id image_id"),
        ),
        exported=IN_EXPORT,
        erased="At once",
    ),
    Category(
        key="shares",
        group="Content",
        title="Share links",
        purpose="Shows the pictures you choose to whoever holds the link",
        basis=CONTRACT,
        kept=f"Until the link has ended, and {periods.ENDED_LINKS.words} longer",
        period=periods.ENDED_LINKS,
        detail=(
            "A link shows nothing any more from the moment when you revoke it or its time is over. A report, and the "
            f"link that it is about, stay for {periods.REPORTS.words} after it was closed. "
            "The token of a link and its passcode are kept as hashes. Of viewers only a count is kept; who reports "
            "a link leaves the report alone."
        ),
        tables=(
            Held.of(
                "share",
                "id owner_id token_hash title passcode_hash downloads shows_prompt shows_source views created_at "
                "expires_at revoked_at",
            ),
            Held.of("share_image", "share_id image_id position source_id made_by"),
            Held.of("share_report", "id share_id reason note created_at due_at closed_at"),
        ),
        cookies=(
            Cookie(
                "kaleipix_share",
                "Opens one link to somebody who knew its passcode; sent to that link alone",
                "Until the browser is closed",
                prefix="__Secure-",
            ),
        ),
        exported=IN_EXPORT,
        erased="At once",
    ),
)
