"""`torch.compile` of a model before its run starts: what that needs, and a warm-up that leaves no trace.

The module is compiled in place, so that names of parameters stay what they are. There is one graph for training and one
for evaluation, both made before the run starts, the batch marked as what may change; a batch that fits neither is
computed as it would be without. So no run stalls at the last, smaller batch of an epoch, and a resumed run stays
bit-identical: with a graph per batch size, the graph a batch gets would depend on the batches before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from trainer.data.loaders import DataSource
from trainer.engine.module_modes import start_training
from trainer.engine.precision import Forward, forward_in
from trainer.engine.session import Session
from trainer.engine.untouched import untouched
from trainer.errors import UsageError
from trainer.events import Preparing
from trainer.text.text_shortening import first_line
from trainer.torch_internals import (
    call_of,
    find_cpp_compiler,
    has_triton,
    is_compiled,
    mark_dynamic,
    set_compiled,
)

PARTS = 2
"""The graph of training and that of evaluation."""
_LEAVE_OUT = "leave out --compile (compile = false in a file)"


class Compiled:
    """Replaces `forward` once its graphs exist; no further ones are compiled."""

    def __init__(self, forward: Forward) -> None:
        self._forward = forward

    def __call__(self, images: Tensor) -> Tensor:
        """Images to logits."""
        with torch.compiler.set_stance("eager_on_recompile"):
            return self._forward(images)


def check_step(training_step: object, *, several: bool, shard: bool) -> None:
    """Raises UsageError `train.step_compile` if there is a custom training step, or if the model has `several` inputs;
    `distributed.shard` if it is to be sharded."""
    if shard:
        raise UsageError("distributed.shard", "A sharded model cannot be compiled.", fix="leave out compile, or shard")
    if training_step is not None or several:
        raise UsageError(
            "train.step_compile",
            f"{'A training step of your own' if training_step else 'A model of several inputs'} cannot be compiled.",
            fix="leave out compile, or call torch.compile on the model yourself",
        )


def check_compiler(device: torch.device) -> None:
    """Raises UsageError `compile.no_compiler` or `compile.no_triton` if the compiler is missing."""
    if device.type == "cpu" and (reason := _no_compiler()):
        raise UsageError(
            "compile.no_compiler",
            f"Compiling the model needs a C++ compiler, and none was found: {reason}",
            expected="g++, clang++ or, on Windows, cl; the environment variable CXX may name another",
            fix=f"{_LEAVE_OUT}, or install a C++ compiler (Debian, Ubuntu: apt install g++; macOS: xcode-select "
            "--install; Windows: Visual Studio Build Tools)",
        )
    if device.type == "cuda" and not has_triton():
        raise UsageError(
            "compile.no_triton",
            "Compiling the model for a GPU needs Triton, and it does not work here.",
            expected="the package triton, and a GPU that it knows",
            fix=f"{_LEAVE_OUT}, or install triton as described on PyTorch's site",
        )


def _no_compiler() -> str:
    """Why there is no compiler; empty if there is one, or if only the warm-up can tell."""
    try:
        find_cpp_compiler()
    except Exception as error:
        return first_line(error)
    return ""


def compile_model(
    model: nn.Module,
    forward: Forward,
    criterion: Callable[[Tensor, Tensor], Tensor],
    images: Tensor,
    progress: Callable[[int, int], None],
) -> float:
    """Compile `model` in place and make both graphs; the seconds it took.

    `forward` is how the run calls the model. `images` (B, ...) float32: any of a training batch's shape, on the
    model's device. `progress` gets the graphs made and `PARTS`, and may raise to give up. Parameters, gradients,
    buffers, modes and global generators are left as they were. A model that was compiled already stays as it is.
    Raises UsageError `compile.failed`, with the model as it was.
    """
    start = time.perf_counter()
    ours = not is_compiled(model)
    if ours:
        _compile(model)
    labels = torch.zeros(len(images), dtype=torch.int64, device=images.device)
    mark_dynamic(images)
    parts: tuple[Callable[[], None], ...] = (
        lambda: _train(model, forward, criterion, images, labels),
        lambda: _evaluate(model, forward, images),
    )
    with torch.compiler.set_stance("default"), untouched(model, images.device):
        for done, part in enumerate(parts):
            progress(done, PARTS)
            try:
                part()
            except (MemoryError, torch.OutOfMemoryError):
                raise
            except Exception as error:  # anything can go wrong between a model and machine code
                if ours:
                    set_compiled(model, None)
                raise _failed(error) from error
    progress(PARTS, PARTS)
    return time.perf_counter() - start


def compile_within(
    session: Session,
    model: nn.Module,
    criterion: Callable[[Tensor, Tensor], Tensor],
    feed: DataSource,
    precision: str,
    device: torch.device,
) -> tuple[Forward, float]:
    """Compile the model for the training batches of `feed`, which may take a minute: how it is called from now on, and
    the seconds. `session` hears how far it is, and is asked for a stop. Raises as `compile_model`."""

    def tell(done: int, total: int) -> None:
        # not announced: the stage before may have been told just now, and this one would show as that for long
        session.emit(Preparing(**session.position, stage="compile", done=done, total=total))
        if session.control.waiting:
            session.requests.boundary()

    forward = forward_in(precision, model, device)
    images = torch.zeros(feed.batch, *feed.input_shape, dtype=torch.float32, device=device)
    seconds = compile_model(model, forward, criterion, images, tell)
    session.log(f"the model was compiled in {seconds:.1f} s")
    return Compiled(forward), seconds


def _compile(model: nn.Module) -> None:
    """`model.compile()`. Up to torch 2.9 at least, that leaves a model of a class of torch's own as it is, such as
    `nn.Sequential`: code within torch.nn is compiled only when code from elsewhere calls it."""
    if not type(model).__module__.startswith("torch.nn."):
        model.compile()
        return

    plain = call_of(model)

    def call(*args: Any, **kwargs: Any) -> Any:
        return plain(*args, **kwargs)

    set_compiled(model, torch.compile(call))


def _train(
    model: nn.Module, forward: Forward, criterion: Callable[[Tensor, Tensor], Tensor], images: Tensor, labels: Tensor
) -> None:
    start_training(model)  # frozen modules are not in training mode in the run either
    loss = criterion(forward(images), labels)
    # not `backward`: the caller's gradients stay as they are, and hooks on them are not called
    torch.autograd.grad(loss, [one for one in model.parameters() if one.requires_grad], allow_unused=True)


def _evaluate(model: nn.Module, forward: Forward, images: Tensor) -> None:
    model.eval()
    with torch.no_grad():
        forward(images)


def _failed(error: BaseException) -> UsageError:
    inner: Any = getattr(error, "inner_exception", None) or error
    reason = f"{type(inner).__name__}: {first_line(inner)}"
    return UsageError(
        "compile.failed",
        f"The model cannot be compiled: {reason}",
        where="the warm-up, before training",
        expected="a model that torch.compile supports; on the CPU a C++ compiler and Python's headers",
        fix=f"{_LEAVE_OUT}, or install what is missing",
        reason=reason,
    )
