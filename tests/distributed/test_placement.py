"""Who this process is, and errors on their way between processes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.distributed.launcher import environment
from trainer.distributed.joined_group import process_group
from trainer.distributed.peer_errors import lost, peer_error, told
from trainer.distributed.placement import Placement, placement
from trainer.distributed.process_group import ALONE
from trainer.errors import DataError

TORCHRUN = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "a"}
NAMES = (*TORCHRUN, "MASTER_PORT", "TORCHELASTIC_RESTART_COUNT", "TORCHELASTIC_RUN_ID")


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_the_environment_of_torchrun_says_which_process_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"MASTER_PORT": "1", "TORCHELASTIC_RESTART_COUNT": "2", "TORCHELASTIC_RUN_ID": "x"}
    for name, value in {**TORCHRUN, **more}.items():
        monkeypatch.setenv(name, value)
    assert placement() == Placement(3, 4, 1, 2, 2, True)


@pytest.mark.parametrize("missing", ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"])
def test_half_an_environment_names_no_other_processes(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**TORCHRUN, "MASTER_PORT": "1"}.items():
        if name != missing:
            monkeypatch.setenv(name, value)
    assert placement() == Placement()
    assert process_group() is ALONE


def test_one_process_of_torchrun_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**TORCHRUN, "RANK": "0", "WORLD_SIZE": "1", "MASTER_PORT": "1"}.items():
        monkeypatch.setenv(name, value)
    assert process_group() is ALONE


def test_an_error_of_another_process_keeps_its_code_and_says_where() -> None:
    error = DataError("data.odd", "It is odd.", where="a.png", expected="even", fix="add one", number=3)
    found = peer_error(told(error, 2, 4))
    assert (found.code, found.what, found.exit_code, found.rank) == ("data.odd", "It is odd.", 5, 2)
    assert found.where == "process 2 of 4; a.png"
    assert found.parameters == {"number": 3}
    assert told(found, 0, 4)["rank"] == 2  # who passes it on is not the cause


@pytest.mark.parametrize(
    ("error", "code"), [(ValueError("oh"), "distributed.failed"), (lost(1, 2, "ada", "reset"), "distributed.lost")]
)
def test_other_ends_have_codes_of_their_own(error: Exception, code: str) -> None:
    found: Any = peer_error(told(error, 1, 2))
    assert found.code == code
    assert found.parameters["process"] == 1
    assert "rocess 1 of 2" in found.what


def test_nothing_of_several_processes_is_imported_for_one() -> None:
    code = (
        "import sys; from trainer import Trainer, build_model, open_data; data = open_data('digits');"
        "Trainer(build_model('softmax', data.input_shape, 10), data, epochs=1).fit();"
        "print('trainer.distributed.torch_group' in sys.modules)"
    )
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=120, check=True)
    assert done.stdout.strip() == "False"
