"""Codes of rooms: six characters that are hard to guess and easy to read aloud."""

import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits without 0, O, 1 and I."""
LENGTH = 6


def new_code() -> str:
    """Return a random code; there are 32⁶, about a thousand million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalised(typed: str) -> str:
    """Return a typed code in capitals, without spaces and hyphens."""
    return "".join(typed.split()).replace("-", "").upper()
