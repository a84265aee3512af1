"""Images that take more memory than a process may have are trained on from the cache, or from their shards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.image_folders import make_images
from trainer.cli import main
from trainer.data import open_data, shard_source

SIDE = 512
"""A megabyte each, decoded."""
FEW, MANY = 24, 160
FREE_MB = 80

EPOCH = """
import resource, sys
from pathlib import Path
from trainer.data import open_data, shard_source

def epoch(source):
    data = open_data(source, size=int(side), batch=4, rotation=5.0, flip=0.5, crop=4)
    trained = sum(len(labels) for _, labels in data.train_batches(1))
    return trained + sum(len(labels) for split in ("valid", "test") for _, labels in data.eval_batches(split, 4))

few, many, side, free, kept = sys.argv[1:]
shard_source.KEPT_BYTES = int(kept)
epoch(few)  # libraries, threads and buffers are there
used = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmData" in line)
limit = (used << 10) + (int(free) << 20)
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
print(epoch(many))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
@pytest.mark.parametrize(("kind", "kept"), [("folder", 1 << 40), ("shards", 0)])
def test_an_epoch_takes_a_fraction_of_the_memory_that_all_pixels_would(
    kind: str, kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit counts what was allocated and private mappings that may be written to, not what is mapped for reading:
    those pages the system drops and reads again as it needs to."""
    monkeypatch.setattr(shard_source, "KEPT_BYTES", kept)
    sources = []
    for name, count in (("few", FEW), ("many", MANY)):
        make_images(tmp_path / name, {"cat": count // 2, "dog": count // 2}, size=(64, 64))
        if kind == "shards":
            assert main(["data", str(tmp_path / name), "--shards", str(tmp_path / f"{name}-s"), "--json"]) == 0
            name = f"{name}-s"
        sources.append(str(tmp_path / name))
        open_data(sources[-1], size=SIDE)  # decoded and checked: a matter of its own
    command = [sys.executable, "-c", EPOCH, *sources, str(SIDE), str(FREE_MB), str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{MANY}\n"), done.stderr[-2000:]
