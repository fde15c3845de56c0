"""What shall go wrong, for whom, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """What a request is about: the step of the protocol, and whose job it concerns."""

    step: str
    model: str = ""
    prompt: str = ""


@dataclass
class Rule:
    """One scripted event: on this step, for these jobs, do that."""

    on: str
    do: str
    times: int | None = 1
    model: str | None = None
    prompt: str | None = None
    args: dict[str, Any] = field(default_factory=dict)
    used: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.used >= self.times

    def fits(self, call: Call) -> bool:
        """Whether it applies: the model by its whole name, the prompt by a part of it."""
        return (
            not self.spent
            and self.on in (call.step, "any")
            and self.model in (None, call.model)
            and (self.prompt is None or self.prompt in call.prompt)
        )


class Script:
    """The rules in force, oldest first."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(self, rule: Rule) -> Rule:
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()

    def take(self, call: Call, *, do: str | None = None) -> Rule | None:
        """The first rule that applies; it counts as used."""
        for rule in list(self.rules):
            if rule.fits(call) and do in (None, rule.do):
                rule.used += 1
                return rule
        return None

    def take_all(self, call: Call) -> list[Rule]:
        """Every rule that applies: a job can be slow and flagged."""
        rules = [rule for rule in list(self.rules) if rule.fits(call)]
        for rule in rules:
            rule.used += 1
        return rules
