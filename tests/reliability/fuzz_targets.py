"""What is fuzzed: a function for each kind of input makes one, and says what a person would do with it."""

from __future__ import annotations

from tests.reliability.fuzz_commands import assist, command_lines, settings, training
from tests.reliability.fuzz_data import cached_files, downloads, edits, folders, images, shards, tables, weights
from tests.reliability.fuzz_runs import requests, run_target
from tests.reliability.fuzzing import Target

TARGETS: dict[str, Target] = {
    "run settings": run_target(lambda name: name.endswith("run.toml"), 1),
    "journals": run_target(lambda name: name.endswith(("journal.jsonl", "metrics.csv"))),
    "checkpoints": run_target(lambda name: name.endswith(".safetensors")),
    "arrays": run_target(lambda name: name.endswith(".npz")),
    "records": run_target(lambda name: name.endswith((".json", ".txt")), 3),
    "requests": requests,
    "settings": settings,
    "training": training,
    "command lines": command_lines,
    "assist": assist,
    "edits": edits,
    "tables": tables,
    "images": images,
    "shards": shards,
    "weights": weights,
    "downloads": downloads,
    "cached files": cached_files,
    "folders": folders,
}
