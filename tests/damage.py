"""Damage files as faulty disks and copies do."""

import random
from pathlib import Path


def flip_bit(path: Path, chance: random.Random) -> None:
    """Flip one random bit of a file."""
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
