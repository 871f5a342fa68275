"""Probes page: linear probing of every layer."""

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.diagnostics import probing
from pages._ui.forms import config_fields
from pages._ui.runs import run_picker
from pages._ui.shell import navigation, page_header, st
from translearn_core.jobs import PROBE, ProbeConfig

page_header.header(
    "probes",
    "A linear probe is a linear model trained on the frozen output of one layer. Its score says how "
    "much of your labels can be read from that layer, and the last layer is not always the best.",
)
run = run_picker.finished()
if not diagnostic.supported(PROBE, run.job.config):
    navigation.stop_page()
probe_config = ProbeConfig(job=run.job.id, target=probing.choose_target(run))
with st.expander("More settings", icon=":material/tune:"), st.grid(4, min_column_width=140):
    probe_config = config_fields.edit(
        probe_config, ("random_init_baseline", "control_tasks", "code_orders", "folds", "seed"), "probe"
    )
diagnostic.heading(PROBE)
scores = diagnostic.result(PROBE, probe_config)
if scores is not None:
    diagnostic.show(PROBE, scores)
