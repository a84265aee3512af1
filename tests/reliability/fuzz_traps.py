"""Inputs that were built to do harm: bombs, pipes, devices, loops of links, long names, deep nesting, many files."""

from __future__ import annotations

import random
from collections.abc import Iterable

from tests.reliability.bombs import lying_arrays, packed_shards, picture, pictures, sparse, sparse_data, zipped_arrays
from tests.reliability.endless_inputs import (
    deep_records,
    deep_settings,
    long_names,
    long_values,
    many_requests,
    many_runs_entries,
)
from tests.reliability.fuzz_targets import TARGETS
from tests.reliability.fuzzing import Action, Bench, Trap
from tests.reliability.odd_files import device, links_in_circles, loop, odd_data, odd_file, pipe, run_files

TRAPS: dict[str, Trap] = {
    **{f"picture {name}": picture(name, make) for name, make in pictures()},
    "zipped arrays": zipped_arrays,
    "lying arrays": lying_arrays,
    "packed shards": packed_shards,
    **{
        f"sparse {name}": sparse(name, 2 << 30)
        for name in ("journal.jsonl", "*.safetensors", "*.npz", "*.json", "run.toml")
    },
    "sparse data": sparse_data,
    **{f"pipe {name}": odd_file(name, pipe) for name in run_files()},
    **{f"device {name}": odd_file(name, device) for name in run_files()},
    **{f"loop {name}": odd_file(name, loop) for name in run_files()},
    "pipes in data": odd_data(pipe),
    "devices in data": odd_data(device),
    "loops in data": odd_data(loop),
    "links in circles": links_in_circles,
    "long names": long_names,
    "long values": long_values,
    "deep settings": deep_settings,
    "deep records": deep_records,
    "many requests": many_requests,
    "many entries": many_runs_entries,
}


def traps(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """The trap of this number."""
    return list(TRAPS.values())[number](bench)


ALL = {**TARGETS, "traps": traps}
