"""Continued pretraining: from a table to a backbone with its own id, and its access rights."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.architectures import tiny_folder
from tests.corpora import SENTENCES
from translearn_core.backbones import bytes_to_fetch, load
from translearn_core.config import (
    ADAPTED,
    BackboneConfig,
    BaseConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    TrainingConfig,
    job_id,
)
from translearn_core.config.settings import Settings, settings
from translearn_core.errors import BackboneError, NotFoundError, QuotaError
from translearn_core.jobs import PRETRAIN, BackboneInfoConfig, DiagnoseConfig, PretrainConfig
from translearn_core.results import BackboneInfo, Pretraining, RunSummary
from translearn_core.runs import Run, RunStore, State, Workspace, artifacts
from translearn_core.worker import runtime

ME, OTHER = "somebody", "somebody else"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("workspace")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSLEARN_WORKSPACE", str(folder))
        settings.cache_clear()
        yield folder
    settings.cache_clear()


@pytest.fixture(scope="module")
def store(root: Path) -> RunStore:
    return RunStore(Workspace(root))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> BackboneConfig:
    return BackboneConfig(id=str(tiny_folder("bert", tmp_path_factory.mktemp("tiny"))))


def do(store: RunStore, config: BaseConfig, owner: str = ME) -> Run:
    run = store.submit(owner, config)
    if run.state is not State.DONE:
        assert store.begin(run.job.id, "TRAIN-0")
        runtime.run(run.job.id, str(store.workspace.root), None, "TRAIN-0")
    return store.run(owner, run.id)


def bring(store: RunStore, csv: str, owner: str = ME, **parts: str) -> str:
    files = {"train": csv.encode(), **{part: text.encode() for part, text in parts.items()}}
    return store.add_dataset(owner, "texts.csv", files, Settings()).digest


def one_column(sentences: tuple[str, ...] = SENTENCES[:200]) -> str:
    return "text\n" + "\n".join(f'"{s}"' for s in sentences)


def labelled() -> str:
    return "words,liked\n" + "\n".join(
        f'"{s}",{"yes" if "lov" in s or "good" in s else "no"}' for s in SENTENCES[::5]
    )


def pretrain_config(digest: str, backbone: BackboneConfig, **settings: object) -> PretrainConfig:
    values = {"epochs": 1, "lr": 1e-3, "batch_size": 16, "token_limit": 32, "text": "text", **settings}
    return PretrainConfig(dataset=digest, backbone=backbone, precision=Precision.FLOAT32, **values)


@pytest.fixture(scope="module")
def made(store: RunStore, tiny: BackboneConfig) -> Run:
    run = do(store, pretrain_config(bring(store, one_column()), tiny))
    assert run.state is State.DONE, run.job.reason
    return run


@pytest.fixture(scope="module")
def adapted(made: Run) -> BackboneConfig:
    return BackboneConfig(id=f"{ADAPTED}{made.job.id}")


def on(store: RunStore, backbone: BackboneConfig, owner: str = ME, **settings: object) -> ExperimentConfig:
    digest = bring(store, labelled(), owner)
    return ExperimentConfig(
        data=DataConfig(dataset=digest, text="words", label="liked"),
        backbone=backbone,
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(epochs=1, precision=Precision.FLOAT32, **settings),
    )


def test_a_table_of_one_column_becomes_a_backbone(
    store: RunStore, made: Run, adapted: BackboneConfig, tiny: BackboneConfig
) -> None:
    actual = artifacts.load(store.workspace.run(made.job.id), Pretraining)
    assert actual is not None
    assert actual.parent == tiny.id
    assert actual.loss_after < actual.loss_before
    assert store.history(made.job.id).steps
    assert bytes_to_fetch(adapted) == 0
    new, old = load(adapted).model.state_dict(), load(tiny).model.state_dict()
    assert not all(torch.equal(new[name], old[name]) for name in new)
    twin = load(adapted.model_copy(update={"random_init": True}))
    assert twin.n_blocks == 3


def test_a_run_can_be_trained_on_it(store: RunStore, adapted: BackboneConfig) -> None:
    backbone_info = do(store, BackboneInfoConfig(backbone=adapted))
    assert artifacts.load(store.workspace.run(backbone_info.job.id), BackboneInfo) is not None
    run = do(store, on(store, adapted).model_copy(update={"freeze": FreezePlan.last_n(1, 3)}))
    assert run.state is State.DONE, run.job.reason
    assert artifacts.load(store.workspace.run(run.job.id), RunSummary) is not None


def test_texts_of_validation_and_test_files_are_excluded(store: RunStore, tiny: BackboneConfig) -> None:
    digest = bring(store, labelled(), test=labelled())
    actual = do(store, pretrain_config(digest, tiny, text="words"))
    result = artifacts.load(store.workspace.run(actual.job.id), Pretraining)
    assert result is not None
    assert result.texts + result.held_out == len(SENTENCES[::5])


def test_both_texts_of_pairs_are_read(store: RunStore, tiny: BackboneConfig) -> None:
    pairs = list(zip(SENTENCES[:110], SENTENCES[110:220], strict=True)) * 2
    digest = bring(store, "text,other\n" + "\n".join(f'"{one}","{two}"' for one, two in pairs))
    both, first = (
        artifacts.load(store.workspace.run(do(store, config).job.id), Pretraining)
        for config in (pretrain_config(digest, tiny, text_pair=name) for name in ("other", None))
    )
    assert both is not None
    assert first is not None
    assert both.texts + both.held_out == 2 * (first.texts + first.held_out) == 220


def test_words_are_read_in_their_sentences(store: RunStore, tiny: BackboneConfig) -> None:
    rows = [
        f"{n},{word.strip(chr(34) + ',')}" for n, text in enumerate(SENTENCES[:120]) for word in text.split()
    ]
    digest = bring(store, "sentence,word\n" + "\n".join(rows))
    run = do(store, pretrain_config(digest, tiny, text="word", sentence="sentence"))
    result = artifacts.load(store.workspace.run(run.job.id), Pretraining)
    assert result is not None, run.job.reason
    assert result.texts + result.held_out == 120


@pytest.mark.parametrize(
    ("text", "says"), [("nothing", "no column 'nothing' in this file; it has 'words'"),
                       ("liked", "'liked' has 2 different texts")]
)  # fmt: skip
def test_unusable_columns_fail_with_a_sentence(
    store: RunStore, tiny: BackboneConfig, text: str, says: str
) -> None:
    run = do(store, pretrain_config(bring(store, labelled()), tiny, text=text))
    assert run.state is State.FAILED
    assert says in (run.job.reason or "")


def test_other_owners_cannot_use_it(store: RunStore, made: Run, adapted: BackboneConfig) -> None:
    theirs = on(store, adapted, OTHER)
    digest = theirs.data.dataset
    for config in (
        theirs,
        BackboneInfoConfig(backbone=adapted),
        DiagnoseConfig(data=theirs.data, backbone=adapted),
        pretrain_config(digest, adapted, text="words"),
        BackboneInfoConfig(backbone=BackboneConfig(id=f"{ADAPTED}../{made.job.id}")),
    ):
        with pytest.raises(NotFoundError, match="not in your workspace"):
            store.submit(OTHER, config)
    assert store.runs(OTHER, PRETRAIN) == []


@pytest.mark.parametrize("id", [f"{ADAPTED}{'0' * 20}", f"{ADAPTED}../../etc", ADAPTED])
def test_a_deleted_backbone_is_named(root: Path, id: str) -> None:
    with pytest.raises(BackboneError, match="no longer here"):
        load(BackboneConfig(id=id))


def test_deleting_it_keeps_the_runs_built_on_it(store: RunStore, tiny: BackboneConfig) -> None:
    made = do(store, pretrain_config(bring(store, one_column(SENTENCES[200:400])), tiny, seed=5))
    backbone = BackboneConfig(id=f"{ADAPTED}{made.job.id}")
    backbone_info = do(store, BackboneInfoConfig(backbone=backbone))
    trained = do(store, on(store, backbone, seed=5))
    further = do(store, pretrain_config(bring(store, one_column(SENTENCES[400:600])), backbone))
    assert trained.state is further.state is State.DONE
    assert artifacts.load(store.workspace.run(further.job.id), Pretraining).parent == backbone.id
    store.delete_run(ME, made.id)
    assert not store.workspace.run(made.job.id).exists()
    assert {store.run(ME, run.id).state for run in (trained, further)} == {State.DONE}
    with pytest.raises(NotFoundError):
        store.run(ME, backbone_info.id)
    with pytest.raises(BackboneError, match="no longer here"):
        load(backbone)
    assert load(BackboneConfig(id=f"{ADAPTED}{further.job.id}")).n_blocks == 3
    store.delete_dataset(ME, made.job.config.dataset)
    assert store.run(ME, trained.id).state is State.DONE


def test_a_full_workspace_refuses_the_job(
    store: RunStore, tiny: BackboneConfig, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    filler = store.workspace.run(store.runs(ME, PRETRAIN)[0].job.id) / "filler"
    filler.write_bytes(b"0" * 11_000_000)
    monkeypatch.setenv("TRANSLEARN_MAX_OWNER_MB", "10")
    settings.cache_clear()
    try:
        with pytest.raises(QuotaError, match="delete some"):
            store.submit(ME, pretrain_config(bring_any(store), tiny, seed=9))
    finally:
        filler.unlink()
        monkeypatch.undo()
        settings.cache_clear()


def bring_any(store: RunStore) -> str:
    return store.datasets(ME)[0].digest


def test_a_stopped_pretraining_resumes(
    store: RunStore, tiny: BackboneConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from translearn_core.worker import context

    monkeypatch.setattr(context, "REPORT_SECONDS", 0.0)
    config = pretrain_config(bring(store, one_column()), tiny, epochs=3, seed=3)
    run = store.submit(ME, config)
    assert store.begin(run.job.id, "TRAIN-0")
    store_add = RunStore.add_points

    def stop_at_20(self: RunStore, job: str, new: list[object], **options: object) -> None:
        store_add(self, job, new, **options)
        if any(point.step >= 20 for point in new):
            self.request_stop(ME, run.id)

    with monkeypatch.context() as patch:
        patch.setattr(context, "POINTS_SECONDS", 0.0)
        patch.setattr(RunStore, "add_points", stop_at_20)
        runtime.run(run.job.id, str(store.workspace.root), None, "TRAIN-0")
    assert store.run(ME, run.id).state is State.STOPPED
    assert not store.workspace.backbone(run.job.id).exists()
    ended = do(store, config)
    assert ended.state is State.DONE
    assert ended.job.id == job_id(config)
    steps = [point.step for point in store.history(run.job.id).steps]
    assert steps == list(range(1, len(steps) + 1))
    shutil.rmtree(store.workspace.run(run.job.id))
