"""Two processes on two cores against one process with two threads: images a second of the training, same global batch.

    python -m tests.benchmarks.distributed [--repeat 3] [--batch 128]

Models without BatchNorm on random images: a small CNN with GroupNorm, whose steps are long, and an MLP, whose steps
are so short that exchanging gradients takes longer than computing them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from tests.benchmarks.arguments import parser

MODELS = ("cnn", "mlp")
LAYOUTS = {"1 process, 1 thread": (1, 1), "1 process, 2 threads": (1, 2), "2 processes, 1 thread each": (2, 1)}


def train(model_name: str, batch: int, threads: int, out: str) -> None:
    """One run in this process, which may be one of several; writes its images a second, and the seconds exchanging."""
    import torch
    from torch import nn

    from trainer import Trainer
    from trainer.distributed.joined_group import process_group

    torch.manual_seed(1)
    images = torch.randn(4096, 3, 32, 32)
    labels = torch.randint(10, (4096,))
    batches = list(zip(images.split(batch), labels.split(batch), strict=True))
    channels = (3, 32, 64, 64)
    layers: list[nn.Module] = []
    for before, after in pairwise(channels):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.GroupNorm(8, after), nn.ReLU(), nn.MaxPool2d(2)]
    model = (
        nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 16, 10))
        if model_name == "cnn"
        else nn.Sequential(nn.Flatten(), nn.Linear(3072, 128), nn.ReLU(), nn.Linear(128, 10))
    )
    result = Trainer(model, {"train": batches}, epochs=3, threads=threads, device="cpu").fit()
    group = process_group()
    if group.rank == 0:
        speeds = [epoch.samples_per_second for epoch in result.epochs[1:]]  # the first one warms up
        steps = 3 * len(batches)
        Path(out).write_text(json.dumps([statistics.median(speeds), group.exchange_seconds / steps]), encoding="utf-8")


def measure(model: str, batch: int, processes: int, threads: int) -> tuple[float, float]:
    """Images a second, and seconds a step spent exchanging, of a run in processes of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
        command = [sys.executable, *(launch if processes > 1 else []), "-m", "tests.benchmarks.distributed", "--child"]
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2]), environment.get("PYTHONPATH", "")])
        given = [model, str(batch), str(threads), str(out)]
        subprocess.run([*command, *given], check=True, env=environment, stdout=subprocess.DEVNULL)
        speed, exchange = json.loads(out.read_text(encoding="utf-8"))
        return speed, exchange


def main() -> int:
    """Print a table of medians."""
    given = parser("distributed", __doc__)
    given.add_argument("--repeat", type=int, default=3, help="runs of each; medians are shown")
    given.add_argument("--batch", type=int, default=128, help="images of a batch, of all processes together")
    options = given.parse_args()
    for model in MODELS:
        speeds = {}
        for name, (processes, threads) in LAYOUTS.items():
            runs = [measure(model, options.batch, processes, threads) for _ in range(options.repeat)]
            speeds[name] = statistics.median(speed for speed, _ in runs)
            waits = statistics.median(wait for _, wait in runs) * 1e3
            print(
                f"{model}: {name}: {speeds[name]:,.0f} images/s"
                + (f", {waits:.2f} ms exchanging a step" if waits else "")
            )
        one, two, both = speeds.values()
        print(f"{model}: 2 processes against 2 threads: {both / two:.2f}; against 1 thread, of 2: {both / one:.2f}")
    return 0


if __name__ == "__main__":
    if "--child" in sys.argv:
        train(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    else:
        sys.exit(main())
