"""Run the benchmark: a table on the terminal, and everything that was measured as JSON.

``python -m tests.benchmarks --train TRAIN.csv --test TEST.csv``
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from tests.benchmarks.work import Work

PLANS = {"head only": "none", "last 2 blocks": "last:2", "everything": "all"}
"""What trains, as the command line of the project says it."""
GROWTH = (1_000, 3_000, 10_000, 30_000, 100_000, 200_000)
"""Rows whose encoding is timed with ``--scaling``."""

screen = Console(stderr=True)


def main(
    train: Annotated[Path, typer.Option(help="CSV or TSV to train on.")],
    test: Annotated[Path, typer.Option(help="CSV or TSV to score on.")],
    text: Annotated[str, typer.Option(help="Column of the texts.")] = "text",
    text_pair: Annotated[str | None, typer.Option(help="Column of the second texts of pairs.")] = None,
    label: Annotated[str, typer.Option(help="Column to predict.")] = "label",
    task: Annotated[str, typer.Option(help="single, multi-label, regression or tokens.")] = "single",
    sentence: Annotated[
        str | None, typer.Option(help="Column of the sentences, where rows are words.")
    ] = None,
    arithmetic: Annotated[str, typer.Option(help="bf16 or float32, of ours and of the peer.")] = "bf16",
    epochs: Annotated[int, typer.Option()] = 3,
    batch_size: Annotated[int, typer.Option()] = 32,
    seeds: Annotated[int, typer.Option(help="Seeds of ours and of the peer in bf16.")] = 3,
    default_seeds: Annotated[int, typer.Option(help="Seeds of the peer in its default arithmetic.")] = 1,
    plans: Annotated[str, typer.Option(help="Of: " + ", ".join(PLANS))] = ",".join(PLANS),
    scaling: Annotated[bool, typer.Option(help="Time the pass on more and more rows as well.")] = False,
    out: Annotated[Path, typer.Option(help="Where the JSON goes.")] = Path("benchmark.json"),
) -> None:
    """Measure this project beside its peers, one after another on an otherwise idle machine."""
    base = {"train": str(train), "test": str(test), "text": text, "text_pair": text_pair, "label": label}
    base |= {"task": task, "sentence": sentence, "epochs": epochs, "batch_size": batch_size}  # type: ignore[dict-item]
    texts = task == "single" and text_pair is None
    facts: list[dict[str, Any]] = []
    home = Path(tempfile.mkdtemp(prefix="benchmark-"))

    def run(
        module: str, who: str, plan: str, precision: str, seed: int, store: str = "", rows: int = 0
    ) -> None:
        work = Work(who, plan, precision, seed, store=store, rows=rows, **base)  # type: ignore[arg-type]
        facts.append(asdict(work) | measure(module, work))
        out.write_text(json.dumps(facts, indent=1))
        took = f"{facts[-1]['seconds']:.2f} s"
        screen.print(f"{who}, {rows or plan}, {precision}, seed {seed}: {took}", highlight=False)

    try:
        machine = measure("machine", None)
        facts.append({"who": "machine", "seconds": 0.0} | machine)
        for seed in range(seeds):
            stored = str(home / f"encode-{seed}")
            if texts:
                run("ours", "ours encode", "encode", arithmetic, seed, stored)
                run("sentences", "sentence-transformers", "encode", arithmetic, seed)
                if seed < default_seeds and arithmetic != "float32":
                    run("sentences", "sentence-transformers", "encode", "float32", seed)
            for plan in (PLANS[name.strip()] for name in plans.split(",")):
                store = str(home / f"{plan.replace(':', '-')}-{seed}")
                run("ours", "ours cold", plan, arithmetic, seed, store)
                if plan != "all":
                    run("ours", "ours warm", plan, arithmetic, seed, store)
                run("trainer", "Trainer", plan, arithmetic, seed)
                if seed < default_seeds and arithmetic != "float32":
                    run("trainer", "Trainer", plan, "float32", seed)
                shutil.rmtree(store, ignore_errors=True)
            shutil.rmtree(stored, ignore_errors=True)
        for rows in GROWTH if scaling else ():
            store = str(home / f"rows-{rows}")
            run("scaling", "rows", "encode", "bf16", 0, store, rows)
            shutil.rmtree(store, ignore_errors=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    show(facts)


def measure(module: str, work: Work | None) -> dict[str, Any]:
    """Run one process and return what it measured."""
    command = [sys.executable, "-W", "ignore", "-m", f"tests.benchmarks.{module}"]
    command += [] if work is None else [json.dumps(asdict(work))]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured


def show(facts: list[dict[str, Any]]) -> None:
    """Print times, ratios and accuracies."""
    by: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for fact in facts[1:]:
        by[fact["plan"], fact["who"], fact["precision"]].append(fact)
    machine = facts[0]
    names = list(dict.fromkeys(name for fact in facts[1:] for name in fact.get("scores", ())))
    heads = ("work", "who", "arithmetic", "seconds", "beside bf16", "beside float32", *names, "seeds")
    table = Table(*heads)
    for (plan, who, precision), measured in by.items():
        if who == "rows":
            continue
        peer = "sentence-transformers" if plan == "encode" else "Trainer"
        seconds = [fact["seconds" if who != "sentence-transformers" else "encode"] for fact in measured]
        ratios = [
            ratio(by.get((plan, peer, p)), seconds, "encode" if plan == "encode" else "seconds")
            if who.startswith("ours")
            else ""
            for p in ("bf16", "float32")
        ]
        means = [[fact["scores"][name] for fact in measured if "scores" in fact] for name in names]
        table.add_row(
            plan, who, precision, f"{np.median(seconds):.2f}", *ratios,
            *(f"{np.mean(values):.3f}" if values else "" for values in means), str(len(measured)),
        )  # fmt: skip
    Console().print(table)
    for fact in by["encode", "ours encode", "bf16"][:1]:
        share = fact["flops"] / fact["seconds"] / machine["bf16"]
        print(
            f"{machine['device']}: large bf16 products at {machine['bf16'] / 1e9:.0f} GFLOP/s, float32 at "
            f"{machine['float32'] / 1e9:.0f}; the pass reaches {share:.0%} of the first; every layer costs "
            f"{fact['seconds'] / fact['last_layer']:.2f} of the last one alone."
        )
    for fact in by["encode", "rows", "bf16"]:
        print(
            f"{fact['rows']:>7,} rows, {fact['tokens']:>9,} tokens: {fact['seconds']:7.1f} s, "
            f"{fact['tokens'] / fact['seconds']:,.0f} tokens a second, {fact['bytes'] / 1e9:.2f} GB"
        )


def ratio(peer: list[dict[str, Any]] | None, ours: list[float], key: str) -> str:
    """Return how many times longer the peer takes."""
    return f"{np.median([fact[key] for fact in peer]) / np.median(ours):.1f} ×" if peer else ""


if __name__ == "__main__":
    typer.run(main)
