"""Section on the comparison of the runs of a study."""

from translearn_core import plots
from translearn_core.config import StudyConfig, Way
from translearn_core.config.studies.arm_labels import arm_titles, group_labels
from translearn_core.jobs import COMPARE
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import INTERVAL
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Comparison

WORTH = (
    "For every adaptation method and number of target labels: how many labels of the target, learned from "
    "alone, give the same score, with a 95 % interval from resampled test rows and seeds. Empty: not reached "
    "with all."
)

NO_WORTH = (
    "What an adaptation method is worth in labels of the target is not known: that takes the method 'target "
    "only' as well, with some labels."
)


SHARED_TEXTS = (
    "Test texts of the target that the source holds too, such as translations, are known from there, which "
    "flatters every method that learns from the source. Where domains share texts, number these in a column "
    "and choose it as the group of the split, on the page Data."
)


def may_share_texts(study: StudyConfig) -> bool:
    """Whether the domains of adaptation methods may hold the same texts in train and in test."""
    return bool(study.ways) and study.data.split.group is None


def size_noun(study: StudyConfig) -> str:
    """Return what the sizes of a study count."""
    return "labelled target rows" if study.ways else "training rows"


def heading_of(study: StudyConfig | None) -> str:
    """Return the title of the section."""
    return "How do the adaptation methods compare?" if study is not None and study.ways else COMPARE.heading


def section(result: Comparison, data: ReportData, dark: bool = False) -> Section:
    """Return the section that compares the arms of a study."""
    titles = arm_titles(data.arms)
    comparison = result.rename_arms(lambda name: titles.get(name, name))
    numbers = comparison.frame().rename(columns={"arm": "configuration"})
    score = comparison.metric.label
    noun = "training rows" if data.study is None else size_noun(data.study)
    blocks: list[FigureBlock | TableBlock] = [
        FigureBlock(
            plots.study_arms(comparison, dark),
            f"Mean test {score} of each configuration. {INTERVAL} Filled dots differ from "
            f"{comparison.baseline} by more than chance; among twenty, one looks different by chance alone.",
            TableBlock("comparison", numbers),
        )
    ]
    if data.study is not None and len(data.study.boundaries) > 1:
        blocks.append(
            FigureBlock(
                plots.depth_curve(comparison, group_labels(data.arms, "boundary"), dark),
                f"Test {score}, and below it the seconds a run takes, by the lowest block that trains. "
                f"{INTERVAL} Where the upper curve is flat, training deeper costs time and gains nothing "
                "that could not be chance.",
                TableBlock("comparison by depth", numbers.sort_values("boundary", ascending=False)),
            )
        )
    if data.study is not None and len(data.study.sizes) > 1:
        blocks.append(
            FigureBlock(
                plots.size_curve(
                    comparison, group_labels(data.arms, "rows"), dark, noun=size_noun(data.study)
                ),
                f"Test {score} by number of {noun}. {INTERVAL} Where lines cross, the better "
                "configuration changes.",
                TableBlock("comparison by rows", numbers.sort_values("training rows")),
            )
        )
    if comparison.worth:
        worth = comparison.worth_frame()
        blocks.append(
            TableBlock(
                "worth in target labels",
                worth.round(dict.fromkeys(worth.columns[3:], 0)),  # numbers of labels
                ("score",) if comparison.metric.share else (),
                heading="What is each adaptation method worth in labels of the target?",
                caption=WORTH,
                sentences=comparison.worth_sentences,
            )
        )
    ways = () if data.study is None else data.study.ways
    caveats: tuple[str, ...] = (NO_WORTH,) if ways and Way.TARGET not in ways else ()
    caveats += (SHARED_TEXTS,) if data.study is not None and may_share_texts(data.study) else ()
    alarms = tuple(arm.negative_transfer.sentence for arm in comparison.arms if arm.negative_transfer)
    alarms = (*alarms, *comparison.worse) if ways else alarms
    sentences = comparison.sentences()
    return Section(heading_of(data.study), sentences, tuple(blocks), alarms=alarms, caveats=caveats)
