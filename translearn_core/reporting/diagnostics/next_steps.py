"""Section on what to do next."""

from translearn_core.jobs import NEXT_STEPS
from translearn_core.reporting.blocks import Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results.diagnostics.next_steps import NextSteps
from translearn_core.results.format import join_list

NOTHING = "No rule applies: nothing that was measured asks for a change."


def section(result: NextSteps, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the proposed steps as sentences and a table."""
    sentences = tuple(f"{step.title}. {step.sentence}" for step in result.steps) or (NOTHING,)
    table = TableBlock("next steps", result.frame(), caption="Each rule with its number and source.")
    rests = join_list(["this run", *result.measured])
    return Section(NEXT_STEPS.heading, sentences, (table,), caveats=(f"The rules rest on {rests}.",))
