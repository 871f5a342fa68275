"""The last zero-shot result while descriptions change, and what the change did to the accuracy."""

from collections.abc import Sequence

from pages._ui.shell import jobs, st, state
from pages._ui.shell.formatting import plain
from translearn_core.config.few_labels.zero_shot import DescriptionConfig
from translearn_core.jobs import ZeroShotConfig
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot
from translearn_core.results.format import percent, quote_list

EARLIER = "This is the result of the earlier descriptions; {changed} since. Classify again for the new ones."


def or_earlier(
    config: ZeroShotConfig, result: ZeroShot | None, classes: Sequence[str]
) -> tuple[ZeroShot | None, ZeroShotConfig]:
    """Return the result with its job, or the last one of the same task while there is none."""
    key = f"zero_shot.shown-{config.data.dataset}-{config.data.label}"
    shown: tuple[ZeroShotConfig, ...] = state.get_value(key) or ()
    others = [one for one in shown if one != config]
    before = others[-1] if others else None
    if result is not None:
        state.set_value(key, (*others[-1:], config))
    earlier = None if before is None else jobs.known(before)
    if before is None or earlier is None:
        return result, config
    changed = changes(before.classes, config.classes, classes)
    if result is None:
        st.info(plain(EARLIER.format(changed=changed)), icon=":material/history:")
        return earlier, before
    if changed != OTHERWISE:
        st.markdown(plain(comparison(earlier, result, changed)))
    return result, config


OTHERWISE = "other settings changed"


def changes(before: DescriptionConfig, after: DescriptionConfig, classes: Sequence[str]) -> str:
    """Say which descriptions changed."""
    if before.template != after.template:
        return "the template changed"
    pairs = zip(classes, before.sentences(classes), after.sentences(classes), strict=True)
    changed = [name for name, old, new in pairs if old != new]
    return f"the words for {quote_list(changed)} changed" if changed else OTHERWISE


def comparison(earlier: ZeroShot, result: ZeroShot, changed: str) -> str:
    """Return a sentence on the accuracy before and after a change of descriptions."""
    old, new = (one.metrics["accuracy"].value for one in (earlier, result))
    return f"Before {changed}, accuracy was {percent(old)}; now it is {percent(new)}."
