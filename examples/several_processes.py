"""Three seeds in three processes at once, a run folder each; one of them is asked to stop by this process."""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev
from time import sleep

RUNS = Path("runs")


def train(seed: int) -> float:
    """One whole run; macro-F1 on its test images. Everything that is imported here is imported in each process."""
    from trainer import Trainer, build_model, open_data

    data = open_data("digits", seed=7)  # the same split for all of them
    model = build_model("softmax", data.input_shape, len(data.classes), seed=seed)
    # one thread each: processes that share the cores only get into each other's way with more
    trainer = Trainer(model, data, epochs=10, seed=seed, threads=1, run_dir=RUNS / f"seed-{seed}")
    return trainer.fit().evaluations["test"].metrics.macro_f1


def train_for_long(name: str) -> str:
    """A run that does not end by itself for minutes; its status once it has ended."""
    from trainer import Trainer, build_model, open_data

    data = open_data("digits")
    model = build_model("softmax", data.input_shape, len(data.classes))
    return Trainer(model, data, epochs=100_000, threads=1, run_dir=RUNS / name).fit().status


def stop_when_it_runs(name: str) -> None:
    """Ask for the end of a run as the window does: by a file in its folder."""
    from trainer.store.folder import RunFolder, state
    from trainer.store.requests import post

    folder = RunFolder(RUNS / name)
    while not folder.path.exists() or state(folder) != "running":
        sleep(0.1)
    post(folder, "stop", source="several_processes.py")


def main() -> int:
    """All of it. Processes are spawned: forked ones would inherit torch's threads."""
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        scores = list(pool.map(train, (1, 2, 3)))
        print(f"macro-F1 {mean(scores):.3f}, standard deviation {stdev(scores):.3f}")
        long = pool.submit(train_for_long, "long")
        stop_when_it_runs("long")
        print("long:", long.result())
    return 0


if __name__ == "__main__":  # spawned processes import this file
    sys.exit(main())
