"""Import path of the jackknife, which is part of `cka`."""

from translearn_core.analysis.similarity.cka import MIN_JACKKNIFE_ROWS as FEWEST
from translearn_core.analysis.similarity.cka import JackknifeCka, jackknife_cka

__all__ = ["FEWEST", "JackknifeCka", "jackknife_cka"]
