"""The state a run changes besides weights, optimiser and global generators, for its checkpoints.

The loss's parameters and buffers, buffers that a model does not save itself, extra state (`get_extra_state`), modes and
frozen parameters, and the generators of the caller's own objects.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from trainer.data.loader_source import LoaderSource
from trainer.data.loaders import DataSource
from trainer.engine.checkpoint_state import adopt_buffers, restore_generators
from trainer.engine.module_modes import evaluating_names, modes_of, put_back, set_evaluating, start_training
from trainer.engine.own_generators import capture_own, find_generators, restore_own
from trainer.errors import DiskError, UsageError
from trainer.store import checkpoint as container
from trainer.store import codec

Tensors = dict[str, Tensor]


def copy_state(model: nn.Module) -> dict[str, Any]:
    """`state_dict` as it is now: copies of tensors and of extra state."""
    state = model.state_dict()
    return {
        name: value.detach().clone() if isinstance(value, Tensor) else copy.deepcopy(value)
        for name, value in state.items()
    }


def extra_state(module: object) -> dict[str, Any]:
    """Extra state of its modules that is not a tensor, by its key in the state_dict."""
    if not isinstance(module, nn.Module):
        return {}
    return {name: value for name, value in module.state_dict().items() if not isinstance(value, Tensor)}


def check_storable(model: nn.Module, criterion: object) -> None:
    """Raises UsageError `model.state` if a checkpoint could not store the state of the model or the loss."""
    for what, module in (("model", model), ("loss", criterion)):
        if not isinstance(module, nn.Module):
            continue
        for name, part in module.named_modules():
            kind = type(part)
            if kind.get_extra_state is not nn.Module.get_extra_state and (
                kind.set_extra_state is nn.Module.set_extra_state
            ):
                raise _not_storable(what, name or kind.__name__, f"{kind.__name__} has no set_extra_state")
        for name, value in module.state_dict().items():
            try:
                if isinstance(value, Tensor):  # one without values yet will be on the model's device
                    container.check_tensor(name, value.new_empty(0, device="cpu") if value.is_meta else value)
                else:
                    codec.to_tree({name: value})
            except (TypeError, ValueError) as error:
                raise _not_storable(what, name, str(error)) from error


def _not_storable(what: str, name: str, reason: str) -> UsageError:
    return UsageError(
        "model.state",
        f"A checkpoint cannot hold the state of the {what}: {reason}",
        where=f"{what}: {name}",
        expected="dense tensors; get_extra_state and set_extra_state with numbers, strings, lists, dicts and tensors",
        fix="return the state in such values, or train without a run folder (run_dir=None)",
        name=name,
        reason=reason,
    )


class ModuleState:
    """Captures and restores that state. `limits` says why a resumed run may differ from an uninterrupted one.

    `computes`: what else the bits of a step depend on, such as whether the model is compiled.
    """

    def __init__(
        self, model: nn.Module, criterion: object, feed: DataSource, device: torch.device, computes: Mapping[str, bool]
    ) -> None:
        self._computes = dict(computes)
        self._model = model
        self._criterion = criterion
        self._device = device
        self._exact = feed.exact_resume == "exact"
        self._caller = modes_of(model)
        self._evaluating: list[str] = []
        loaders = feed.loaders if isinstance(feed, LoaderSource) else {}
        self._generators, unreadable = find_generators({"model": model, "loss": criterion, **loaders})
        self.limits = [f"the generator {place} has no state to save" for place in unreadable] + loader_limits(feed)
        self._began: dict[str, Any] = {}
        """The caller's generators at the start of the current epoch: a loader's order is drawn from them again."""
        self._resumed: tuple[Tensors, dict[str, Any]] | None = None
        """Global and the caller's generators at the checkpoint, kept until the earlier batches have been drawn
        again."""
        self._was_trained = False
        self._trained = False
        """Whether the loader of the current epoch has reached its end, for which a sampler may draw once more."""

    # -- modes ---------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Modes of training, as the caller left them."""
        start_training(self._model)
        self._evaluating = evaluating_names(self._model)

    def end(self) -> None:
        """Modes as they were before the run."""
        put_back(self._caller)

    def begin_epoch(self) -> None:
        """Callbacks may have frozen or unfrozen modules, which is respected from now on; if one has set the whole model
        to evaluation mode, its earlier modes are restored."""
        if any(module.training for module in self._model.modules()):
            self._evaluating = evaluating_names(self._model)
        else:
            set_evaluating(self._model, self._evaluating)
        self._trained = False
        if self._resumed is not None and self._began:
            restore_own(self._generators, self._began)
        else:
            self._began = capture_own(self._generators)

    def drawn(self) -> None:
        """Earlier batches have been skipped: generators continue from the checkpoint."""
        if self._resumed is not None:
            tensors, own = self._resumed
            restore_generators(tensors, self._device)
            restore_own(self._generators, own)
            if not self._was_trained:
                self._resumed = None

    def trained(self) -> None:
        """The loader has reached its end."""
        self.drawn()
        self._resumed, self._was_trained, self._trained = None, False, True

    # -- checkpoints ---------------------------------------------------------------------------------------------

    def capture(self) -> tuple[Tensors, dict[str, Any]]:
        """Tensors as `loss.<name>` and `hidden.<module>.<name>`, and the rest, which a checkpoint keeps as `modules`.

        Raises UsageError `model.state` where extra state has become something that cannot be saved.
        """
        tensors = {f"hidden.{name}": value.detach() for name, value in self._hidden()}
        if isinstance(self._criterion, nn.Module):
            state = self._criterion.state_dict()
            tensors |= {f"loss.{key}": value.detach() for key, value in state.items() if isinstance(value, Tensor)}
        training = any(module.training for module in self._model.modules())
        rest = {
            "computes": self._computes,
            "evaluating": evaluating_names(self._model) if training else list(self._evaluating),
            "frozen": [name for name, value in self._model.named_parameters() if not value.requires_grad],
            "extra": self._extra(),
            "trained": self._trained,
            "generators": {"began": dict(self._began), "now": capture_own(self._generators)},
        }
        return tensors, rest

    def _extra(self) -> dict[str, dict[str, Any]]:
        extra = {"model": extra_state(self._model), "loss": extra_state(self._criterion)}
        try:
            codec.to_tree(extra)
        except (TypeError, ValueError) as error:
            raise _not_storable("model", "extra state", str(error)) from error
        return copy.deepcopy(extra)

    def restore(self, tensors: Tensors, meta: Mapping[str, Any]) -> None:
        """Undo `capture`, after the model's own state is restored. Older checkpoints have no `modules`.

        Raises DiskError `checkpoint.other_loss` where the loss is another one.
        """
        hidden = dict(self._hidden())
        for key, value in tensors.items():
            if key.startswith("hidden."):
                _assign(hidden.get(key.removeprefix("hidden.")), value)
        restore_generators(tensors, self._device)
        rest = meta.get("modules")
        now = rest["generators"]["now"] if rest else {}
        # the caller's loader is seeded at the start of each epoch, and draws its order from that
        self._resumed = (tensors, now) if meta["batch"] or self._exact else None
        if not rest:
            return
        self._was_trained = bool(rest["trained"] and meta["batch"])
        self._restore_loss(tensors, rest["extra"]["loss"])
        set_evaluating(self._model, rest["evaluating"])
        frozen = set(rest["frozen"])
        for name, parameter in self._model.named_parameters():
            if parameter.is_floating_point() or parameter.is_complex():
                parameter.requires_grad_(name not in frozen)
        for name, was in rest["computes"].items():
            if was != self._computes.get(name, False):
                self.limits.append(f"{name}: {'on' if was else 'off'} in the attempt before, now the other way")
        self._began = rest["generators"]["began"] if meta["batch"] else {}
        self.limits += [f"the generator {name} was replaced" for name in restore_own(self._generators, now)]

    def _restore_loss(self, tensors: Tensors, extra: Mapping[str, Any]) -> None:
        state: dict[str, Any] = {
            **{key.removeprefix("loss."): value for key, value in tensors.items() if key.startswith("loss.")},
            **extra,
        }
        if type(self._criterion).__module__.startswith("torch.nn."):
            # torch's own losses hold only their arguments, such as class weights: the current ones are used
            here = self._criterion.state_dict()  # type: ignore[attr-defined]  # all of them are modules
            same = here.keys() == state.keys() and all(torch.equal(here[key].cpu(), state[key].cpu()) for key in here)
            self.limits += [] if same else ["the loss, or its class weights, are not those of the attempt before"]
            return
        if not isinstance(self._criterion, nn.Module):
            if state:
                raise _other_loss(f"the checkpoint has {', '.join(sorted(state))}; this loss has no state")
            return
        adopt_buffers(self._criterion, state)
        try:
            self._criterion.load_state_dict(state)
        except RuntimeError as error:
            raise _other_loss(str(error).split("\n", 1)[-1].strip()[:400]) from error

    def _hidden(self) -> Iterator[tuple[str, Tensor]]:
        """Buffers that are registered with `persistent=False`: they are not in any state_dict, but a forward pass may
        change them."""
        for what, root in (("model", self._model), ("loss", self._criterion)):
            if isinstance(root, nn.Module):
                saved = root.state_dict().keys()
                for name, buffer in root.named_buffers():
                    if name not in saved:
                        yield f"{what}.{name}", buffer


def _assign(buffer: Tensor | None, value: Tensor) -> None:
    if buffer is not None and buffer.shape == value.shape:
        with torch.no_grad():
            buffer.copy_(value)


def _other_loss(where: str) -> DiskError:
    return DiskError(
        "checkpoint.other_loss",
        "The checkpoint was made with another loss.",
        where=where,
        fix="use the same loss as the saved run, or start a new run",
    )


def loader_limits(feed: DataSource) -> list[str]:
    """Why batches that a resumed run draws again may not be the same."""
    if not isinstance(feed, LoaderSource):
        return []
    found = ["the training data is an iterator"] if feed.single_pass else []
    if feed.looks_ahead:
        found.append("a batch is drawn before the one before it is trained")
    for split, loader in feed.loaders.items():
        if isinstance(loader, DataLoader) and loader.num_workers and loader.persistent_workers:
            found.append(f"the loader of {split!r} has persistent workers")
        elif not isinstance(loader, DataLoader | list | tuple) and not hasattr(loader, "__dict__"):
            found.append(f"the loader of {split!r} cannot be looked into")
    return found
