"""The contract finds every kind of broken callback, and nothing wrong with ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.testing import RECORDINGS, Check, callback_contract, contract_checks
from tests.callbacks.testing import broken
from trainer.callback import Callback
from trainer.plugins import callback_names, load_callback

OWN = [kind for kind in map(load_callback, callback_names()) if not kind.__module__.startswith("callbacks.trackers")]
"""Trackers write to their tools' places, and take seconds: they have tests of their own."""
ROOT = Path(__file__).parents[3]


@callback_contract(*OWN)
def test_our_callbacks_keep_the_contract(check: Check) -> None:
    check()


@callback_contract(broken.Good, lambda: broken.Good(patience=10))
def test_a_good_callback_keeps_it(check: Check) -> None:
    check()


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    broken.Leaky.release.set()


@pytest.mark.parametrize("kind", broken.CAUGHT, ids=lambda kind: kind.__name__)
def test_a_broken_callback_is_caught(kind: type[Callback], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some write where they are
    rule, words = broken.CAUGHT[kind]
    broken.Leaky.release.clear()
    (check,) = (one for one in contract_checks(kind) if one.name == f"{kind.__name__}-{rule}")
    with pytest.raises(AssertionError, match=words):
        check()


def test_every_rule_has_a_callback_that_breaks_it() -> None:
    """Stops are the exception: whatever raises at one raises at the end of a recording, too."""
    rules = {check.name.partition("-")[2] for check in contract_checks(broken.Good)}
    heard = {f"hears_{name}" for name in RECORDINGS}
    assert rules - heard - {rule for rule, _ in broken.CAUGHT.values()} == {"a_stop_does_no_harm"}


def test_what_is_no_callback_is_refused() -> None:
    with pytest.raises(AssertionError, match="derive the class"):
        contract_checks(str)[0]()  # type: ignore[arg-type]


def test_neither_torch_nor_pytest_is_loaded_where_nobody_asks() -> None:
    code = (
        "import sys\n"
        "from callbacks.testing import contract_checks, recorded, replay\n"
        "from callbacks import EarlyStopping\n"
        "for check in contract_checks(EarlyStopping): check()\n"
        "print([name for name in ('torch', 'pytest', 'pandas', 'sklearn', 'PySide6') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
