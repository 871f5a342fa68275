"""Form of the train/validation/test split."""

from collections.abc import Collection, Sequence
from typing import Any

from pages._ui.forms.config_fields import LABELS, column, edit
from pages._ui.shell import language, st, state
from translearn_core.config import Split, SplitConfig


def split(draft: state.Draft, names: Sequence[str], parts: Collection[str]) -> tuple[SplitConfig, int]:
    """Choose the train/validation/test split and the threshold of rare classes."""
    with st.expander("Train/validation/test split", icon=":material/call_split:"):
        if set(parts) & {Split.VALIDATION, Split.TEST}:
            st.caption(
                "Your own validation or test file is used as it is; a missing split is drawn from the first "
                "table."
            )
        by = column(
            "Split column",
            names,
            draft.split.column,
            "split_column",
            "a column that says train, validation or test",
        )
        group = column(
            "Keep together",
            names,
            draft.split.group,
            "group_column",
            "rows with the same entry here, such as the same author, stay in one split",
        )
        time = column(
            "Split by time",
            names,
            draft.split.time,
            "time_column",
            "a column of dates or numbers: train on the earliest rows, test on the latest",
        )
        group = group if group not in (draft.text, by) else None
        time = time if by is None and time not in (draft.text, draft.label) else None
        update: dict[str, Any] = {"column": by, "group": group, "time": time, "test_groups": ()}
        if group is not None and by is None and time is None:
            update["test_groups"] = _test_groups(draft, group)
        config = draft.split.model_copy(update=update)
        with st.grid(4, min_column_width=150):
            config = edit(config, ("validation", "test", "seed"), "split_form")
            state.init_widget("rare_class_below", draft.rare_class_below)
            rare = st.number_input(
                LABELS["rare_class_below"],
                2,
                1000,
                draft.rare_class_below,
                key="rare_class_below",
                help="rows; such classes are named above",
            )
        return config, rare


def _test_groups(draft: state.Draft, group: str) -> tuple[str, ...]:
    """Choose the groups that are held out for test."""
    groups = draft.split.test_groups if draft.split.group == group else ()
    state.init_widget("test_groups", list(groups))
    chosen = st.multiselect(
        "Test on whole groups",
        list(groups),
        list(groups),
        format_func=language.AsWritten,
        key="test_groups",
        accept_new_options=True,
        placeholder="Type an entry of the column; none: drawn",
        help="rows of these groups are the test split, such as one domain or author that is never trained on",
    )
    return tuple(chosen)
