"""Table of a search's candidates."""

import pandas as pd

from pages._ui.shell import st, tables
from translearn_core.results.format import signed_points

ORDER = ("candidate", "state", "validation", "interval", "behind", "seconds", "rungs", "seeds")


def show(frame: pd.DataFrame) -> None:
    """Show the candidates, the best on validation first."""
    intervals = [_interval(*ends) for ends in _ends(frame, "validation")]
    shown = frame.assign(validation=100 * frame["validation"].astype(float), interval=intervals)
    if "difference" in frame:
        shown["behind"] = [_points(*ends) for ends in _ends(frame, "difference")]
    config: dict[str, object] = {
        "candidate": st.column_config.TextColumn("Candidate", pinned=True),
        "state": "State",
        "validation": st.column_config.NumberColumn("Validation", format="%.1f %%"),
        "interval": st.column_config.TextColumn("95 % interval"),
        "behind": st.column_config.TextColumn(
            "Behind the best, points",
            help="Paired on the validation rows; the intervals hold for all candidates at once.",
        ),
        "seconds": st.column_config.NumberColumn(
            "Seconds",
            format="%.0f",
            help="Training time that this search spent on it; 0: it was there before.",
        ),
        "rungs": st.column_config.NumberColumn("Rungs", help="Each rung doubles what was trained."),
        "seeds": "Seeds",
    }
    tables.table(shown, "search", key="candidates", config=config, order=ORDER, saved=frame)


def _ends(frame: pd.DataFrame, name: str) -> list[tuple[float, float]]:
    columns = frame[[f"{name} low", f"{name} high"]].to_numpy(dtype=float)
    return [(float(low), float(high)) for low, high in columns]


def _interval(low: float, high: float) -> str:
    return "" if pd.isna(low) else f"{100 * low:.1f} to {100 * high:.1f} %"


def _points(low: float, high: float) -> str:
    if pd.isna(low):
        return ""
    return "the best" if low == high == 0 else f"{signed_points(low)} to {signed_points(high)}"
