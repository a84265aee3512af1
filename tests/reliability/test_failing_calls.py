"""One call to the disk of a training run fails, or all from there on: nothing that was saved is harmed."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path

import pytest

from tests.crash_counts import Count
from tests.reliability.harness import assert_same, assert_same_checkpoints, evaluation, metrics
from tests.reliability.test_power_cut_runs import build
from tests.store.conftest import FaultySeam
from trainer.errors import DiskError
from trainer.store import durable
from trainer.store.folder import RunFolder, state

FAULTS: dict[str, int | str] = {
    "full": errno.ENOSPC,
    "damaged": errno.EIO,
    "quota": errno.EDQUOT,
    "read-only": errno.EROFS,
    "denied": errno.EACCES,
    "too many files": errno.EMFILE,
    "short": "short",
}


class Quick(FaultySeam):
    """Writes half of it before a write fails for good; "short" writes half and says so."""

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if not self._fails("write"):
            return durable.Seam.write(self, fd, data)
        half = memoryview(data)[: max(1, len(data) // 2)]
        if self.how == "short" or self.persistent:
            written = durable.Seam.write(self, fd, half)
            if self.how == "short":
                return written
        self._raise()
        raise AssertionError(self.how)

    def fsync(self, fd: int) -> None:
        if self._fails("fsync"):
            self._raise()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("whole") / "run"
    build(folder).fit()
    return RunFolder(folder)


def fail_and_go_on(folder: Path, whole: RunFolder, seam: Quick, monkeypatch: pytest.MonkeyPatch) -> None:
    """It completes all the same, or says that the disk failed and can be resumed when the disk is well."""
    with monkeypatch.context() as patch:
        patch.setattr(durable, "seam", seam)
        with suppress(DiskError):
            build(folder).fit()
    run = RunFolder(folder)
    if state(run) != "completed":
        if not run.journal.exists() and not run.run_toml.exists():
            return  # the run never began
        build(folder).fit(resume=True)
    if run.log.exists() and "was not written" in run.log.read_text("utf-8"):
        # a snapshot is a picture for viewers: the log says which one is missing, and no more is done for it
        assert_same_checkpoints(run, whole)
        assert metrics(run) == metrics(whole)
        assert evaluation(run) == evaluation(whole)
    else:
        assert_same(run, whole)


@pytest.mark.parametrize(("at", "how"), list(zip([30, 45, 60, 75, 90, 120, 200], FAULTS, strict=True)))
def test_one_call_fails(
    at: int, how: str, tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    count("faults", 1)
    fail_and_go_on(tmp_path / "run", whole, Quick(at, FAULTS[how]), monkeypatch)


def test_every_write_is_short(tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    seam = Quick(1, "short", persistent=True)
    with monkeypatch.context() as patch:
        patch.setattr(durable, "seam", seam)
        build(tmp_path / "run").fit()
    assert seam.faults > 100
    assert_same(RunFolder(tmp_path / "run"), whole)


def test_too_many_open_files_are_no_fault_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "seam", Quick(1, errno.EMFILE))
    with pytest.raises(DiskError) as caught:
        durable.write_text(tmp_path / "x", "x")
    assert caught.value.code == "disk.too_many_files"
    assert "ulimit -n" in caught.value.fix


@pytest.mark.crash
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("persistent", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("kind", FAULTS)
def test_each_call_of_a_run_fails(
    kind: str, persistent: bool, tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    counting = Quick()
    with monkeypatch.context() as patch:
        patch.setattr(durable, "seam", counting)
        build(tmp_path / "counted").fit()
    # the first calls make the folder; each kind of fault takes others of the rest
    first = 60 + list(FAULTS).index(kind)
    for at in [*range(1, 60), *range(first, len(counting.calls), len(FAULTS))]:
        count("faults", 1)
        seam = Quick(at, FAULTS[kind], persistent=persistent)
        fail_and_go_on(tmp_path / f"at{at}", whole, seam, monkeypatch)
