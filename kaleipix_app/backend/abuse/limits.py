"""How often something may be done: sliding windows, in memory, without a raw address in them."""

from __future__ import annotations

import hashlib
import math
import secrets
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.errors import TooMany

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Rule:
    """All windows hold at once; each is how many in how many seconds. `{wait}` becomes "40 seconds"."""

    name: str
    windows: tuple[tuple[int, int], ...]
    sentence: str

    @cached_property
    def longest(self) -> int:
        """Seconds of the longest window."""
        return max(seconds for _, seconds in self.windows)


CODES_PER_ADDRESS = Rule(
    "codes-address",
    ((1, MINUTE), (5, HOUR), (10, DAY)),
    "You can ask for another code for this address in {wait}.",
)
CODES_PER_NETWORK = Rule(
    "codes-network",
    ((20, HOUR),),
    "Too many codes were asked for from your network. Please try again in {wait}.",
)
WRONG_CODES_PER_NETWORK = Rule(
    "wrong-codes-network",
    ((10, 5 * MINUTE),),
    "Too many wrong codes came from your network. Please try again in {wait}.",
)
USERNAMES_PER_NETWORK = Rule(  # each refusal tells that a name exists: nobody may ask for them all
    "usernames-network",
    ((30, HOUR),),
    "Too many usernames were tried from your network. Please try again in {wait}.",
)
FRESH_CODES_PER_PERSON = Rule(
    "fresh-codes-person",
    ((1, MINUTE), (5, HOUR), (10, DAY)),
    "You can ask for another code in {wait}.",
)
ADDRESS_CHANGES_PER_PERSON = Rule(  # each may write to a stranger
    "address-changes-person",
    ((5, HOUR), (10, DAY)),
    "You have asked for several new addresses. Please try again in {wait}.",
)
RENAMES_PER_PERSON = Rule(
    "renames-person",
    ((3, DAY),),
    "A username can be changed three times a day. Please try again in {wait}.",
)
RIGHTS_PER_PERSON = Rule(  # restrict, object, withdraw: far more than anybody needs, and each leaves a line
    "rights-person",
    ((10, HOUR), (30, DAY)),
    "You have changed your privacy choices many times. Please try again in {wait}.",
)
REQUESTS_PER_PERSON = Rule(  # each is a mail to the operator
    "requests-person",
    ((6, HOUR), (12, DAY)),
    "You have sent several requests. Please send the next one in {wait}.",
)

SHARES_PER_PERSON = Rule(
    "shares-person",
    ((60, HOUR), (300, DAY)),
    "You have made many links. Please make the next one in {wait}.",
)
SHARE_VIEWS_PER_NETWORK = Rule(
    "share-views-network",
    ((120, MINUTE),),
    "Shared pages were opened too often from your network. Please try again in {wait}.",
)
PASSCODES_PER_NETWORK = Rule(  # of one link, from one network
    "passcodes-network",
    ((5, 5 * MINUTE), (20, HOUR)),
    "Too many wrong passcodes came from your network. Please try again in {wait}.",
)
PASSCODES_PER_SHARE = Rule(  # from everybody: many networks together must not get through a short one either
    "passcodes-share",
    ((100, HOUR), (500, DAY)),
    "Too many wrong passcodes were tried here. Please try again in {wait}.",
)
SHARE_ARCHIVES_PER_NETWORK = Rule(
    "share-archives-network",
    ((20, HOUR),),
    "Many archives were downloaded from your network. Please try again in {wait}.",
)
SHARE_CONVERSIONS_PER_NETWORK = Rule(  # work on pixels, which everybody else's pictures wait for
    "share-conversions-network",
    ((60, HOUR),),
    "Many pictures were downloaded in another format from your network. Please try again in {wait}.",
)
REPORTS_PER_NETWORK = Rule(
    "reports-network",
    ((5, HOUR), (20, DAY)),
    "Several reports came from your network. Please send the next one in {wait}.",
)


class Limiter:
    """Counts per rule and key. At most `capacity` keys a rule are remembered; the longest unused one goes first."""

    def __init__(self, clock: Clock, *, capacity: int = 50_000) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)  # goes with the counts
        self._capacity = capacity
        self._past: dict[str, OrderedDict[bytes, list[float]]] = {}

    def take(self, rule: Rule, key: str) -> None:
        """Count one. Raises TooMany, and counts nothing then."""
        self.take_all((rule, key))

    def take_all(self, *asked: tuple[Rule, str]) -> None:
        """Count one for each, or none at all. Raises TooMany with the longest wait."""
        now = self._clock.now().timestamp()
        pasts = [self._past_of(rule, key, now) for rule, key in asked]
        longest, sentence = 0, ""
        for (rule, _), past in zip(asked, pasts, strict=True):
            if (wait := _wait(rule, past, now)) > longest:
                longest, sentence = wait, rule.sentence
        if longest:
            raise TooMany(sentence.format(wait=_words(longest)), retry_after=longest)
        for past in pasts:
            past.append(now)

    def give_back(self, rule: Rule, key: str) -> None:
        """Take the last count back: it turned out not to be one."""
        past = self._past_of(rule, key, self._clock.now().timestamp())
        if past:
            past.pop()

    def remembered(self, rule: Rule) -> int:
        """How many keys of this rule are in memory."""
        return len(self._past.get(rule.name, ()))

    def _past_of(self, rule: Rule, key: str, now: float) -> list[float]:
        """When this was done, as far back as the rule's longest window."""
        kept = self._past.setdefault(rule.name, OrderedDict())
        hashed = hashlib.blake2b(key.encode(), key=self._secret, digest_size=16).digest()
        past = kept.setdefault(hashed, [])  # a deque takes nine times the memory from the first entry on
        kept.move_to_end(hashed)
        before = now - rule.longest
        while len(kept) > self._capacity or _is_over(next(iter(kept.values())), past, before):
            kept.popitem(last=False)
        del past[: bisect_right(past, before)]
        return past


def _is_over(oldest: list[float], asked: list[float], before: float) -> bool:
    """Whether the longest unused key counts nothing any more: many strangers must not fill the memory."""
    return oldest is not asked and (not oldest or oldest[-1] <= before)


def _wait(rule: Rule, past: list[float], now: float) -> int:
    """Whole seconds until one more is allowed by every window; 0 if it is now."""
    wait = 0.0
    for count, seconds in rule.windows:
        if len(past) >= count:
            wait = max(wait, past[-count] + seconds - now)
    return math.ceil(wait)


def _words(seconds: int) -> str:
    if seconds == 1:
        return "1 second"
    if seconds < 2 * MINUTE:
        return f"{seconds} seconds"
    if seconds < 2 * HOUR:
        return f"{math.ceil(seconds / MINUTE)} minutes"
    return f"{math.ceil(seconds / HOUR)} hours"
