"""Column form: text and label columns, split, findings, class counts and text lengths."""

from collections.abc import Sequence

from pages._ui.datasets import findings, split_form
from pages._ui.forms import config_fields
from pages._ui.shell import language, navigation, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ProblemType, TargetConfig
from translearn_core.config.data import MAX_TARGETS
from translearn_core.reporting.diagnostics.data_profile import ROWS
from translearn_core.results import Column, Diagnosis, TableProfile
from translearn_core.results.format import count_noun, percent
from translearn_core.tasks import PROBLEMS

LACKING = "Choose two different columns, one with the texts and one with the labels."
ONE_COLUMN = (
    "This table has one column, and two are needed to learn, one with the texts and one with the labels. "
    "Choose the delimiter above if the columns were not separated; texts alone can be classified on the "
    "Predict page."
)

CLASSES = "Classes"
UNLABELLED = (
    "different texts that self-training and label spreading can learn from; choose it on the Recipe page"
)


def columns(reading: TableProfile) -> state.Draft:
    """Choose the columns, preset to the suggestion, and return the draft."""
    draft = state.accept(reading)
    if reading.suggestion.reason:
        st.caption(plain(reading.suggestion.reason))
    names = [column.name for column in reading.columns]
    left, right = st.columns(2)
    with right:
        label = config_fields.column(
            "Label", names, draft.label, "label_column", "and learns to predict this one"
        )
        problem = None if label is None else _problem(reading, reading.column(label), draft)
        one_hot = _one_hot(reading, label, draft) if problem is ProblemType.MULTI_LABEL else ()
    text_pair, sentence, tokens = None, None, problem is ProblemType.TOKENS
    with left:
        noun = "Word" if tokens else "Text"
        text = config_fields.column(noun, names, draft.text, "text_column", "the model reads this column")
        if tokens:
            sentence = _sentence(reading, names, draft)
        else:
            others = [name for name in names if name not in (text, draft.label)]
            hint = "of pairs, such as a question and its answer; none: the model reads one text"
            text_pair = config_fields.column("Second text", others, draft.text_pair, "text_pair_column", hint)
    with right:
        taken = {text, text_pair, label, sentence, *one_hot}
        more = _more_targets(reading, [name for name in names if name not in taken], draft, words=tokens)
    domain = reading.suggestion.domain
    if domain is not None and domain not in taken:
        values = reading.column(domain).values
        st.caption(
            plain(f"Column '{domain}' names {len(values)} domains, such as {values[0]} and {values[1]}.")
        )
        navigation.link("domains", "What crosses from one to another?")
    split, rare_class_below = split_form.split(draft, names, reading.parts)
    return state.change(
        text=text, text_pair=text_pair, label=label, problem=problem, one_hot=one_hot, sentence=sentence,
        split=split, rare_class_below=rare_class_below, more_targets=more,
    )  # fmt: skip


def _problem(reading: TableProfile, column: Column, draft: state.Draft) -> ProblemType:
    """Choose the problem type of the label column, preset to the guess from its cells."""
    if column.name != draft.label or draft.problem is None:
        state.set_value("problem_type", reading.problem(column.name))
    else:
        state.init_widget("problem_type", draft.problem)
    problem = st.selectbox(
        "Problem type",
        list(PROBLEMS),
        key="problem_type",
        format_func=lambda problem: config_fields.choice_label(problem),
        help="what each cell of the label column holds",
    )
    if problem is not ProblemType.TOKENS:
        st.caption(plain(_reason(column, problem)))
    return problem


def _sentence(reading: TableProfile, names: list[str], draft: state.Draft) -> str | None:
    """Choose the column that numbers the sentences, preset to the suggestion."""
    chosen = draft.sentence or reading.suggestion.sentence
    hint = "each row is a word, and rows with the same value make a sentence"
    return config_fields.column("Sentence", names, chosen, "sentence_column", hint)


def _one_hot(reading: TableProfile, label: str | None, draft: state.Draft) -> tuple[str, ...]:
    """Choose the columns that hold a label each, preset to the suggestion."""
    binary = [column.name for column in reading.columns if column.binary]
    if label not in binary or len(binary) < 2:
        return ()
    state.init_widget("one_hot", list(draft.one_hot or reading.suggestion.one_hot or binary))
    chosen = st.multiselect(
        "Label columns",
        binary,
        format_func=language.AsWritten,
        key="one_hot",
        help="columns that each hold one label as yes or no (one-hot)",
    )
    return tuple(chosen) if len(chosen) > 1 else ()


def _more_targets(
    reading: TableProfile, names: Sequence[str], draft: state.Draft, *, words: bool
) -> tuple[TargetConfig, ...]:
    """Choose further columns to predict, each of the problem type that its cells look like.

    `words`: all are tags of words.
    """
    earlier = {t.column: t for t in draft.more_targets if words is (t.problem is ProblemType.TOKENS)}
    chosen_before = [name for name in state.get_value("more_targets", list(earlier)) if name in names]
    state.set_value("more_targets", chosen_before)
    chosen = st.multiselect(
        "Also predict",
        list(names),
        format_func=language.AsWritten,
        key="more_targets",
        placeholder="No other column",
        max_selections=MAX_TARGETS - 1,
        help="columns predicted together with the label (multi-task): one backbone, a head for each; cells "
        "may be missing",
    )
    targets = tuple(
        earlier.get(name)
        or TargetConfig(column=name, problem=ProblemType.TOKENS if words else reading.column(name).problem)
        for name in chosen
    )
    if targets:
        kinds = [f"{target.column}: {config_fields.choice_label(target.problem)}" for target in targets]
        st.caption(plain("; ".join(kinds)))
    return targets


def _reason(column: Column, problem: ProblemType) -> str:
    """Return why the problem type was guessed, and what else the column may hold."""
    other = column.problem if problem is not column.problem else column.problem_alternative
    if other is None:
        return column.problem_reason
    return f"{column.problem_reason} Or {config_fields.choice_label(other)}?"


def shape(reading: TableProfile, diagnosis: Diagnosis) -> None:
    """Show findings, metrics, class counts and text lengths of the task."""
    findings.cards(
        diagnosis.findings, "task", findings.TaskShape(reading.suggestion, diagnosis.sufficient_limit)
    )
    noun, draft = diagnosis.problem.text_noun, state.draft()
    of_first = f" ({plain(draft.label)})" if draft.more_targets else ""
    cut = f"longer than {diagnosis.token_limit} tokens: the rest of them is not read"
    with st.grid(5 if diagnosis.unlabelled else 4, min_column_width=150):
        title, values = _values(reading, diagnosis)
        st.metric(
            title + of_first,
            values,
            column_values(reading, draft.label, len(diagnosis.classes)) if title == CLASSES else None,
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
        st.metric(
            f"Tokens per {noun}",
            f"{diagnosis.tokens_per_text:.0f}",
            border=True,
            help="mean number of tokens, words or pieces of words",
        )
        st.metric(f"{noun.capitalize()}s cut", percent(diagnosis.cut_share), border=True, help=cut)
        st.metric(
            "Unknown tokens",
            percent(diagnosis.unknown_share),
            border=True,
            help="share of tokens that are not in the model's vocabulary",
        )
        if diagnosis.unlabelled:
            st.metric("Without a label", f"{diagnosis.unlabelled:,}", border=True, help=UNLABELLED)
    dark = page_header.dark()
    left, right = st.columns(2)
    with left:
        name = ROWS[diagnosis.problem]
        st.markdown(f"**{name}{of_first}**")
        picture = plots.class_counts(diagnosis, dark)
        tables.figure(picture, diagnosis.frame(), "classes", key="class_counts", alt=name)
    with right:
        st.markdown(f"**Length of the {noun}s**")
        picture = plots.text_lengths(diagnosis, dark)
        tables.figure(picture, diagnosis.lengths, "lengths", key="text_lengths", alt=f"Tokens of the {noun}s")


def _values(reading: TableProfile, diagnosis: Diagnosis) -> tuple[str, int]:
    """Return the name and number of the values to predict."""
    match diagnosis.problem:
        case ProblemType.REGRESSION:
            return "Different numbers", reading.column(state.draft().label or "").distinct
        case ProblemType.MULTI_LABEL:
            return "Labels", len(diagnosis.classes)
    return CLASSES, len(diagnosis.classes)


def column_values(reading: TableProfile, label: str | None, classes: int) -> str | None:
    """Return the number of values in the label column, None if each is a class of the task."""
    values = next((column.distinct for column in reading.columns if column.name == label), classes)
    return None if values == classes else f"{count_noun(values, 'value')} in the column"
