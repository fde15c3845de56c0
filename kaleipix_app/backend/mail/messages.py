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
