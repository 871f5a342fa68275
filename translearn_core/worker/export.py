"""Export of a finished run as a self-contained zip, verified on its own test texts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from translearn_core.backbones.silence import silence_transformers
from translearn_core.config import ExperimentConfig, from_scratch_control, job_id
from translearn_core.config.optional_deps import missing_onnx_message
from translearn_core.errors import TranslearnError
from translearn_core.exporting.archive import SCRIPTS, add_script, pack
from translearn_core.exporting.model_card import Card, licence_of, write_card
from translearn_core.exporting.onnx_export import write_onnx
from translearn_core.exporting.parity_check import max_abs_difference, predict_sample
from translearn_core.exporting.templates.predict import Classifier
from translearn_core.exporting.weights import in_float32, save_model, save_record
from translearn_core.jobs import BaselinesConfig, ExportConfig
from translearn_core.results import Baselines, Evaluation, ExportFile, RunSummary
from translearn_core.runs import artifacts
from translearn_core.runs.workspace import READ_OPTIONS
from translearn_core.storage import temporary_folder
from translearn_core.transfer import FineTunedModel, load_trained
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
    trained = in_float32(load_trained(context.store.workspace.run(config.job)))
    with temporary_folder(context.folder) as folder:
        difference = _write(context, folder, trained, experiment, evaluation)
        write_card(folder, _card(context, config, trained, evaluation, difference))
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
    save_record(folder, experiment, evaluation)
    options = context.store.workspace.read_options(experiment.data.dataset)
    if options.given:
        (folder / READ_OPTIONS).write_text(options.model_dump_json(), encoding="utf-8")
    for name in SCRIPTS:
        add_script(folder, name)
    with silence_transformers():
        classifier = Classifier(folder)

    def predict(some: Sequence[str], batch: int) -> NDArray[np.floating]:
        probabilities: NDArray[np.floating] = classifier.answer(some, batch).numpy()
        return probabilities

    max_abs_difference(predict, texts, expected, "predict.py", context.report)
    if not context.config.onnx:
        return None
    context.report("writing the ONNX file, which takes a while")
    name = f"{experiment.backbone.label} ({trained.model.loaded_backbone.info.architecture})"
    write_onnx(
        folder, classifier, name, inputs=classifier.inputs, pad=classifier.pad, tokens=trained.token_limit
    )
    add_script(folder, "predict_onnx.py")
    from translearn_core.exporting.templates import predict_onnx  # optional dependency

    return max_abs_difference(
        predict_onnx.Classifier(folder).answer, texts, expected, "The ONNX file", context.report
    )


def _card(
    context: Context,
    config: ExportConfig,
    trained: FineTunedModel,
    evaluation: Evaluation,
    difference: float | None,
) -> Card:
    """Gather the model card; baselines only if computed before, preferably with the from-scratch run."""
    workspace = context.store.workspace
    experiment = training_config(context, config.job)
    scratch = job_id(from_scratch_control(experiment, trained.model.loaded_backbone.n_blocks))
    questions = (BaselinesConfig(job=config.job, from_scratch_run=job) for job in (scratch, None))
    baselines = (artifacts.load(workspace.run(job_id(question)), Baselines) for question in questions)
    return Card(
        name=config.name or "A text classifier",
        data=config.data,
        job=config.job,
        config=experiment,
        backbone_info=trained.model.loaded_backbone.info,
        licence=licence_of(experiment.backbone),
        evaluation=evaluation,
        summary=context.result(config.job, RunSummary),
        baselines=next((result for result in baselines if result is not None), None),
        onnx_difference=difference,
    )
