"""A workspace with results as workers write them, through the real store."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import (
    BUNDLED,
    BackboneConfig,
    BaseConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    ProblemType,
    TrainingConfig,
)
from translearn_core.config.settings import settings
from translearn_core.data import TokenStatistics, diagnose, read_table
from translearn_core.jobs import (
    BackboneInfoConfig,
    DiagnoseConfig,
    PredictConfig,
    ProbeConfig,
    ProfileConfig,
    ProjectConfig,
    ProjectionAnimationConfig,
    ReadConfig,
    SnapshotsConfig,
)
from translearn_core.results import (
    BackboneInfo,
    CostModel,
    Drift,
    EpochPoint,
    Estimate,
    Evaluation,
    Metrics,
    NeighbourhoodQuality,
    Prediction,
    ProbeScores,
    Projection,
    ProjectionAnimation,
    RunSummary,
    Snapshots,
    StepPoint,
)
from translearn_core.runs import Run, RunStore, State, artifacts
from translearn_core.tasks import PROBLEMS


def make_prediction(
    texts: tuple[str, ...], classes: tuple[str, ...], probabilities: NDArray[np.float32], near: pd.DataFrame
) -> Prediction:
    """Return a prediction of classes."""
    decoded = PROBLEMS[ProblemType.SINGLE_LABEL].decode(classes, probabilities)
    return Prediction(texts, classes, ProblemType.SINGLE_LABEL, probabilities, decoded, near)


HOSTILE = "![x](http://evil.example/p.png) <img src=x> :red[$a$]"
"""A class name and a text that Markdown or HTML would act on."""

MINILM = BackboneInfo(
    id=BUNDLED,
    architecture="BertModel",
    width=384,
    token_limit=512,
    vocabulary=30522,
    causal=False,
    embedding_parameters=11_917_824,
    block_parameters=(1_774_464,) * 6,
    final_parameters=0,
    block_class="BertLayer",
    bytes=90_868_376,
    digest="53aa51172d14",
    language_note="Reads English and other Latin scripts; Chinese mostly becomes [UNK]: choose a "
    "multilingual model for it.",
)


class Filled:
    """One owner's data set and runs, with every result a page can show."""

    def __init__(
        self, store: RunStore, owner: str, rows: int = 90, classes: tuple[str, ...] = ("bad", "good", HOSTILE)
    ) -> None:
        self.store, self.owner, self.classes = store, owner, classes
        random = np.random.default_rng(0)
        words = ["the", "film", "was", "long", "slow", "bright", "funny", "sad", "quiet", "loud", "warm"]
        lines = [
            f'"{" ".join(random.choice(words, 9))} {i} {HOSTILE}",{classes[i % len(classes)]}'
            for i in range(rows)
        ]
        self.table("films.csv", ("text,label\n" + "\n".join(lines) + "\n").encode())
        self.about_the_model()
        self.run = self.train("blocks 4 and 5", FreezePlan.last_n(2, 6))
        self.insights(self.run)

    def answer(
        self, config: BaseConfig, *results: object, name: str | None = None, state: State = State.DONE
    ) -> Run:
        """Submit `config` and store its results as a worker would."""
        run = self.store.submit(self.owner, config, name)
        self.store.begin(run.job.id, "TRAIN-0")
        for result in results:
            artifacts.save(self.store.workspace.run(run.job.id), result)
        self.store.finish(
            run.job.id, state, None if state is State.DONE else "The loss became nan: lower the rate."
        )
        return self.store.run(self.owner, run.id)

    def table(self, name: str, csv: bytes) -> None:
        """Upload a table, and read and diagnose it with the worker's code."""
        self.read(name, csv)
        self.look(DataConfig(dataset=self.dataset.digest, text="text", label="label"))

    def read(self, name: str, csv: bytes) -> None:
        """Upload a table, and read it with the worker's code."""
        self.csv = csv
        self.dataset = self.store.add_dataset(self.owner, name, {"train": csv})
        _, reading = read_table(self.store.workspace.sources(self.dataset.digest), settings())
        self.answer(ReadConfig(dataset=self.dataset.digest), reading)

    def look(self, data: DataConfig) -> None:
        """Diagnose the table under the config `data`."""
        self.data = data
        table, _ = read_table(self.store.workspace.sources(data.dataset), settings())
        lengths = table[data.text].str.split().str.len().to_numpy(np.int64) + 2
        statistics = TokenStatistics(BUNDLED, 128, 0.15, 1.4, lengths)
        self.diagnosis, _ = diagnose(table, self.data, statistics)
        self.answer(DiagnoseConfig(data=self.data), self.diagnosis)

    def about_the_model(self) -> None:
        """Store the info and the cost model of the bundled backbone."""
        self.answer(BackboneInfoConfig(backbone=BackboneConfig()), MINILM)
        loop = TrainingConfig()
        timed = ProfileConfig(
            backbone=BackboneConfig(),
            features=FeatureConfig(token_limit=128),
            training=TrainingConfig(batch_size=loop.batch_size, precision=loop.precision, device=loop.device),
        )
        self.answer(
            timed,
            CostModel(
                device="CPU, 2 threads",
                precision="bf16",
                batch_size=32,
                encode_embeddings=1e-6,
                encode_block=7e-6,
                encode_text=1e-5,
                step=5e-3,
                step_block=2e-3,
                step_token=2e-5,
                step_embeddings=1e-2,
                head_step=1e-3,
                saved_bytes=4e4,
                load=0.5,
                base_bytes=400_000_000,
                limit_bytes=4_000_000_000,
            ),
        )

    def train(self, name: str, plan: FreezePlan, seed: int = 0, state: State = State.DONE) -> Run:
        """Finish a training with curves, scores and drift."""
        config = ExperimentConfig(data=self.data, freeze=plan, training=TrainingConfig(seed=seed))
        run = self.store.submit(self.owner, config, name)
        self.points(run.job.id, seed, plan=plan)
        results = (self.evaluation(seed), self.drift(plan), self.summary(plan, seed))
        return self.answer(config, *results, name=name, state=state)

    def summary(self, plan: FreezePlan, seed: int = 0) -> RunSummary:
        """Return the summary of a run."""
        metrics = self.evaluation(seed).metrics
        return RunSummary(
            "CPU, 2 threads",
            "bf16",
            {"read": 0.2, "encode": 2.0, "train": 9.0, "evaluate": 0.6, "total": 11.8 + seed},
            {"trainable": MINILM.trainable(plan), "total": MINILM.parameters + 1155},
            metrics["validation"],
            metrics["test"],
            0.34,
            3,
            2,
            plan.first_trainable_block(6),
        )

    def points(self, job: str, seed: int = 0, epochs: int = 3, plan: FreezePlan | None = None) -> None:
        """Store a training history in which the head and the parts of `plan` drift."""
        trained = [f"block {k}" for k in plan.blocks] + ["embeddings"] * plan.embeddings if plan else []
        random = np.random.default_rng(seed)
        for epoch in range(1, epochs + 1):
            steps = [
                StepPoint(
                    step,
                    step / 10,
                    float(1.1 / np.sqrt(step) + 0.08 * random.random()),
                    5e-5 * (1 - step / 40),
                    1e-3 * (1 - step / 40),
                    float(1 + random.random()),
                    9000.0,
                )
                for step in range(epoch * 10 - 9, epoch * 10 + 1)
            ]
            fit, held = 0.7 + 0.09 * epoch, 0.66 + 0.08 * min(epoch, 2) + 0.01 * seed
            end = EpochPoint(
                epoch,
                epoch * 10,
                {"loss": 1 - fit, "accuracy": fit, "macro_f1": fit - 0.01},
                {"loss": 1.05 - held, "accuracy": held, "macro_f1": held - 0.02},
                3.1,
                epoch == 2,
                moved=dict.fromkeys(trained, 0.01 * epoch) | {"head": 0.2 * epoch},
            )
            self.store.add_points(job, [*steps, end])

    def evaluation(self, seed: int = 0) -> Evaluation:
        """Return an evaluation with about 80 % accuracy."""
        random, k = np.random.default_rng(seed + 1), len(self.classes)
        rows = len(self.csv.splitlines()) - 1
        truth = np.arange(rows) % k
        answer = np.where(random.random(rows) < 0.8, truth, random.integers(0, k, rows))
        names = np.asarray(self.classes, dtype=object)
        split = np.asarray(["train", "train", "train", "validation", "test"], dtype=object)[
            np.arange(rows) % 5
        ]
        confusion = np.zeros((k, k), dtype=np.int64)
        np.add.at(confusion, (truth[split == "test"], answer[split == "test"]), 1)
        right = np.diag(confusion)
        precision, recall = right / np.maximum(confusion.sum(0), 1), right / np.maximum(confusion.sum(1), 1)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
        accuracy = float((truth == answer)[split == "test"].mean())
        metrics = Metrics(
            int((split == "test").sum()),
            {
                "accuracy": Estimate(accuracy, accuracy - 0.08, accuracy + 0.07),
                "macro_f1": Estimate(float(f1.mean()), float(f1.mean()) - 0.09, float(f1.mean()) + 0.08),
            },
            0.55,
        )
        return Evaluation(
            self.classes,
            {"validation": metrics, "test": metrics},
            0.34,
            pd.DataFrame(
                {
                    "row": np.arange(1, rows + 1),
                    "split": split,
                    "text": [f"text {i} {HOSTILE}" for i in range(rows)],
                    "label": names[truth],
                    "predicted": names[answer],
                    "confidence": 0.4 + 0.6 * random.random(rows),
                    "score": (truth == answer).astype(float),
                }
            ),
        )

    def drift(self, plan: FreezePlan) -> Drift:
        """Return weight drift of the trained blocks only."""
        lines = [("embeddings.weight", "embeddings", plan.embeddings, MINILM.embedding_parameters, 40.0, 0.0)]
        lines += [
            (
                f"block{k}.weight",
                f"block {k}",
                k in plan.blocks,
                1_774_464,
                20.0,
                0.02 * (k + 1) * (k in plan.blocks),
            )
            for k in range(6)
        ]
        lines.append(("head.weight", "head", True, 1155, 1.0, 0.8))
        columns = ["name", "part", "trainable", "parameters", "start_norm", "moved_norm"]
        frame = pd.DataFrame(lines, columns=columns)
        frame["had_gradient"] = frame["trainable"]
        frame["relative_change"] = frame["moved_norm"] / frame["start_norm"]
        return Drift(frame)

    def insights(self, run: Run) -> None:
        """Probe, project and predict with a run."""
        random, rows, k = np.random.default_rng(3), len(self.csv.splitlines()) - 1, len(self.classes)
        before = np.asarray([0.62, 0.64, 0.66, 0.7, 0.72, 0.71, 0.69])
        test = np.stack([before, before + np.linspace(0, 0.14, 7)])
        folds = test[:, :, None] + 0.02 * random.standard_normal((2, 7, 5))
        self.answer(
            ProbeConfig(job=run.job.id),
            ProbeScores(
                ("pretrained", "fine-tuned"),
                folds,
                test,
                test - 0.06,
                test + 0.05,
                np.full(test.shape, 0.01),
                0.34,
                Estimate(0.66, 0.6, 0.72),
                54,
                18,
            ),
        )
        label = np.arange(rows) % k
        angle = 2 * np.pi * label / k
        centre = np.column_stack([np.cos(angle), np.sin(angle)])
        coordinates = np.stack([0.4 * centre, 1.6 * centre]) + 0.5 * random.standard_normal((2, rows, 2))
        self.answer(
            ProjectConfig(job=run.job.id, layer=6),
            Projection(
                ("pretrained", "fine-tuned"),
                self.classes,
                ("train", "validation", "test"),
                {"method": "PCA", "layer": "6", "seed": "0", "points": str(rows)},
                (
                    NeighbourhoodQuality(Estimate(0.52, 0.4, 0.63), 0.03, 0.9),
                    NeighbourhoodQuality(Estimate(0.81, 0.7, 0.9), 0.4, 0.95),
                ),
                1 / k,
                Estimate(0.31, 0.25, 0.37),
                "Texts of one label lie nearer together than before, by 29.0 points (12.0 to 44.0).",
                rows,
                coordinates.astype(np.float32),
                np.arange(1, rows + 1),
                np.arange(rows),
                label,
                np.where(random.random(rows) < 0.8, label, 0),
                np.arange(rows) % 3,
                np.arange(rows),
            ),
        )
        self.answer(SnapshotsConfig(job=run.job.id, layer=6), self.replayed(label, test))
        self.answer(ProjectionAnimationConfig(job=run.job.id), self.walk(label))
        texts = ("a warm and funny film",)
        shares = np.full((1, k), 0.2 / (k - 1), dtype=np.float32)
        shares[0, 1] = 0.8
        near = pd.DataFrame(
            {
                "text": [0, 0],
                "similarity": [0.91, 0.83],
                "neighbour": ["warm film", HOSTILE],
                "label": ["good", "bad"],
                "row": [4, 9],
            }
        )
        prediction = make_prediction(texts, self.classes, shares, near)
        self.answer(PredictConfig(job=run.job.id, texts=texts), prediction)

    def replayed(self, label: NDArray[np.int64], probes: NDArray[np.float64]) -> Snapshots:
        """Return three snapshots; `probes` are scores before and after, shape (2, layers)."""
        random, rows = np.random.default_rng(5), len(label)
        split = np.asarray([0, 0, 0, 1, 2])[np.arange(rows) % 5]
        seen = np.flatnonzero(split != 1)
        angle = 2 * np.pi * label[seen] / len(self.classes)
        centre, noise = (
            np.column_stack([np.cos(angle), np.sin(angle)]),
            random.standard_normal((len(seen), 2)),
        )
        accuracy = np.stack([probes[0], probes.mean(0), probes[1]])
        return Snapshots(
            layer=6,
            classes=self.classes,
            splits=("train", "validation", "test"),
            moments=("before training", "after epoch 1", "after epoch 3"),
            epochs=(0, 1, 3),
            steps=(0, 10, 30),
            stages=(0, 0, 0),
            metric="accuracy",
            constant_name="majority-class baseline",
            constant_baseline=0.34,
            n_train=int((split == 0).sum()),
            n_test=int((split == 2).sum()),
            coordinates=np.stack([pull * centre + 0.5 * noise for pull in (0.4, 1.0, 1.6)]).astype(
                np.float32
            ),
            index=seen,
            label=label[seen],
            split=split[seen],
            score=accuracy,
            low=accuracy - 0.06,
            high=accuracy + 0.05,
            purity=accuracy - 0.1,
            c=np.full(accuracy.shape, 0.1),
        )

    def walk(self, label: NDArray[np.int64]) -> ProjectionAnimation:
        """Return a projection animation in which only the last two layers changed."""
        rows, pull = len(label), np.tile(np.linspace(0.3, 0.9, 7), (2, 1))
        pull[1, 5:] += (0.3, 0.9)
        angle = 2 * np.pi * label / len(self.classes)
        noise = 0.4 * np.random.default_rng(6).standard_normal((rows, 2))
        centre = np.column_stack([np.cos(angle), np.sin(angle)])
        purity = 0.3 + 0.3 * pull
        return ProjectionAnimation(
            variants=("pretrained", "fine-tuned"),
            classes=self.classes,
            splits=("train", "validation", "test"),
            chance=1 / len(self.classes),
            sentence="Training made the largest difference in layer 6: 27.0 points more (20.1 to 33.9).",
            coordinates=(pull[:, :, None, None] * centre + noise).astype(np.float32),
            purity=purity,
            low=purity - 0.06,
            high=purity + 0.05,
            silhouette=purity - 0.4,
            overlap=np.asarray([1, 1, 1, 1, 1, 0.6, 0.3]),
            index=np.arange(rows),
            label=label,
            split=np.asarray([0, 0, 0, 1, 2])[np.arange(rows) % 5],
        )


def fill(folder: Path, owner: str, rows: int = 900) -> Filled:
    """Fill a workspace with several runs for manual inspection."""
    from translearn_core.runs import Workspace

    made = Filled(RunStore(Workspace(folder)), owner, rows, ("negative", "neutral", "positive"))
    made.train("head only", FreezePlan(), seed=1)
    made.train("everything, a long name to see how it is cut", FreezePlan.full(6), seed=2)
    made.train("failed one", FreezePlan.last_n(1, 6), seed=3, state=State.FAILED)
    config = ExperimentConfig(data=made.data, training=TrainingConfig(epochs=8, seed=9))
    live = made.store.submit(owner, config, "one that runs")
    made.store.begin(live.job.id, "TRAIN-0")
    made.points(live.job.id, 4, 2)
    from translearn_core.runs import Progress

    made.store.report(live.job.id, Progress("training", 20, 80, 42.0))
    time.sleep(0.01)
    made.store.submit(owner, config.model_copy(update={"freeze": FreezePlan.last_n(3, 6)}), "one that waits")
    return made
