"""Form of the descriptions of classes."""

from collections.abc import Mapping, Sequence

import pandas as pd
from pydantic import ValidationError

from pages._ui.shell import errors, navigation, st, state
from pages._ui.shell.formatting import plain
from translearn_core.config.few_labels.zero_shot import (
    CLASS,
    DEFAULT_TEMPLATE,
    DescriptionConfig,
    words_of_classes,
)
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.results.format import quote, quote_list

COLUMN, WORDS = "class", "described as"
CLASS_WIDTH, WORDS_WIDTH, ROW_HEIGHT = 120, 260, 60
"""Pixels: both columns fit on a phone, a description has a second line, and wider screens share the rest."""


def choose(classes: Sequence[str], key: str) -> DescriptionConfig:
    """Draw the template and a table of the classes, and return their descriptions.

    `key` belongs to the target: another one has descriptions of its own. The page ends if one is invalid.
    """
    template = choose_template()
    base, kept = f"zero_shot.base-{key}", f"zero_shot.words-{key}"
    if state.is_first_render() or state.get_value(base) is None:
        state.set_value(base, state.get_value(kept) or {})
        state.reset(f"zero_shot.editor-{key}")
    given: Mapping[str, str] = state.get_value(base)
    usual = words_of_classes(classes)
    frame = pd.DataFrame({COLUMN: classes, WORDS: [given.get(name, usual[name]) for name in classes]})
    edited = st.data_editor(
        frame,
        key=f"zero_shot.editor-{key}",
        hide_index=True,
        disabled=[COLUMN],
        height="auto" if len(classes) <= 7 else 500,
        row_height=ROW_HEIGHT,
        column_config={
            COLUMN: st.column_config.TextColumn(width=CLASS_WIDTH),
            WORDS: st.column_config.TextColumn(width=WORDS_WIDTH, required=True, max_chars=2000),
        },
    )
    words = dict(zip(classes, edited[WORDS].astype(str), strict=True))
    state.set_value(kept, words)
    try:
        config = descriptions(template, words)
        warn_alike(classes, config.sentences(classes))
        return config
    except ValidationError as problem:
        errors.show_error(explain_validation_error(problem))
        navigation.stop_page()


def warn_alike(classes: Sequence[str], sentences: Sequence[str]) -> None:
    """Say which classes have the same description: the nearest one cannot tell them apart."""
    alike: dict[str, list[str]] = {}
    for name, sentence in zip(classes, sentences, strict=True):
        alike.setdefault(sentence.strip(), []).append(name)
    for names in alike.values():
        if len(names) > 1:
            st.caption(
                plain(
                    f"{quote_list(names)} have the same description, so only {quote(names[0])} is ever "
                    "predicted: give each words of its own."
                )
            )


def choose_template() -> str:
    """Draw the template of the sentences about classes."""
    state.init_widget("zero_shot.template", DEFAULT_TEMPLATE)
    template: str = st.text_input(
        "Template",
        DEFAULT_TEMPLATE,
        key="zero_shot.template",
        help=f"a sentence about a class; {CLASS} stands for its description",
    )
    return template


def descriptions(template: str, words: Mapping[str, str]) -> DescriptionConfig:
    """Return the descriptions; a class that is described by its cleaned name needs none."""
    usual = words_of_classes(tuple(words))
    own = [
        {"name": name, "text": text.strip()}
        for name, text in words.items()
        if text.strip() not in ("", usual[name])
    ]
    return DescriptionConfig.model_validate({"template": template.strip(), "descriptions": own})
