"""Domains page: what crosses from one domain of the table to another."""

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.domains import domain_form, languages, study_offer, transfer_matrix, ways
from pages._ui.forms import cli_command, require_task, vectors
from pages._ui.results import report
from pages._ui.shell import navigation, page_header, st, state
from translearn_core.jobs import TRANSFER_MATRIX

page_header.header(
    "domains",
    "A model learns from one kind of text, such as English or book reviews, and is used on another. Here you "
    "see what crosses over, beside what the words alone would do.",
)
domains = domain_form.choose_column(state.draft())  # drawn in every run, also while the table is diagnosed
ready = require_task.require_task()
if domains is None:
    st.info(
        "Choose the column that says which domain a row belongs to: its language, its kind of product, its "
        "source.",
        icon=":material/translate:",
    )
domain_form.left_out(ready.diagnosis.findings)
languages.panel(ready.dataset, ready.data.text, ready.diagnosis.findings, domain_form.columns())
if domains is None:
    navigation.stop_page()
diagnostic.heading(TRANSFER_MATRIX)
vectors.describe(ready)
estimate = study_offer.OneEstimate(ready.draft)
matrix = None
if diagnostic.supported(TRANSFER_MATRIX, ready.experiment):
    matrix = transfer_matrix.panel(ready, estimate)
st.subheader("Learn from some, use on others", anchor=False)
ways.panel(ready, domain_form.choose_domains(domains), estimate)
if matrix is not None:
    command = cli_command.transfer(ready, study_offer.trained_experiment(ready), matrix)
    report.diagnostic_panel(f"Domains of {ready.dataset.name}", matrix, ready.draft.diagnose, command=command)
