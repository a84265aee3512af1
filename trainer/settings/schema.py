"""The tree of settings: value, range, unit, title and help of each, declared once. Nothing here imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator
from pydantic_core import PydanticCustomError

from trainer.settings.fields import kind, setting

_LEAST_ALPHA = 0.01


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _tidy(cls, values: Any) -> Any:
        """`auto` is how a file or a flag says None; `true` is no number (pydantic reads it as 1)."""
        if not isinstance(values, Mapping):
            return values
        tidy = dict(values)
        for key, field in cls.model_fields.items():
            plain, optional = kind(field)
            if optional and tidy.get(key) == "auto":
                tidy[key] = None
            if plain in (int, float) and isinstance(tidy.get(key), bool):
                tidy[key] = "true or false"
        return tidy


class Data(_Table):
    """Which images, and how they are split."""

    source: str = setting("digits", "Data", "Name of a data set, or a folder of images", min_length=1)
    valid: float = setting(
        0.1,
        "Validation split",
        "Fraction of the training images held out for validation",
        unit="fraction",
        ge=0,
        lt=1,
    )
    test: float = setting(
        0.1,
        "Test split",
        "Fraction held out for testing, if the source has neither validation nor test images of its own",
        unit="fraction",
        ge=0,
        lt=1,
    )
    samples: int | None = setting(
        None,
        "Training images",
        "Use at most this many, with the same class proportions; auto: all",
        unit="images",
        ge=1,
    )
    size: int | None = setting(
        None, "Image size", "Side of the square images; auto: as in the source", unit="pixels", ge=8, le=512
    )
    skip_bad: bool = setting(
        False, "Skip bad images", "Leave unreadable images out instead of stopping with a list of them"
    )
    edits: str | None = setting(
        None, "Label edits", "CSV file of labels to change and images to leave out; auto: none", min_length=1
    )
    root: str | None = setting(None, "Download folder", "Where downloaded data sets are stored; auto: the cache folder")

    @model_validator(mode="after")
    def _something_left(self) -> Data:
        if self.valid + self.test >= 1:
            values = {"valid": f"{self.valid:g}", "test": f"{self.test:g}"}
            raise PydanticCustomError("nothing_left", "{valid} and {test} leave nothing to train on", values)
        return self


class Augment(_Table):
    """Random changes of training images; validation and test are never changed."""

    rotation: float = setting(0.0, "Rotation", "Largest angle, in either direction", unit="degrees", ge=0, le=180)
    flip: float = setting(0.0, "Horizontal flip", "Probability of mirroring an image", unit="probability", ge=0, le=1)
    crop: int = setting(0, "Random crop", "Padding on each side before cropping back", unit="pixels", ge=0, le=64)
    resized_crop: float = setting(
        0.0,
        "Random resized crop",
        "Smallest fraction of the area to crop and scale back up; 0: off, 0.08 is usual for ImageNet",
        unit="fraction",
        ge=0,
        le=1,
    )
    jitter: float = setting(
        0.0, "Colour jitter", "How much brightness, contrast and saturation vary; 0: off, 0.4 is usual", ge=0, le=1
    )
    erasing: float = setting(
        0.0,
        "Random erasing",
        "Probability of replacing a rectangle by the mean; 0: off, 0.25 is usual",
        unit="probability",
        ge=0,
        le=1,
    )
    randaugment: int = setting(
        0, "RandAugment", "Magnitude of two random operations on each image; 0: off, 9 is usual", ge=0, le=30
    )
    mixup: float = setting(
        0.0, "Mixup", "Alpha of mixup: pairs of images and their labels are blended; 0: off, 0.2 is usual", ge=0, le=10
    )
    cutmix: float = setting(
        0.0, "CutMix", "Alpha of CutMix: a rectangle is pasted from another image; 0: off, 1 is common", ge=0, le=10
    )

    @field_validator("mixup", "cutmix")
    @classmethod
    def _can_be_drawn(cls, alpha: float) -> float:
        """Below, PyTorch's draws from the Beta distribution underflow: they are all a half."""
        if 0 < alpha < _LEAST_ALPHA:
            raise PydanticCustomError("small_alpha", "at least {least}", {"least": _LEAST_ALPHA})
        return alpha


class Train(_Table):
    """How the model is trained."""

    epochs: int = setting(30, "Epochs", "Passes over the training images", unit="epochs", ge=1, le=100_000)
    batch: int = setting(64, "Batch", "Images per batch, and per optimiser step", unit="images", ge=1, le=65_536)
    lr: float = setting(
        1e-3, "Learning rate", "Step size of the optimiser; the peak value if there is a schedule", gt=0
    )
    optimizer: Literal["adam", "adamw", "nadam", "sgd", "rmsprop"] = setting(
        "adam", "Optimiser", "How gradients update the weights"
    )
    momentum: float = setting(0.9, "Momentum", "Momentum of sgd; the others ignore it", ge=0, lt=1)
    weight_decay: float = setting(
        0.0, "Weight decay", "L2 penalty on the weights; decoupled from the gradient for adamw", ge=0, le=10
    )
    label_smoothing: float = setting(
        0.0, "Label smoothing", "Fraction of the target spread over all classes", unit="fraction", ge=0, lt=1
    )
    class_weights: Literal["equal", "balanced"] = setting(
        "equal",
        "Class weights",
        "Weight of each class in the loss; balanced: all images / (classes x images of the class)",
    )
    sampling: Literal["shuffle", "balanced"] = setting(
        "shuffle",
        "Sampling",
        "How an epoch draws images; balanced: equally many of every class, with repetition",
    )
    clip_norm: float = setting(
        0.0, "Clip gradient norm", "Largest norm of all gradients combined; 0: no clipping", ge=0
    )
    clip_value: float = setting(0.0, "Clip gradient values", "Largest value of a gradient; 0: no clipping", ge=0)
    accumulate: int = setting(
        1, "Accumulate", "Batches whose gradients are added up for one optimiser step", unit="batches", ge=1, le=65_536
    )
    ema: float = setting(
        0.0,
        "Weight averaging",
        "Decay of the moving average of the weights (EMA) that is evaluated and saved; 0: off, 0.999 is usual",
        ge=0,
        lt=1,
    )
    schedule: Literal["constant", "cosine", "linear", "step"] = setting(
        "constant", "Schedule", "How the learning rate decays; cosine and linear end at zero"
    )
    warmup: float = setting(0.0, "Warm-up", "Linear ramp up to the learning rate at the start", unit="epochs", ge=0)
    step_epochs: float = setting(
        10.0, "Step length", "Epochs between two drops of the step schedule", unit="epochs", gt=0
    )
    step_factor: float = setting(0.1, "Step factor", "Factor applied to the rate at each drop", gt=0, le=1)
    seed: int = setting(
        1234, "Seed", "Random seed of the split, order, augmentation and initial weights", ge=0, le=2**63 - 1
    )
    device: str = setting(
        "auto",
        "Device",
        "Where to compute; auto: a GPU if there is one",
        words="auto, cpu, cuda, cuda:N or mps",
        pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$",
    )
    precision: Literal["float32", "bfloat16", "auto"] = setting(
        "float32",
        "Precision",
        "Number format for computation; weights stay float32; auto: bfloat16 if the device supports it and a "
        "short trial finds it faster",
    )
    compile: bool = setting(
        False,
        "Compile",
        "Compile the model first: a slower start, and faster steps on some models and machines",
    )
    shard: bool = setting(
        False,
        "Shard",
        "Shard weights, gradients and optimiser state across the processes of torchrun (FSDP2); with one "
        "process, nothing is sharded",
    )
    threads: int | None = setting(
        None, "Threads", "CPU threads; auto: 1 for softmax and mlp, else all cores", unit="threads", ge=1, le=1024
    )
    eval_batch: int | None = setting(
        None, "Evaluation batch", "Images per batch when evaluating; auto: by model", unit="images", ge=1, le=65_536
    )

    monitor: str = setting(
        "loss",
        "Monitor",
        "Metric that decides which epoch is best, and when to stop early",
        words="loss, accuracy, macro_f1 (of the validation images) or a name in metrics",
        min_length=1,
    )
    monitor_mode: Literal["auto", "min", "max"] = setting(
        "auto", "Monitor's direction", "Whether a smaller or a larger value is better; auto: as declared by the metric"
    )

    @model_validator(mode="after")
    def _warmup_ends(self) -> Train:
        if self.warmup > 0 and self.warmup >= self.epochs:
            values = {"warmup": f"{self.warmup:g}", "epochs": self.epochs}
            raise PydanticCustomError("long_warmup", "warmup {warmup} is not shorter than {epochs} epochs", values)
        return self


class Softmax(_Table):
    """Options of `softmax`: softmax regression, one linear layer."""

    bias: bool = setting(True, "Bias", "Add a constant term for each class")


class Mlp(_Table):
    """Options of `mlp`: fully connected layers with ReLU."""

    hidden: int = setting(256, "Hidden units", "Width of each hidden layer", unit="units", ge=1, le=16_384)
    layers: int = setting(2, "Hidden layers", "Number of hidden layers", unit="layers", ge=1, le=32)
    dropout: float = setting(0.0, "Dropout", "Fraction of units dropped during training", ge=0, lt=1)


class Cnn(_Table):
    """Options of `cnn`: a small convolutional network, about half a million parameters."""

    width: int = setting(32, "Width", "Channels of the first layer; later ones are multiples", ge=1, le=512)
    dropout: float = setting(0.0, "Dropout", "Fraction of features dropped before the last layer", ge=0, lt=1)


class ResNet9Settings(_Table):
    """Options of `resnet9`: a residual network for small images, about a million parameters."""

    width: int = setting(
        64, "Width", "Channels of the first stage; later ones have two and four times as many", ge=1, le=512
    )
    mirror: bool = setting(
        False, "Mirror images", "Evaluate an image and its mirror image, and average; not for digits or letters"
    )


class BackboneSettings(_Table):
    """Options of the models that come trained: a frozen network gives features, a head is trained on them; and, if
    wanted, the network is then trained further."""

    weights: str = setting(
        "imagenet",
        "Pretrained weights",
        "imagenet; a file of weights (safetensors or a torch state dict); or none: random weights",
        words="imagenet, none or a file",
        min_length=1,
    )
    tune: Literal["head", "top", "all"] = setting(
        "head",
        "Trained part",
        "head: a layer on features computed once; top: also the last third of the network; all: the whole network",
    )
    lr_factor: float = setting(
        0.8, "Rate by depth", "Learning rate of each block, relative to that of the block after it", gt=0, le=1
    )
    freeze_batchnorm: bool = setting(
        True, "Freeze BatchNorm", "Keep the pretrained statistics when fine-tuning the network"
    )

    size: int | None = setting(
        None,
        "Network's image size",
        "Side of the images given to the pretrained network; auto: that of the images, with small ones enlarged",
        unit="pixels",
        ge=32,
        le=512,
    )
    penalty: float = setting(
        200.0,
        "L2 penalty",
        "L2 penalty on the head's weights, divided by the number of training images: 1/C in scikit-learn; "
        "added to weight decay",
        ge=0,
        le=1e9,
    )
    digest: str = setting(
        "",
        "Weights",
        "SHA-256 of the pretrained weights; empty: those of ImageNet, whose digest the run records",
        words="64 hex digits",
        pattern=r"^([0-9a-f]{64})?$",
    )


class Head(_Table):
    """What is trained on the features of a pretrained network."""

    kind: Literal["softmax", "mlp"] = setting(
        "softmax", "Head", "softmax: one linear layer; mlp: a hidden layer with ReLU before it"
    )
    hidden: int = setting(256, "Hidden units", "Width of the hidden layer of mlp", unit="units", ge=1, le=16_384)
    dropout: float = setting(0.0, "Dropout", "Fraction of the mlp's hidden units dropped during training", ge=0, lt=1)


class Checkpoints(_Table):
    """When the state is saved, beside the end of every epoch."""

    every_steps: int = setting(0, "Every n steps", "Also save during an epoch; 0: never", unit="steps", ge=0)
    every_seconds: float = setting(0.0, "Every n seconds", "Also save during an epoch; 0: never", unit="seconds", ge=0)
    keep_best: int = setting(1, "Best kept", "Number of best states to keep", unit="files", ge=1, le=1000)


class EarlyStopping(_Table):
    """When to end before the last epoch."""

    patience: int = setting(0, "Patience", "Epochs without improvement before stopping; 0: off", unit="epochs", ge=0)
    min_delta: float = setting(
        0.0,
        "Minimum improvement",
        "Smaller improvements of the monitored metric (by default the loss) do not count",
        ge=0,
    )


class RecipeRecord(_Table):
    """The recipe that the other settings started from. Only a record: it changes nothing, and need not be set."""

    name: str | None = setting(None, "Recipe", "Name of the recipe that the settings began with")


class Settings(_Table):
    """The whole tree, as `run.toml` holds it."""

    model: str = setting(
        "softmax", "Model", "What is trained: softmax, mlp, cnn, resnet9, resnet18 or a plugin", min_length=1
    )
    callbacks: tuple[str, ...] = setting((), "More callbacks", "Names of installed callbacks", words="a list of names")
    metrics: tuple[str, ...] = setting(
        (), "More metrics", "Additional metrics to compute at each validation", words="a list of names"
    )
    data: Data = Data()
    augment: Augment = Augment()
    train: Train = Train()
    softmax: Softmax = Softmax()
    mlp: Mlp = Mlp()
    cnn: Cnn = Cnn()
    resnet9: ResNet9Settings = ResNet9Settings()
    backbone: BackboneSettings = BackboneSettings()
    head: Head = Head()
    checkpoint: Checkpoints = Checkpoints()
    early_stopping: EarlyStopping = EarlyStopping()
    recipe: RecipeRecord = RecipeRecord()
    plugins: dict[str, dict[str, Any]] = setting(
        {}, "Plugin options", "A table per plugin, checked by the plugin", words="a table per plugin"
    )

    @model_validator(mode="before")
    @classmethod
    def _names(cls, values: Any) -> Any:
        """A flag gives several names as one text: `--callbacks a,b`."""
        if not isinstance(values, Mapping):
            return values
        listed = {
            key: tuple(name.strip() for name in text.split(",") if name.strip())
            for key in ("callbacks", "metrics")
            if isinstance(text := values.get(key), str)
        }
        return {**values, **listed}
