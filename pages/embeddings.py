"""Embeddings: every text as a point, before and after training."""

from pages._ui import chosen, ending, film, heading, live, maps, replay, state
from translearn_core.config import AnatomyConfig, ExperimentConfig
from translearn_core.results import Anatomy

heading.top(
    "embeddings",
    "These are your texts as one layer of the model sees them, before and after training. If training "
    "moved texts of one class together, the after picture shows it; the numbers below each picture are the "
    "evidence, the picture is only a shadow of it.",
)
run = chosen.finished()
config = run.job.config
assert isinstance(config, ExperimentConfig)
anatomy = live.ask(AnatomyConfig(backbone=config.backbone), Anatomy, "Looking into the model")
if anatomy is None:
    ending.end()

maps.panel(run, anatomy)
film.panel(run, anatomy)
replay.panel(run, anatomy)
state.remember_run(run.id)
