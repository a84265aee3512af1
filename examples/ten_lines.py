"""Softmax regression on handwritten digits: a few seconds, and nothing is downloaded."""

from trainer import Trainer, build_model, open_data
from trainer.events import EpochEnded

data = open_data("digits")
model = build_model("softmax", data.input_shape, len(data.classes))
trainer = Trainer(model, data, epochs=20, run_dir="runs/ten-lines")
trainer.on(EpochEnded, lambda event: print(f"epoch {event.epoch}: macro-F1 {event.valid_macro_f1:.3f}"))
result = trainer.fit()
print(result.evaluations["test"].report)
