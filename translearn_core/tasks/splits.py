"""Order of the splits in arrays of split indices."""

from translearn_core.config import Split

SPLITS: tuple[Split, ...] = (Split.TRAIN, Split.VALIDATION, Split.TEST)
"""Order in which arrays number the splits."""

TRAIN, VALIDATION, TEST = range(len(SPLITS))
