"""Export of a finished run as a self-contained zip, verified on its own test texts."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.backbones.metadata import licence_of
from translearn_core.backbones.silence import silence_transformers
from translearn_core.config import ExperimentConfig, from_scratch_control, job_id
from translearn_core.config.optional_deps import missing_onnx_message
from translearn_core.config.text_cells import Word, joined
from translearn_core.errors import ConfigError, TranslearnError
from translearn_core.exporting.archive import SCRIPTS, WORD_SCRIPT, add_architecture, add_script, pack
from translearn_core.exporting.model_card import Card, write_card
from translearn_core.exporting.onnx_export import write_onnx
from translearn_core.exporting.parity_check import Predictor, max_abs_difference, predict_sample
from translearn_core.exporting.templates import predict_tfidf
from translearn_core.exporting.templates.predict import Classifier
from translearn_core.exporting.templates.sentence_input import label_words
from translearn_core.exporting.weights import in_float32, save_model, save_names, save_record
from translearn_core.jobs import BaselinesConfig, ExportConfig
from translearn_core.jobs.spec import NUMBERS, WORDS
from translearn_core.results import BackboneInfo, Baselines, Evaluation, ExportFile, RunSummary
from translearn_core.results.backbone_info import TFIDF_INFO
from translearn_core.runs import artifacts
from translearn_core.runs.workspace import EDITS, READ_OPTIONS
from translearn_core.storage import temporary_folder
from translearn_core.transfer import FineTunedModel, TrainedModel, load_trained
from translearn_core.transfer.saved_model import FOLDER as MODEL
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import load_evaluation, training_config

FILE = "model.zip"


def export(context: Context[ExportConfig]) -> None:
    """Write a run's model, prediction scripts and model card into one zip in the job's folder."""
    config = context.config
    if config.onnx and (message := missing_onnx_message()):
        raise TranslearnError(message)
    experiment = training_config(context, config.job)
    evaluation = load_evaluation(context, config.job)
    context.report("loading the model")
    trained = load_trained(context.store.workspace.run(config.job))
    with temporary_folder(context.folder) as folder:
        if isinstance(trained, FineTunedModel):
            info = trained.model.loaded_backbone.info
            difference = _write(context, folder, in_float32(trained), experiment, evaluation)
        else:
            info, difference = TFIDF_INFO, None
            _write_tfidf(context, folder, trained, experiment, evaluation)
        write_card(folder, _card(context, config, info, evaluation, difference))
        names = pack(folder, context.folder / FILE, context.report)
    size = (context.folder / FILE).stat().st_size
    artifacts.save(context.folder, ExportFile(FILE, size, names, difference))


def _write(
    context: Context[ExportConfig],
    folder: Path,
    trained: FineTunedModel,
    experiment: ExperimentConfig,
    evaluation: Evaluation,
) -> float | None:
    """Write and verify all files but the card; return the ONNX file's largest error, None without one."""
    texts = predict_sample(evaluation)
    context.report("asking the model")
    expected = trained.predict(texts).predictions  # before adapters are merged
    context.report("writing the model")
    save_model(folder, trained, experiment)
    _add_record(context, folder, experiment, evaluation)
    for name in SCRIPTS:
        add_script(folder, name)
    words = trained.problem in WORDS
    if words:
        add_script(folder, WORD_SCRIPT)
    if trained.model.loaded_backbone.info.is_word_vectors:
        add_architecture(folder)
    with silence_transformers():
        classifier = Classifier(folder)
    unit = _unit(trained, expected)
    predict = _of_words(classifier) if words else lambda *a: classifier.answer(*a).numpy()
    max_abs_difference(predict, texts, expected, "predict.py", context.report, unit)
    if not context.config.onnx:
        return None
    context.report("writing the ONNX file, which takes a while")
    name = f"{experiment.backbone.label} ({trained.model.loaded_backbone.info.architecture})"
    write_onnx(
        folder, classifier, name, inputs=classifier.inputs, pad=classifier.pad, tokens=trained.token_limit,
        siamese=classifier.siamese,
    )  # fmt: skip
    add_script(folder, "predict_onnx.py")
    from translearn_core.exporting.templates import predict_onnx  # optional dependency

    session = predict_onnx.Classifier(folder)
    predict = _of_words(session) if words else session.answer
    return max_abs_difference(predict, texts, expected, "The ONNX file", context.report, unit)


def _of_words(classifier: Any) -> Predictor:
    """Return a function that predicts words in their sentences with the ``Classifier`` of an export."""

    def predict(words: Sequence[Word], batch: int) -> NDArray[np.floating]:
        of_sentences = label_words(classifier, [word.sentence.split(" ") for word in words], batch)
        pairs = zip(of_sentences, words, strict=True)
        return np.stack([np.asarray(outputs[word.position]) for outputs, word in pairs])

    return predict


def _write_tfidf(
    context: Context[ExportConfig],
    folder: Path,
    trained: TrainedModel,
    experiment: ExperimentConfig,
    evaluation: Evaluation,
) -> None:
    """Write and verify all files of a TF-IDF model but the card."""
    if context.config.onnx:
        raise ConfigError("onnx", True, "it off: a TF-IDF model needs numpy alone", verb="leave")
    texts = predict_sample(evaluation)
    context.report("writing the model")
    for name in ("terms.json", "trained.safetensors"):
        shutil.copy(context.store.workspace.run(context.config.job) / MODEL / name, folder / name)
    save_names(folder, trained)
    _add_record(context, folder, experiment, evaluation)
    for name in SCRIPTS:
        add_script(folder, name, source_name="predict_tfidf.py" if name == "predict.py" else None)
    classifier = predict_tfidf.Classifier(folder)
    expected = trained.predict(texts).predictions
    if trained.problem in WORDS:  # each word is a text
        texts = [joined(word) for word in texts]
    max_abs_difference(
        lambda some, _: classifier.answer(some), texts, expected, "predict.py", context.report,
        _unit(trained, expected),
    )  # fmt: skip


def _unit(trained: TrainedModel, outputs: NDArray[np.floating]) -> float:
    """Return the size that differences of outputs are measured in: 1 for probabilities."""
    return (float(outputs.std()) or 1.0) if trained.problem in NUMBERS else 1.0


def _add_record(
    context: Context[ExportConfig], folder: Path, experiment: ExperimentConfig, evaluation: Evaluation
) -> None:
    """Write settings and scores, and what a person chose or changed in the files."""
    save_record(folder, experiment, evaluation)
    options = context.store.workspace.read_options(experiment.data.dataset)
    if options.given:
        (folder / READ_OPTIONS).write_text(options.model_dump_json(), encoding="utf-8")
    if (edits := context.store.workspace.edits(experiment.data.dataset)) is not None:
        (folder / EDITS).write_text(edits.model_dump_json(), encoding="utf-8")


def _card(
    context: Context,
    config: ExportConfig,
    info: BackboneInfo,
    evaluation: Evaluation,
    difference: float | None,
) -> Card:
    """Gather the model card; baselines only if computed before, preferably with the from-scratch run."""
    workspace = context.store.workspace
    experiment = training_config(context, config.job)
    scratch = None
    if not experiment.backbone.is_tfidf:
        scratch = job_id(from_scratch_control(experiment, info.n_blocks))
    questions = (BaselinesConfig(job=config.job, from_scratch_run=job) for job in (scratch, None))
    baselines = (artifacts.load(workspace.run(job_id(question)), Baselines) for question in questions)
    return Card(
        name=config.name or "A text model",
        data=config.data,
        job=config.job,
        config=experiment,
        backbone_info=info,
        licence=None if experiment.backbone.is_tfidf else licence_of(experiment.backbone),
        evaluation=evaluation,
        summary=context.result(config.job, RunSummary),
        baselines=next((result for result in baselines if result is not None), None),
        onnx_difference=difference,
    )
