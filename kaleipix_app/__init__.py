"""Kaleipix: an AI image studio that anyone can run."""

__version__ = "0.1.0"
