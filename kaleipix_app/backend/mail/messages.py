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
