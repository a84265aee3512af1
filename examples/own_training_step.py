"""A network with two outputs, and a step that says how their losses are added up."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from trainer import Trainer, open_data


class TwoOutputs(nn.Module):
    """Guesses the class early, too, while it is trained: a pair of logits; afterwards the last ones alone."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.lower = nn.Sequential(nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.early = nn.Sequential(nn.Flatten(), nn.LazyLinear(classes))
        self.upper = nn.Sequential(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.last = nn.Linear(32, classes)

    def forward(self, images: Tensor) -> Any:
        maps = self.lower(images)
        logits = self.last(self.upper(maps))
        return (logits, self.early(maps)) if self.training else logits


def training_step(model: nn.Module, batch: Any) -> tuple[Tensor, Tensor]:
    """The loss, and the logits that training accuracy and F1 are counted from."""
    images, labels = batch
    logits, early = model(images)
    return cross_entropy(logits, labels) + 0.4 * cross_entropy(early, labels), logits


torch.manual_seed(1)
data = open_data("digits", batch=64)
model = TwoOutputs(data.input_shape[0], len(data.classes))
model(torch.zeros(2, *data.input_shape))  # gives the lazy layer its width
trainer = Trainer(model, data, epochs=8, training_step=training_step, clip_norm=1.0, run_dir="runs/own-training-step")
print(trainer.fit().history[["train_loss", "valid_loss", "valid_macro_f1"]])
