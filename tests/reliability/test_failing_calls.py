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

FAULTS = {"full": errno.ENOSPC, "damaged": errno.EIO, "quota": errno.EDQUOT, "read-only": errno.EROFS}


class Quick(FaultySeam):
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


@pytest.mark.parametrize("at", [30, 90, 200])
def test_one_call_fails(
    at: int, tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    count("faults", 1)
    fail_and_go_on(tmp_path / "run", whole, Quick(at, errno.ENOSPC), monkeypatch)


@pytest.mark.crash
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("persistent", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("how", FAULTS.values(), ids=FAULTS.keys())
def test_each_call_of_a_run_fails(
    how: int, persistent: bool, tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    counting = Quick()
    with monkeypatch.context() as patch:
        patch.setattr(durable, "seam", counting)
        build(tmp_path / "counted").fit()
    # the first calls make the folder; each kind of fault takes others of the rest
    for at in [*range(1, 60), *range(60 + how % 4, len(counting.calls), 4)]:
        count("faults", 1)
        seam = Quick(at, how, persistent=persistent)
        fail_and_go_on(tmp_path / f"at{at}", whole, seam, monkeypatch)
