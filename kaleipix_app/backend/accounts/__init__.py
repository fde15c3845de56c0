"""People: sign-in, sessions, usernames."""
