"""Training of word vectors on the texts of a table, one step by hand, and alignment."""

from translearn_core.analysis.word_vectors.skip_gram_step import skip_gram_step
from translearn_core.config import AlignVectorsConfig, SkipGramStepConfig, WordVectorsConfig
from translearn_core.runs import artifacts
from translearn_core.training.word_vectors.align import align_vectors
from translearn_core.training.word_vectors.train import train_word_vectors
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.pretraining import texts_of


def train_vectors(context: Context[WordVectorsConfig]) -> None:
    """Train vectors on a table's texts."""
    config = context.config
    context.report("reading the texts")
    table = load_table(context.store.workspace, config.dataset)
    texts = [text for column in config.text_columns for text in texts_of(table, column)]
    context.store.forget_points(context.job.id)
    train_word_vectors(config, texts, context.folder, report=context.report, record=context.add_points)


def step_skip_gram(context: Context[SkipGramStepConfig]) -> None:
    """Take steps on one word of a sentence."""
    config = context.config
    step = skip_gram_step(
        config.words,
        config.centre,
        window=config.window,
        negatives=config.negatives,
        width=config.width,
        lr=config.lr,
        steps=config.steps,
        seed=config.seed,
    )
    artifacts.save(context.folder, step)


def align(context: Context[AlignVectorsConfig]) -> None:
    """Map one table of vectors into the space of another."""
    align_vectors(context.config, context.folder, report=context.report)
