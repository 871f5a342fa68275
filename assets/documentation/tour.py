"""Tour of the functions for notebooks, run as it stands by the tests; each cell is shown on a page."""

# %% [markdown]
# Read a table. What was found in it has row numbers.

# %%
from translearn_core import compare, diagnose, evaluate, predict, prepare, read_table, train
from translearn_core.config.settings import app_root

table = read_table(app_root() / "assets" / "samples" / "tickets.csv")
print(table.columns)
for finding in table.findings:
    print(finding.sentence)

# %% [markdown]
# Give the columns their roles. The rows are dealt to train, validation and test, and the task is checked.

# %%
task = prepare(table, text="text", label="intent")
print(task.backbone_info.n_blocks, "blocks")

# %% [markdown]
# Train the head alone, then two blocks. What stays frozen is computed once; the second run finds it.

# %%
frozen = train(task, "linear")
tuned = train(task, "last-k", settings={"training.epochs": 2})
print(evaluate(frozen).frame()[["split", "n", "accuracy", "accuracy low", "accuracy high"]])
print(tuned.history().frame()[["epoch", "train_loss", "validation_loss", "best"]])

# %% [markdown]
# Is one better, or is it chance? The difference is paired by test row.

# %%
print(compare(frozen, tuned).frame())

# %% [markdown]
# Did transfer help, and what does each layer know? Every result has a table.

# %%
print(diagnose(tuned, "baselines").sentence)
print(diagnose(tuned, "probe", control_tasks=1).frame()[["model", "layer", "test", "selectivity"]])

# %% [markdown]
# Some diagnostics need no run: they are about the task.

# %%
print(" ".join(diagnose(task, "zero_shot").sentences))

# %% [markdown]
# Predict.

# %%
print(predict(tuned, ["Where is my parcel?", "I want my money back."]))
