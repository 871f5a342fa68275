"""Zero-shot classification of a table without labels: classes in the person's own words."""

import pandas as pd
from pydantic import ValidationError

from pages._ui.clusters import cluster_labels, cluster_texts
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.few_labels.description_form import (
    CLASS_WIDTH,
    COLUMN,
    ROW_HEIGHT,
    WORDS,
    WORDS_WIDTH,
    choose_template,
    warn_alike,
)
from pages._ui.forms import cli_command, require_task
from pages._ui.results import report
from pages._ui.shell import errors, jobs, navigation, st, state
from pages._ui.shell.formatting import plain
from translearn_core.config import FeatureConfig, job_id
from translearn_core.config.few_labels.zero_shot import words_of_classes
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.jobs.diagnostics.unlabelled_texts import DESCRIBED_CLASSES, DescribedClassesConfig
from translearn_core.runs import Dataset

ROWS = 3
"""Empty rows of the table of classes at the start."""


def panel(dataset: Dataset, draft: state.Draft) -> None:
    """Choose the classes, give each text one, and offer to make them labels."""
    require_task.require_backbone()
    diagnostic.heading(DESCRIBED_CLASSES)
    if draft.text_pair is not None or draft.sentence is not None:
        st.caption(
            "A description is compared with one text: choose a column of texts alone on the Data page."
        )
        navigation.stop_page()
    config = _config(dataset, draft)
    result = None if config is None else diagnostic.result(DESCRIBED_CLASSES, config)
    if config is None or result is None:
        return
    cluster_texts.show(result)
    cluster_labels.panel(dataset, job_id(config), result)
    command = cli_command.clusters(dataset, config)
    report.diagnostic_panel(f"Zero-shot on {dataset.name}", config, command=command)


def _config(dataset: Dataset, draft: state.Draft) -> DescribedClassesConfig | None:
    """Draw the form; return the job, None until there are two classes and the backbone is known."""
    backbone_info = jobs.backbone_info(draft.backbone)
    if backbone_info is None:
        return None
    draft = state.fit_to(backbone_info)
    st.caption(plain(f"Column {draft.text} of {dataset.name}, in the vectors of {draft.backbone.label}."))
    template = choose_template()
    classes = _classes(dataset)
    if len(classes) < 2:
        st.caption("Name at least two classes, such as praise and complaint; words of your own help.")
        return None
    warn_alike(*zip(*classes, strict=True))
    try:
        return DescribedClassesConfig(
            dataset=dataset.digest,
            text=draft.text or "",
            backbone=draft.backbone,
            features=FeatureConfig(pooling=draft.features.pooling, token_limit=draft.features.token_limit),
            classes=tuple({"name": name, "text": text} for name, text in classes),  # type: ignore[misc]
            template=template.strip(),
            precision=draft.training.precision,
            device=draft.training.device,
            seed=draft.training.seed,
        )
    except ValidationError as problem:
        errors.show_error(explain_validation_error(problem))
        return None


def _classes(dataset: Dataset) -> list[tuple[str, str]]:
    """Draw the table of classes; return the name of each and its words, by default its name."""
    base, typed = (f"described.{part}-{dataset.digest}" for part in ("base", "typed"))
    if state.is_first_render() or state.get_value(base) is None:
        state.set_value(base, state.get_value(typed) or [("", "")] * ROWS)
        state.reset(f"described.editor-{dataset.digest}")
    edited = st.data_editor(
        pd.DataFrame(state.get_value(base), columns=[COLUMN, WORDS]),
        key=f"described.editor-{dataset.digest}",
        hide_index=True,
        num_rows="dynamic",
        row_height=ROW_HEIGHT,
        column_config={
            COLUMN: st.column_config.TextColumn(width=CLASS_WIDTH, max_chars=100),
            WORDS: st.column_config.TextColumn(
                width=WORDS_WIDTH,
                max_chars=2000,
                help="what its texts are about; empty: the name of the class",
            ),
        },
    )
    rows = [(_cell(name), _cell(text)) for name, text in edited[[COLUMN, WORDS]].itertuples(index=False)]
    state.set_value(typed, rows)
    usual = words_of_classes([name for name, _ in rows])
    return [(name, text or usual[name]) for name, text in rows if name]


def _cell(value: object) -> str:
    return "" if pd.isna(value) else " ".join(str(value).split())  # type: ignore[call-overload]
