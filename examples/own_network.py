"""A network, an optimiser, a loss and a schedule of your own; then classes for images."""

import torch
from torch import Tensor, nn

from callbacks import EarlyStopping, LearningRate
from trainer import Trainer, open_data


class Residual(nn.Module):
    """A block that adds what it computes to what it is given."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()
        )

    def forward(self, maps: Tensor) -> Tensor:
        out: Tensor = maps + self.body(maps)
        return out


torch.manual_seed(1)  # your network's first weights are yours to fix
data = open_data("digits", batch=64)
model = nn.Sequential(
    nn.Conv2d(data.input_shape[0], 16, 3, padding=1),
    Residual(16),
    Residual(16),
    nn.AdaptiveAvgPool2d(2),
    nn.Flatten(),
    nn.Linear(64, len(data.classes)),  # logits: no softmax at the end
)
trainer = Trainer(
    model,
    data,
    epochs=6,
    optimizer=lambda parameters: torch.optim.AdamW(parameters, lr=3e-3, weight_decay=0.01),
    loss=nn.CrossEntropyLoss(label_smoothing=0.05),
    callbacks=[LearningRate(schedule="cosine"), EarlyStopping(patience=3)],
    run_dir="runs/own-network",
)
result = trainer.fit()  # the model now has the weights of the best epoch
print(result.history[["train_loss", "valid_loss", "valid_macro_f1"]])

images = torch.cat([batch[0] for batch in data.eval_batches("test", 500)])
print(trainer.predict(images[:5]))
