"""One experiment from its data to what is kept of it."""

from translearn_core.experiment.building import build, check
from translearn_core.experiment.material import augmented
from translearn_core.experiment.running import run_experiment

__all__ = ["augmented", "build", "check", "run_experiment"]
