"""Prediction of every row of an uploaded table."""

from functools import partial

from pages._ui.datasets import data_sources, findings, read_options
from pages._ui.forms import config_fields
from pages._ui.runs import run_actions
from pages._ui.shell import jobs, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config import DataConfig, ExperimentConfig, ProblemType, TableKind
from translearn_core.jobs import PredictFileConfig, ReadConfig
from translearn_core.jobs.spec import LABELS, WORDS
from translearn_core.results import FileFormat, FilePrediction, TableProfile
from translearn_core.results.format import count_noun
from translearn_core.runs import Run

MOST = 200
"""Rows shown; the file has all."""

PRECISION_HELP = (
    "Choose how many of the answers that nobody reads again are to be right. The confidence threshold for it "
    "is chosen on validation rows and measured on test rows; rows below it are marked in the column review."
)


TOP_3 = {
    ProblemType.SINGLE_LABEL: "Top 3 classes",
    ProblemType.MULTI_LABEL: "Top 3 labels",
    ProblemType.TOKENS: "Top 3 tags",
}


def panel(run: Run[ExperimentConfig]) -> None:
    """Predict every row of an uploaded table; it comes back with the predictions as more columns."""
    words = run.job.config.data.problem in WORDS
    title = "A table with a word per row" if words else "A table with a column of texts"
    brought = data_sources.upload_texts(title, "upload_predict")
    if brought is not None:
        state.set_value("predict_dataset", brought)
        st.rerun()
    digest = state.get_value("predict_dataset")
    if digest is None or all(d.digest != digest for d in state.store().datasets(state.owner())):
        return
    read_config = ReadConfig(dataset=digest, texts_only=True)
    reading = jobs.submit_and_watch(read_config)
    if reading is not None or jobs.failed(read_config):
        dataset = state.store().dataset(state.owner(), digest)
        read_options.panel(dataset, reading, partial(state.set_value, "predict_dataset"))
    if reading is None:
        return
    findings.cards(reading.findings, "predict_read")
    names = [column.name for column in reading.columns]
    data = run.job.config.data
    columns = (
        _word_columns(data, names, reading) if words else _text_columns(data, names, reading.suggestion.text)
    )
    if columns is None:
        return
    config = PredictFileConfig(job=run.job.id, dataset=digest, **columns, **_options(run))
    predicted = run_actions.result_or_stop(config, "stop-predict_file")
    if predicted is not None:
        _result(predicted, reading.formats[0])


def _text_columns(data: DataConfig, names: list[str], suggested: str | None) -> dict[str, str] | None:
    """Choose the column of the texts, and that of the second texts of pairs; None while one is missing."""
    own = data.text if data.text_pair is not None and data.text in names else suggested
    text = config_fields.column("Text", names, own, "predict_column", "the model reads this column")
    if data.text_pair is None:
        return None if text is None else {"text": text}
    others = [name for name in names if name != text]
    second = config_fields.column(
        "Second text", others, data.text_pair, "predict_pair_column", "and this one: the run reads pairs"
    )
    return None if text is None or second is None else {"text": text, "text_pair": second}


def _word_columns(data: DataConfig, names: list[str], reading: TableProfile) -> dict[str, str] | None:
    """Choose the columns of the words and of the sentences; None while one is missing."""
    guess = reading.suggestion if reading.suggestion.sentence is not None else None
    own = data.text if data.text in names else guess and guess.text
    text = config_fields.column("Word", names, own, "predict_column", "the model labels this column's words")
    own = data.sentence if data.sentence in names else guess and guess.sentence
    hint = "each row is a word, and rows with the same value make a sentence"
    others = [name for name in names if name != text]
    sentence = config_fields.column("Sentence", others, own, "predict_sentence_column", hint)
    return None if text is None or sentence is None else {"text": text, "sentence": sentence}


def _options(run: Run[ExperimentConfig]) -> dict[str, float | int | None]:
    """Return the chosen number of classes and the wished precision, of a run that predicts labels."""
    if run.job.config.data.problem not in LABELS:
        return {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        several = st.toggle(TOP_3[run.job.config.data.problem], key="predict_top", persist_state="session")
        marked = st.toggle("Mark rows for review", key="predict_review", persist_state="session")
        percentage = st.number_input(
            "Precision of the other rows in %",
            50.0,
            99.9,
            95.0,
            1.0,
            key="predict_precision",
            disabled=not marked,
            help=PRECISION_HELP,
            persist_state="session",
            width=260,
        )
    return {"top_labels": 3 if several else 1, "review_precision": percentage / 100 if marked else None}


def _result(predicted: FilePrediction, form: FileFormat) -> None:
    st.markdown(f"**{count_noun(predicted.classified, 'row')}** predicted.")
    if predicted.blank:
        st.caption(f"{count_noun(predicted.blank, 'row')} without a text stay empty.")
    if predicted.review is not None:
        st.markdown(f"**{count_noun(predicted.to_review, 'row')}** marked for review.")
        st.caption(plain(predicted.review.summary))
    st.dataframe(predicted.counts, hide_index=True, key="predicted_counts")
    names = [name for name in predicted.table if name not in predicted.added]
    answers_first = predicted.table[[*predicted.added, *names]]
    st.dataframe(answers_first.head(MOST), hide_index=True, key="predicted_rows")
    if form.kind.delimiter and (note := predicted.encoding_note(form)):
        st.caption(plain(note))
    with st.container(horizontal=True):
        for kind in dict.fromkeys((form.kind, TableKind.CSV)):
            tables.download(
                predicted.frame,
                "predicted",
                key="predicted",
                label=f"The whole table as {kind.upper()}",
                kind=kind,
                raw=True,
                form=predicted.written_as(form, kind),
            )
