"""What the house writes to people: one function per mail.

Lines stay short and ASCII, so that no mail program has to decode anything before the code can be read.
"""

from __future__ import annotations

from kaleipix_app.backend.mail.base import Message
from kaleipix_app.backend.tokens import show_code


def sign_in_code(*, to: str, code: str, url: str, minutes: int) -> Message:
    """The code for signing in; it is the only text of the shape XXXX-XXXX in the mail."""
    text = f"""\
Hello,

this is your code to sign in to Kaleipix at
{url}

    {show_code(code)}

It is valid for {minutes} minutes, once, and only in the browser that asked
for it. Never pass it on: nobody from Kaleipix will ask you for it.

If that was not you, just ignore this mail. Nobody can sign in
without the code.
"""
    return Message(to=to, subject="Your Kaleipix sign-in code", text=text)


def fresh_code(*, to: str, code: str, minutes: int) -> Message:
    """The code before something sensitive."""
    text = f"""\
Hello,

somebody who is signed in to your Kaleipix account wants to change
something important there. If it is you, confirm it with this code:

    {show_code(code)}

It is valid for {minutes} minutes, once. Never pass it on: nobody from
Kaleipix will ask you for it.

If that was not you, do not use it: open your account page and sign out
the browsers that you do not know.
"""
    return Message(to=to, subject="Your Kaleipix confirmation code", text=text)


def new_address_code(*, to: str, code: str, minutes: int) -> Message:
    """The code that shows that a new address is the person's own."""
    text = f"""\
Hello,

somebody wants to use this address for their Kaleipix account. If it is
you, confirm it with this code:

    {show_code(code)}

It is valid for {minutes} minutes, once. Never pass it on: nobody from
Kaleipix will ask you for it.

If that was not you, just ignore this mail. Nothing changes without
the code.
"""
    return Message(to=to, subject="Confirm your new address for Kaleipix", text=text)


def address_taken(*, to: str) -> Message:
    """Told to the owner alone: the page of whoever tried says nothing."""
    text = """\
Hello,

somebody wanted to use this address for another Kaleipix account. It
has an account already, so nothing was changed and nobody was told.

If it was you: sign in with this address, or choose another one for
the other account. If it was not, you need not do anything.
"""
    return Message(to=to, subject="Your Kaleipix address was asked for", text=text)


def address_changed(*, to: str) -> Message:
    """The last mail to the address that was."""
    text = """\
Hello,

the address of your Kaleipix account was changed. Codes and notices go
to the new address from now on, and this one no longer signs in to
that account.

The change was confirmed with a code at both addresses. If that was
not you, please write to the operator of this site at once.
"""
    return Message(to=to, subject="Your Kaleipix address was changed", text=text)


def account_deleted(*, to: str, day: str) -> Message:
    """What happens now, and the way back."""
    text = f"""\
Hello,

your Kaleipix account is deleted. Your pictures and prompts are gone.
The account itself stays until {day}: sign in before that
day and it is yours again, without the pictures. After it the account
is erased, with this address.

If that was not you, sign in at once and write to the operator of
this site.
"""
    return Message(to=to, subject="Your Kaleipix account is deleted", text=text)


def account_restored(*, to: str) -> Message:
    """Told, because somebody else with the mailbox could have done it."""
    text = """\
Hello,

you signed in to your deleted Kaleipix account, so it is yours again.
The pictures and prompts that were in it are gone.

If you want it to be deleted after all, do it on the account page.
"""
    return Message(to=to, subject="Your Kaleipix account is back", text=text)


def export_ready(*, to: str, url: str, hours: int) -> Message:
    """Announces the copy; the address works for its person alone."""
    text = f"""\
Hello,

the copy of your data that you asked for is ready. Sign in and
download it within {hours} hours from your privacy centre:
{url}

If you did not ask for it, somebody else is signed in as you: end
their session on your account page.
"""
    return Message(to=to, subject="Your Kaleipix data is ready", text=text)


def generation_ended(*, to: str, is_done: bool, pictures: int, minutes: int, url: str, off: str) -> Message:
    """Told to who asked for it. What was written stays out of the mail: the page has it."""
    took = "a minute" if minutes <= 1 else f"{minutes} minutes"
    ready = "our picture is ready" if pictures == 1 else f"our {pictures} pictures are ready"
    what = (
        f"y{ready}, after {took}:"
        if is_done
        else f"what you asked for {took} ago could not be made. The credits\ncame back:"
    )
    text = f"""\
Hello,

{what}
{url}

You asked for this mail. Your account page switches it off:
{off}
"""
    return Message(to=to, subject=f"Y{ready}" if is_done else "A picture could not be made", text=text)


def privacy_request(*, to: str, reference: str, username: str, day: str) -> Message:
    """Tells the operator that somebody waits; what they wrote is in the studio alone."""
    text = f"""\
Hello,

{username} has sent a privacy request to your Kaleipix studio.
Reference: {reference}

It has to be answered by {day}. What it says is in the studio alone:

    python -m kaleipix_app requests list
"""
    return Message(to=to, subject="A privacy request is waiting", text=text)


def privacy_request_due(*, to: str, reference: str, day: str, is_overdue: bool) -> Message:
    """Reminds the operator, once before the day and once after it."""
    due = f"has had to be answered by {day}. It is overdue" if is_overdue else f"has to be answered by {day}"
    text = f"""\
Hello,

a privacy request to your Kaleipix studio
{due}.
Reference: {reference}

Read and answer it with:

    python -m kaleipix_app requests list
    python -m kaleipix_app requests answer {reference} --text "..."
"""
    subject = "A privacy request is overdue" if is_overdue else "A privacy request is due soon"
    return Message(to=to, subject=subject, text=text)


def privacy_answer(*, to: str, day: str, answer: str, url: str) -> Message:
    """The answer to somebody's request; it is on their privacy page too."""
    text = f"""\
Hello,

this is the answer to the privacy request that you sent on {day}:

{answer}

It is also in your privacy centre, with what you asked:
{url}
"""
    return Message(to=to, subject="The answer to your privacy request", text=text)


def policy_changed(*, to: str, key: str, day: str, changes: str, url: str) -> Message:
    """A significant change of the privacy policy, once to each person."""
    text = f"""\
Hello,

the privacy policy of Kaleipix has a new version, of {day}.
What is different in it:
{changes}

The whole policy:
{url}/privacy

You need not do anything. If you do not agree, you can take your data
with you and delete your account at any time:
{url}/account
"""
    return Message(to=to, subject=f"The Kaleipix privacy policy of {day}", text=text, key=key)
