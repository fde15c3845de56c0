"""Keeping the house usable: limits, guesses, networks, signals."""
