"""What is fuzzed: a function for each kind of input makes one, and says what a person would do with it."""

from __future__ import annotations

from tests.reliability.fuzz_commands import assist, command_lines, settings, training
from tests.reliability.fuzz_data import (
    cached_files,
    data_sets,
    downloads,
    edits,
    folders,
    images,
    models,
    shards,
    tables,
    weights,
)
from tests.reliability.fuzz_runs import requests, run_target
from tests.reliability.fuzz_window import helper, searches, windows
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
    "helper": helper,
    "searches": searches,
    "windows": windows,
    "edits": edits,
    "tables": tables,
    "images": images,
    "shards": shards,
    "weights": weights,
    "models": models,
    "data sets": data_sets,
    "downloads": downloads,
    "cached files": cached_files,
    "folders": folders,
}
