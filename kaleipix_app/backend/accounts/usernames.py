"""Usernames: what they may look like, which are reserved, which look like another one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kaleipix_app.backend.errors import BadInput, Conflict

SHORTEST, LONGEST = 3, 30

_HYPHENS_BETWEEN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# Pages, mailboxes and roles that people would take for the house itself.
_RESERVED = """
    about abuse account accounts admin administrator anonymous api app assets auth backup billing blog bot ceo
    contact cookies credits dashboard delete dmca docs download edit email error event everyone export fal favicon
    gallery guest healthz help hostmaster info install jobs kaleidoscope kaleipix legal lemon-squeezy library login
    logout mail media metrics mod moderator news no-reply nobody null official operator owner payment payments ping
    plans postmaster press pricing privacy readyz register robots root runpod sales security self session settings
    share shares sign-in sign-out sign-up signin signout signup site sitemap staff static status studio superuser
    support sysadmin system team telegram terms undefined upload uploads user username users webhook webhooks
    webmaster workspace www you
"""


@dataclass(frozen=True)
class Username:
    """A name that may be used if no other has its skeleton."""

    name: str
    skeleton: str


def username_taken() -> Conflict:
    """Somebody has it, or one that looks like it: which of the two is not told."""
    sentence = "That username is taken, or looks too much like one that is. Please choose another."
    return Conflict(sentence, code="username_taken")


def skeleton(name: str) -> str:
    """What is left when look-alikes are made equal: two names with one skeleton are one name to the eye.

    m and w are spelled out (rn, vv), not the other way round: that way `vvv` and `vw` meet as well.
    """
    bare = name.replace("-", "").translate(str.maketrans("01i", "oll"))
    return bare.replace("m", "rn").replace("w", "vv")


_RESERVED_SKELETONS = frozenset(skeleton(name) for name in _RESERVED.split())
_HOUSE = skeleton("kaleipix")


def read_username(typed: object) -> Username:
    """Check and lower-case. Raises BadInput with the rule that was broken."""
    if not isinstance(typed, str) or not typed.strip():
        raise BadInput("Please choose a username.")
    name = typed.strip()
    if not name.isascii():  # before lower(): the Kelvin sign would become a plain k
        raise BadInput(_about_letters(name))
    name = name.lower()
    if not SHORTEST <= len(name) <= LONGEST:
        raise BadInput(f"A username has {SHORTEST} to {LONGEST} characters.")
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise BadInput("A username has only letters from a to z, digits and hyphens.")
    if not name[0].isalpha():
        raise BadInput("A username starts with a letter.")
    if not _HYPHENS_BETWEEN.fullmatch(name):
        raise BadInput("A username has single hyphens, and none at its end.")
    bones = skeleton(name)
    if bones in _RESERVED_SKELETONS or _HOUSE in bones:
        raise BadInput("That username is reserved, or looks like one that is. Please choose another.")
    return Username(name, bones)


def _about_letters(name: str) -> str:
    """A letter that only looks like a to z deserves a better hint than "only a to z"."""
    from confusable_homoglyphs import confusables  # 7 MB of tables that only a new name needs

    if confusables.is_confusable(name, preferred_aliases=["latin", "common"]):
        return "Some letters of that username only look like a to z. Please type it with plain letters."
    return "A username has only letters from a to z, digits and hyphens."
