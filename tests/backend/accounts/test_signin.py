"""Codes, attempts and races, below HTTP. What a browser sees is in `../api/test_session.py`."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from kaleipix_app.backend.accounts.addresses import read_address
from kaleipix_app.backend.accounts.models import LoginChallenge, LoginSession, User
from kaleipix_app.backend.accounts.signin import NeedsRegistration, Progress, SignedIn
from kaleipix_app.backend.accounts.usernames import read_username
from kaleipix_app.backend.errors import BadInput, Conflict, KaleipixError
from kaleipix_app.backend.privacy.models import PolicyAcknowledgement
from kaleipix_app.backend.privacy.publishing import Publishing
from tests.backend.accounts.desk import ADMIN, CODE, Desk, Outcome, other_code
from tests.conftest import MovableClock


def _refusal(outcome: Outcome) -> str:
    assert isinstance(outcome, KaleipixError), outcome
    return outcome.code


async def _rows(desk: Desk) -> list[LoginChallenge]:
    async with desk.db.reading() as uow:
        return list((await uow.session.exec(select(LoginChallenge))).all())


async def test_a_new_person_chooses_a_name_and_is_in(desk: Desk, clock: MovableClock) -> None:
    secret = await desk.ask("Ann.Lee@Example.com")
    assert isinstance(await desk.verify(secret, await desk.code()), NeedsRegistration)
    done = await desk.register(secret, "Ann-Lee")

    assert done.username == "ann-lee"
    async with desk.db.reading() as uow:
        viewer = await desk.sessions.viewer(uow, done.secret)
        user = (await uow.session.exec(select(User))).one()
    assert viewer
    assert (viewer.username, viewer.email, viewer.is_admin) == ("ann-lee", "Ann.Lee@example.com", False)
    assert (user.email, user.adult_confirmed_at) == ("ann.lee@example.com", clock.now())


async def test_signing_up_acknowledges_what_was_announced_before(desk: Desk, clock: MovableClock) -> None:
    await Publishing(desk.db, clock).publish("Backups.", clock.now().date(), significant=True)
    viewer = await desk.signed_in("ann@example.com", "ann")
    async with desk.db.reading() as uow:
        known = (await uow.session.exec(select(PolicyAcknowledgement))).one()
    assert (known.user_id, known.version_id, known.way) == (viewer.user_id, "privacy-1", "sign-up")


async def test_a_known_person_needs_only_the_code(desk: Desk, clock: MovableClock) -> None:
    await desk.join("ann@example.com", "ann")
    clock.move(minutes=2)
    secret = await desk.ask("ANN@example.com")

    done = await desk.verify(secret, await desk.code())

    assert isinstance(done, SignedIn)
    assert done.username == "ann"


@pytest.mark.parametrize(
    "style", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:2]} {code[2:]} "]
)
async def test_case_dash_and_spaces_do_not_matter(desk: Desk, style: object) -> None:
    assert callable(style)
    secret = await desk.ask("ann@example.com")

    assert isinstance(await desk.verify(secret, style(await desk.code())), NeedsRegistration)


async def test_after_five_wrong_codes_the_right_one_is_refused_too(desk: Desk) -> None:
    secret = await desk.ask("ann@example.com")
    code = await desk.code()

    assert [_refusal(await desk.verify(secret, other_code(code))) for _ in range(5)] == ["code_wrong"] * 5
    assert _refusal(await desk.verify(secret, code)) == "code_locked"


async def test_fifty_parallel_guesses_are_counted_exactly(desk: Desk) -> None:
    secret = await desk.ask("ann@example.com")
    code = await desk.code()
    guesses = [other_code(code)] * 49 + [code]

    outcomes = await asyncio.gather(*(desk.verify(secret, guess) for guess in guesses))

    refusals = [_refusal(outcome) for outcome in outcomes]
    assert refusals.count("code_wrong") == 5  # only these were compared; the right one came too late
    assert refusals.count("code_locked") == 45
    assert [row.attempts for row in await _rows(desk)] == [5]


async def test_the_right_code_twice_at_once_signs_in_once(desk: Desk, clock: MovableClock) -> None:
    await desk.join("ann@example.com", "ann")
    clock.move(minutes=2)
    secret = await desk.ask("ann@example.com")
    code = await desk.code()

    outcomes = await asyncio.gather(*(desk.verify(secret, code) for _ in range(4)))

    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert {_refusal(outcome) for outcome in outcomes if not isinstance(outcome, SignedIn)} == {"code_used"}


async def test_a_code_expires_after_ten_minutes(desk: Desk, clock: MovableClock) -> None:
    secret = await desk.ask("ann@example.com")
    clock.move(minutes=9, seconds=59)
    early = await desk.code()
    other = await desk.ask("bob@example.com")
    late = await desk.code()

    assert isinstance(await desk.verify(secret, early), NeedsRegistration)
    clock.move(minutes=10)
    assert _refusal(await desk.verify(other, late)) == "code_expired"


async def test_a_code_works_in_the_browser_that_asked_and_nowhere_else(desk: Desk) -> None:
    await desk.ask("ann@example.com")
    code = await desk.code()
    elsewhere = await desk.ask("bob@example.com")

    assert _refusal(await desk.verify("", code)) == "code_not_asked_here"
    assert _refusal(await desk.verify("invented", code)) == "code_not_asked_here"
    assert _refusal(await desk.verify(elsewhere, code)) == "code_wrong"


async def test_a_new_code_replaces_the_old_one(desk: Desk, clock: MovableClock) -> None:
    secret = await desk.ask("ann@example.com")
    old = await desk.code()
    clock.move(minutes=1)
    again = await desk.ask("Ann@example.com", secret)
    new = await desk.code()

    assert _refusal(await desk.verify(again, old)) == "code_wrong"
    assert isinstance(await desk.verify(again, new), NeedsRegistration)
    assert [(row.sends, row.attempts) for row in await _rows(desk)] == [(2, 2)]


async def test_a_new_code_gives_five_new_attempts(desk: Desk, clock: MovableClock) -> None:
    secret = await desk.ask("ann@example.com")
    for _ in range(6):
        await desk.verify(secret, other_code(await desk.code()))
    clock.move(minutes=1)
    secret = await desk.ask("ann@example.com", secret)

    assert isinstance(await desk.verify(secret, await desk.code()), NeedsRegistration)


async def test_another_address_in_the_same_browser_ends_the_first_code(desk: Desk) -> None:
    first = await desk.ask("ann@example.com")
    code = await desk.code()
    second = await desk.ask("bob@example.com", first)

    assert second != first
    assert _refusal(await desk.verify(first, code)) == "code_expired"


@pytest.mark.parametrize(
    "typed", ["", "K7QF", "K7QF-2M9DX", "Ä7QF-2M9D", "\ud8007QF-2M9D", None, 12345678, ["K7QF2M9D"]]
)
async def test_what_cannot_be_a_code_costs_no_attempt(desk: Desk, typed: object) -> None:
    secret = await desk.ask("ann@example.com")
    async with desk.db.unit_of_work() as uow:
        outcome = await desk.signin.verify(uow, secret, typed)

    assert _refusal(outcome) == "bad_input"
    assert [row.attempts for row in await _rows(desk)] == [0]


async def test_registering_waits_15_minutes_and_no_longer(desk: Desk, clock: MovableClock) -> None:
    secret = await desk.ask("ann@example.com")
    await desk.verify(secret, await desk.code())
    clock.move(minutes=14)
    with pytest.raises(BadInput, match="18 or older"):
        await desk.register(secret, "ann", adult=False)
    clock.move(minutes=1)
    with pytest.raises(BadInput) as refused:
        await desk.register(secret, "ann")

    assert refused.value.code == "code_expired"


async def test_a_finished_sign_in_cannot_be_replayed(desk: Desk) -> None:
    secret = await desk.ask("ann@example.com")
    await desk.verify(secret, await desk.code())

    twice = (desk.register(secret, "ann"), desk.register(secret, "anouk"))
    outcomes = await asyncio.gather(*twice, return_exceptions=True)

    assert sorted(getattr(outcome, "code", "done") for outcome in outcomes) == ["code_used", "done"]


async def test_nobody_registers_before_the_code_was_right(desk: Desk) -> None:
    secret = await desk.ask("ann@example.com")

    for cookie in (secret, "", "invented"):
        with pytest.raises(BadInput):
            await desk.register(cookie, "ann")
    async with desk.db.reading() as uow:
        assert (await uow.session.exec(select(User))).first() is None


@pytest.mark.parametrize("adult", [False, None, "true", "on", 1, [True]])
async def test_only_a_clear_yes_to_18_makes_an_account(desk: Desk, adult: object) -> None:
    secret = await desk.ask("ann@example.com")
    await desk.verify(secret, await desk.code())

    with pytest.raises(BadInput) as refused:
        await desk.register(secret, "ann", adult)
    assert refused.value.code == "adults_only"
    assert (await desk.register(secret, "ann")).username == "ann"  # a box forgotten is not the end


@pytest.mark.parametrize("wanted", ["ann", "ANN", "a-nn"])
async def test_a_taken_name_is_refused_and_another_can_be_chosen(desk: Desk, wanted: str) -> None:
    await desk.join("ann@example.com", "ann")
    secret = await desk.ask("other@example.com")
    await desk.verify(secret, await desk.code())

    with pytest.raises(Conflict, match="taken"):
        await desk.register(secret, wanted)
    assert (await desk.register(secret, "annette")).username == "annette"


async def test_five_people_want_the_same_name_at_once(desk: Desk) -> None:
    secrets = []
    for number in range(5):
        secret = await desk.ask(f"person{number}@example.com")
        await desk.verify(secret, await desk.code())
        secrets.append(secret)

    outcomes = await asyncio.gather(*(desk.register(secret, "nova") for secret in secrets), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 4 + ["SignedIn"]


async def test_one_person_in_two_browsers_gets_one_account(desk: Desk, clock: MovableClock) -> None:
    secrets = []
    for _ in range(2):
        secret = await desk.ask("ann@example.com")
        await desk.verify(secret, await desk.code())
        secrets.append(secret)
        clock.move(minutes=1)

    outcomes = [await desk.register(secret, name) for secret, name in zip(secrets, ("ann", "anouk"), strict=True)]

    assert [outcome.username for outcome in outcomes] == ["ann", "ann"]


async def test_one_person_in_two_browsers_at_once_gets_one_account(desk: Desk, clock: MovableClock) -> None:
    secrets = []
    for _ in range(2):
        secret = await desk.ask("ann@example.com")
        await desk.verify(secret, await desk.code())
        secrets.append(secret)
        clock.move(minutes=1)

    wanted = zip(secrets, ("ann", "anouk"), strict=True)
    outcomes = await asyncio.gather(*(desk.register(secret, name) for secret, name in wanted))

    assert len({outcome.username for outcome in outcomes}) == 1


async def test_an_address_that_another_browser_made_an_account_of_meanwhile_is_that_account(desk: Desk) -> None:
    await desk.join("ann@example.com", "ann")
    async with desk.db.unit_of_work() as uow:  # as if it had not been there a moment before
        user = await desk.signin._create(uow, read_address("ann@example.com"), read_username("anouk"))
    assert user.username == "ann"


async def test_admins_come_from_the_settings_at_each_sign_in(desk: Desk, clock: MovableClock) -> None:
    await desk.join(ADMIN, "boss")
    await desk.join("ann@example.com", "ann")
    async with desk.db.unit_of_work() as uow:
        users = (await uow.session.exec(select(User).order_by(User.username))).all()
        assert [user.is_admin for user in users] == [False, True]
        for user in users:
            user.is_admin = not user.is_admin
    clock.move(minutes=2)

    for email in (ADMIN, "ann@example.com"):
        await desk.verify(await desk.ask(email), await desk.code())

    async with desk.db.reading() as uow:
        users = (await uow.session.exec(select(User).order_by(User.username))).all()
        assert [user.is_admin for user in users] == [False, True]


async def test_a_suspended_person_is_told_so_only_after_the_right_code(desk: Desk, clock: MovableClock) -> None:
    await desk.join("ann@example.com", "ann")
    async with desk.db.unit_of_work() as uow:
        (await uow.session.exec(select(User))).one().suspended_at = clock.now()
    clock.move(minutes=2)
    secret = await desk.ask("ann@example.com")
    code = await desk.code()

    assert _refusal(await desk.verify(secret, other_code(code))) == "code_wrong"
    assert _refusal(await desk.verify(secret, code)) == "suspended"
    assert _refusal(await desk.verify(secret, code)) == "code_used"


async def test_a_reloaded_login_page_goes_on_where_it_was(desk: Desk, clock: MovableClock) -> None:
    async def step(secret: str) -> Progress:
        async with desk.db.reading() as uow:
            return await desk.signin.step(uow, secret)

    secret = await desk.ask("Ann@example.com")
    assert await step("") == ("email", "")
    assert await step("invented") == ("email", "")
    assert await step(secret) == ("code", "Ann@example.com")
    await desk.verify(secret, await desk.code())
    assert await step(secret) == ("register", "Ann@example.com")
    await desk.register(secret, "ann")
    assert await step(secret) == ("email", "")
    other = await desk.ask("bob@example.com")
    clock.move(minutes=10)
    assert await step(other) == ("email", "")


async def test_the_database_holds_neither_codes_nor_secrets(desk: Desk) -> None:
    done = await desk.join("ann@example.com", "ann")
    challenge = await desk.ask("bob@example.com")
    code = await desk.code()

    async with desk.db.reading() as uow:
        rows = [
            *(await uow.session.exec(select(LoginChallenge))).all(),
            *(await uow.session.exec(select(LoginSession))).all(),
        ]
    stored = " ".join(row.model_dump_json() for row in rows)
    for secret in (done.secret, challenge, code, code.replace("-", "")):
        assert secret not in stored


async def test_no_mail_leaves_when_the_transaction_fails(desk: Desk) -> None:
    address = desk.signin.admit("ann@example.com", "203.0.113.0/24")

    async def ask_and_fail() -> None:
        async with desk.db.unit_of_work() as uow:
            await desk.signin.ask(uow, address, "")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await ask_and_fail()

    assert await desk.mails() == []


async def test_the_mail_says_what_a_person_needs_to_know(desk: Desk) -> None:
    await desk.ask("ann@example.com")
    (text,) = await desk.mails()

    assert len(CODE.findall(text)) == 1
    for hint in ("10 minutes", "browser that asked", "not you", "http://localhost:3000"):
        assert hint in text
