"""Zero-shot page: classify without labels, by descriptions of the classes."""

from pages._ui.clusters import cluster_form
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.few_labels import described_classes, description_form, earlier_result
from pages._ui.forms import cli_command, require_task, vectors
from pages._ui.results import report
from pages._ui.shell import navigation, page_header, st, state, tables
from translearn_core.config import FeatureConfig
from translearn_core.jobs import ZERO_SHOT, ZeroShotConfig

page_header.header(
    "zero_shot",
    "No label at all: say in words what each class is about, and see how far that goes before anybody labels "
    "a single text.",
)
draft, dataset = cluster_form.with_texts(), state.dataset()
if dataset is not None and draft.lacks_labels:
    described_classes.panel(dataset, draft)
    navigation.stop_page()
ready = require_task.require_task()
diagnostic.heading(ZERO_SHOT)
if not diagnostic.supported(ZERO_SHOT, ready.experiment):
    navigation.stop_page()
if ready.data.text_pair is not None:
    st.caption("A description is compared with one text: leave the second texts out on the Data page.")
    navigation.stop_page()
vectors.describe(ready)
draft = ready.draft
classes = description_form.choose(ready.diagnosis.classes, f"{ready.dataset.digest}-{ready.data.label}")
config = ZeroShotConfig(
    data=ready.data.model_copy(update={"train_rows": None, "subset_seed": None}),
    backbone=draft.backbone,
    classes=classes,
    features=FeatureConfig(pooling=draft.features.pooling, token_limit=draft.features.token_limit),
    precision=draft.training.precision,
    device=draft.training.device,
    seed=draft.training.seed,
)
result = diagnostic.result(ZERO_SHOT, config)
result, config = earlier_result.or_earlier(config, result, ready.diagnosis.classes)
if result is not None:
    diagnostic.show(ZERO_SHOT, result)
    tables.download(result.predictions, "zero-shot", key="zero_shot", label="Every test text as CSV")
    command = cli_command.zero_shot(ready, config)
    report.diagnostic_panel(
        f"Zero-shot on {ready.dataset.name}", config, ready.draft.diagnose, command=command
    )
