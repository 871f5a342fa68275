"""Prediction of typed sentences."""

from typing import Any

import pandas as pd

from pages._ui.diagnostics import error_analysis
from pages._ui.results import tagged_sentences
from pages._ui.shell import page_header, st, state, tables
from pages._ui.shell.formatting import plain, short
from translearn_core import plots
from translearn_core.config import ExperimentConfig, ProblemType
from translearn_core.config.text_cells import TextCell, sides_of
from translearn_core.jobs.spec import WORDS
from translearn_core.results import Prediction
from translearn_core.results.format import percent
from translearn_core.runs import Run
from translearn_core.tasks.label_sets.multi_label import NO_LABEL

MOST = 100
"""Maximum number of sentences of one prediction."""


def cells(run: Run[ExperimentConfig]) -> tuple[TextCell, ...]:
    """Draw the form of a run, and return the sentences or the pair of sentences submitted last."""
    return sentences() if run.job.config.data.text_pair is None else pair()


def pair() -> tuple[TextCell, ...]:
    """Draw two text areas, and return the pair of sentences submitted last."""
    with st.form("ask_pair", border=False):
        left, right = st.columns(2)
        typed = [
            column.text_area(name, key=key, max_chars=20_000, height=110, persist_state="session").strip()
            for column, name, key in (
                (left, "First text", "first_text"),
                (right, "Second text", "second_text"),
            )
        ]
        if st.form_submit_button("Predict", type="primary", icon=":material/send:", key="predict_pair"):
            if not all(typed):
                st.warning("Type both texts: this run reads pairs.")
            state.set_value("asked_pair", (tuple(typed),) if all(typed) else ())
    submitted: tuple[TextCell, ...] = state.get_value("asked_pair", ())
    return submitted


def sentences() -> tuple[str, ...]:
    """Draw the text area, one sentence a line, and return the sentences submitted last."""
    with st.form("ask", border=False):
        typed = st.text_area(
            "One sentence a line", key="sentences", max_chars=20_000, height=110, persist_state="session"
        )
        if st.form_submit_button("Predict", type="primary", icon=":material/send:", key="predict"):
            lines = [line.strip() for line in typed.splitlines() if line.strip()]
            if len(lines) > MOST:
                st.caption(f"The first {MOST} lines are answered; use a file for more.")
            state.set_value("asked", tuple(lines[:MOST]))
    submitted: tuple[str, ...] = state.get_value("asked", ())
    return submitted


def temperature(run: Run[ExperimentConfig]) -> float | None:
    """Offer temperature scaling, if a temperature was fitted for the run; return it if chosen."""
    analysis = error_analysis.finished_analysis(run)
    if analysis is None or analysis.scaled.temperature == 1.0:
        return None
    t = analysis.scaled.temperature
    scaled = st.toggle(
        "Calibrated percentages",
        key="tempered",
        persist_state="session",
        help="temperature scaling: accuracy matches confidence on average; predictions stay the same",
    )
    if scaled:
        st.caption(f"Scaled by the temperature {t:.2f}, fitted on {analysis.n_validation:,} validation rows.")
    return t if scaled else None


def answers(prediction: Prediction) -> None:
    """Show each sentence's prediction and its nearest training texts; of words, the tags in the sentences."""
    if prediction.problem in WORDS:
        tagged_sentences.answers(prediction)
        return
    frame = prediction.frame()
    for number, text in enumerate(prediction.texts):
        with st.container(border=True, key=f"answer-{number}"):
            answer = prediction.decoded.iloc[number]
            for side in sides_of(text):
                st.text(short(side, 300))
            st.markdown(_answer(answer, prediction.problem))
            draw = plots.OUTPUT_PLOTS[prediction.problem].prediction
            near_texts = st.container()
            if draw is not None:
                left, near_texts = st.columns([2, 3])
                left.plotly_chart(
                    draw(prediction, number, page_header.dark()),
                    key=f"probabilities-{number}",
                    theme=None,
                    config={"displayModeBar": False},
                    alt="Outputs of the model",
                )
            near = prediction.neighbours[prediction.neighbours["text"] == number]
            if near.empty:
                continue
            with near_texts:
                st.caption("Nearest training texts", help=NEAR_HELP)
                st.dataframe(
                    near[[name for name in NEAR if name in near]],
                    hide_index=True,
                    key=f"near-{number}",
                    column_config=NEAR,
                )
    tables.download(frame, "predictions", key="predictions")


def _answer(answer: "pd.Series[Any]", problem: ProblemType) -> str:
    """Return a prediction with its confidence or interval."""
    predicted = answer["predicted"]
    if problem is ProblemType.MULTI_LABEL:
        exactly = percent(answer["confidence"])
        return f"**{plain(predicted) or NO_LABEL}** (exactly this set of labels: {exactly} sure)"
    if "confidence" in answer:
        return f"**{plain(predicted)}**, {percent(answer['confidence'])} sure"
    if not isinstance(predicted, float):
        return f"**{plain(predicted)}**"
    interval = f" (90 % interval: {answer['low']:.4g} to {answer['high']:.4g})" if "low" in answer else ""
    return f"**{predicted:.4g}**{interval}"


NEAR_HELP = "nearest neighbours in the last layer: they often show why the model predicts what it does"
NEAR: dict[str, object] = {
    "neighbour": st.column_config.TextColumn("text", width=250),
    "neighbour_pair": st.column_config.TextColumn("second text", width=250),
    "label": st.column_config.TextColumn(width=110),
    "similarity": st.column_config.NumberColumn("alike", format="%.2f", width=50),
    "row": st.column_config.NumberColumn(width=45),
}
"""Column labels of the nearest texts."""
