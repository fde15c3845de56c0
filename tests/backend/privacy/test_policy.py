"""The published texts say what the source says, and nothing that this installation does not do."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.privacy.policy import DOCUMENTS, Policies, render
from kaleipix_app.backend.settings import Settings
from tests.conftest import MovableClock

#: The tables of the document that the product was specified from.
ROWS = (
    (
        "Email address",
        "Authentication (login codes), account recovery, billing notifications",
        "Account lifetime + 30 days",
    ),
    ("Username", "Workspace URL, display", "Account lifetime + 30 days"),
    ("Telegram ID", "Bot account linking (optional)", "Account lifetime + 30 days"),
    ("Source images you upload", "Input for AI generation", "Until you delete them"),
    ("Generated images", "Your results", "Until you delete them"),
    ("Prompts", "Generation instructions, history", "Until you delete them"),
    (
        "User ID, prompt text, model used, timestamp",
        "Legal compliance, dispute resolution, abuse prevention",
        "12 months",
    ),
    ("Browser fingerprint (hash only)", "Multi-account abuse detection", "90 days"),
    ("IP address (hashed)", "Rate limiting, abuse detection", "90 days"),
    ("User-Agent, Accept-Language headers", "Automated bot detection", "90 days"),
    ("Account data", "", "Until deletion + 30 days"),
    ("Images and prompts", "", "Until you delete them"),
    ("Generation logs", "", "12 months"),
    ("Anti-fraud signals", "", "90 days"),
    ("Payment records", "", "As required by tax law (typically 7 years)"),
)
#: Its sentences, as they are in an installation in which everything that can be switched on is.
SENTENCES = (
    "is operated by Prism Ltd. For privacy inquiries, contact privacy@prism.example",
    "We do not store credit card numbers, bank details, or payment credentials.",
    "We receive only: transaction confirmation, plan selected, and amount paid.",
    "We share data with",
    "We do not sell, rent, or trade your personal data. We do not use your data for advertising.",
    "We do not share your content with other users unless you explicitly create a share link.",
    "If you are in the EU/EEA, you have the right to",
    "or write to privacy@prism.example . We respond within 30 days.",
    "Kaleipix uses",
    "We do not use analytics trackers (Google Analytics, Facebook Pixel, etc.). We do not set third-party cookies.",
    "AI generation is processed by RunPod and fal.ai, whose servers may be located in the United States.",
    "you acknowledge that your source images and prompts are transmitted to these providers",
    "We rely on the provider’s data processing agreements for compliance with EU data protection requirements.",
    "Kaleipix is not intended for users under 18 years of age. We do not knowingly collect data from minors.",
    "If we learn that a minor has created an account, we will delete it promptly.",
    "We may update this policy from time to time.",
    "Significant changes will be communicated via email or an in-app notice.",
    "The version date at the top of this page indicates when the policy was last revised.",
    "For privacy questions: privacy@prism.example",
)
RIGHTS = ("Access", "portability", "Rectification", "Erasure", "Restriction", "Objection", "Withdrawal", "Complaint")
PROCESSORS = ("RunPod", "fal.ai", "Lemon Squeezy", "Telegram")


def words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_of_the_source_is_there(row: tuple[str, str, str]) -> None:
    rows = [words(found) for found in re.findall(r"<tr>.*?</tr>", render("privacy", Settings()), re.DOTALL)]
    assert [found for found in rows if found.strip().startswith(row[0]) and row[1] in found and row[2] in found]


def test_every_sentence_of_the_source_is_there() -> None:
    everything = Settings(
        company_name="Prism Ltd",
        privacy_email="privacy@prism.example",
        fal_key=SecretStr("id:secret"),
        runpod_api_key=SecretStr("key"),
    )
    text = words(render("privacy", everything))
    assert [sentence for sentence in SENTENCES if sentence not in text] == []
    rights = text[text.index("Your rights") : text.index("To exercise these rights")]
    assert [right for right in RIGHTS if right not in rights] == []


def test_each_provider_is_named_where_data_goes_also_when_it_is_off() -> None:
    def transfers(settings: Settings) -> str:
        text = words(render("privacy", settings))
        return text[text.index("Where your data goes") : text.index("Your rights")]

    none = transfers(Settings())
    assert "RunPod ( not in use here ), fal.ai ( not in use here ): no source image and no prompt" in none
    one = transfers(Settings(fal_key=SecretStr("id:secret")))
    assert "processed by fal.ai, whose servers" in one
    assert "RunPod ( not in use here ): no source image" in one


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_fresh_installation_has_no_empty_bracket(document: str) -> None:
    text = words(render(document, Settings()))
    assert "the operator of this installation" in text or document == "cookies"
    assert not re.search(r"\)[a-z]", text), "a space is missing"
    for empty in ("[", "]", "( )", "()", "None", "contact .", "write to ."):
        assert empty not in text


def test_what_is_switched_off_is_named_with_these_words_alone() -> None:
    text = words(render("privacy", Settings()))
    for name in PROCESSORS:
        for at in (found.end() for found in re.finditer(re.escape(name), text)):
            assert "not in use here" in text[at : at + 60], name
    on = words(render("privacy", Settings(fal_key=SecretStr("id:secret"), company_name="Prism Ltd")))
    assert "AI generation is processed by fal.ai, whose servers may be located in the United States." in on
    assert "fal.ai (AI generation): gets your source images and prompts" in on
    assert "operated by Prism Ltd" in on
    both = words(render("privacy", Settings(fal_key=SecretStr("id:secret"), runpod_api_key=SecretStr("key"))))
    assert "processed by RunPod and fal.ai" in both


def test_trash_and_log_are_explained_where_it_matters() -> None:
    text = words(render("privacy", Settings()))
    assert "Until you delete them What you delete stays in your trash for 30 days" in text
    assert "stays for its time also when you delete the picture, the prompt or the whole account" in text


def test_what_an_operator_writes_is_text_and_no_markup() -> None:
    assert "<b>" not in render("privacy", Settings(company_name="<b>Bold</b>"))


async def test_a_version_is_kept_for_each_change(parts: Container, clock: MovableClock, tmp_path: Path) -> None:
    first = clock.time
    await parts.policies.publish()
    clock.move(days=3)
    await parts.policies.publish()  # the same text: a restart is no new version
    changed = Settings(data_dir=tmp_path / "data", company_name="Prism Ltd")
    policies = Policies(parts.db, clock, changed)
    await policies.publish()
    now = await policies.shown("privacy")
    shown = now.shown.edition
    assert (shown.number, shown.effective_at, now.shown.stands) == (2, clock.time, "present")
    assert [(one.edition.number, one.edition.effective_at) for one in now.versions] == [(2, clock.time), (1, first)]
    before = await policies.shown("privacy", 1)
    assert (before.shown.edition.effective_at, before.shown.stands) == (first, "earlier")
    assert "Prism Ltd" in now.body
    assert "Prism Ltd" not in before.body
    assert (await policies.shown("cookies")).shown.edition.number == 1


async def test_the_pages_are_whole_without_scripts(parts: Container) -> None:
    await parts.policies.publish()
    transport = httpx.ASGITransport(parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=parts.settings.url) as client:
        for document, title in DOCUMENTS.items():
            page = await client.get(f"/{document}")
            assert page.status_code == 200
            assert f"<h1>{title}</h1>" in page.text
            assert "<script" not in page.text
            assert "24 November 2026" in page.text
            assert "&lt;" not in page.text
        for wrong in ("2", "0", "x", "-1", "999999999999"):
            assert (await client.get(f"/privacy?version={wrong}")).status_code == 404, wrong
        assert (await client.get("/privacy?version=1")).status_code == 200
