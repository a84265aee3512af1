"""Facts of pixels against their definitions, and the words of paths."""

from __future__ import annotations

import numpy as np
import pytest

from trainer.data import image_facts
from trainer.data.image_facts import folder_words, name_words, pixel_facts

GENERATOR = np.random.default_rng(0)


def luma(image: np.ndarray) -> np.ndarray:
    return image @ np.array([0.299, 0.587, 0.114]) / 255


def test_pixel_facts_by_their_definitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_facts, "CHUNK_PIXELS", 7 * 9 * 2)  # two images at a time
    images = GENERATOR.integers(0, 256, (5, 7, 9, 3), dtype=np.uint8)
    told = []
    found = pixel_facts(images, lambda done, total: told.append((done, total)))
    assert told == [(0, 5), (2, 5), (4, 5), (5, 5)]
    for number, image in enumerate(images.astype(float)):
        grey = luma(image)
        assert found["brightness"][number] == pytest.approx(grey.mean(), rel=1e-4)
        assert found["contrast"][number] == pytest.approx(np.sqrt(((grey - grey.mean()) ** 2).mean()), rel=1e-4)
        laplacian = [
            grey[y - 1, x] + grey[y + 1, x] + grey[y, x - 1] + grey[y, x + 1] - 4 * grey[y, x]
            for y in range(1, 6)
            for x in range(1, 8)
        ]
        assert found["sharpness"][number] == pytest.approx(np.var(laplacian) * 255**2, rel=1e-3)
        rg, yb = image[..., 0] - image[..., 1], (image[..., 0] + image[..., 1]) / 2 - image[..., 2]
        colour = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
        assert found["colourfulness"][number] == pytest.approx(colour, rel=1e-4)


def test_pixel_facts_of_plain_images() -> None:
    black, white, red = (np.full((8, 8, 3), colour, np.uint8) for colour in ((0, 0, 0), (255,) * 3, (255, 0, 0)))
    checks = np.where(np.indices((8, 8)).sum(0)[..., None] % 2, white, black).astype(np.uint8)
    found = pixel_facts(np.stack([black, white, red, checks]))
    np.testing.assert_allclose(found["brightness"], [0, 1, 0.299, 0.5], atol=1e-5)
    np.testing.assert_allclose(found["contrast"], [0, 0, 0, 0.5], atol=1e-5)
    np.testing.assert_allclose(found["colourfulness"][[0, 1, 3]], 0, atol=1e-4)
    assert found["colourfulness"][2] > 80
    assert found["sharpness"].argmax() == 3


def test_images_too_small_for_an_edge_have_no_sharpness() -> None:
    assert np.isnan(pixel_facts(np.zeros((2, 2, 5, 3), np.uint8))["sharpness"]).all()
    assert pixel_facts(np.zeros((0, 4, 4, 3), np.uint8))["brightness"].shape == (0,)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("test/cat/cam2_0041.jpg", ("cam2", "cam")),
        ("cat/IMG1234 (night).jpg", ("img1234", "img", "night")),
        ("cat/0041.png", ()),
        ("cat/Зима-12.png", ("зима",)),
        ("cat/a1b2.png", ("a1b2",)),
        ("", ()),
    ],
)
def test_words_of_a_name(path: str, words: tuple[str, ...]) -> None:
    assert name_words([path]) == [words]


def test_folders_below_the_class() -> None:
    paths = ["valid/cat/night/cam2/1.jpg", "val/cat/night/1.jpg", "cat/1.jpg", ""]
    expected = [("night", "night/cam2"), ("night",), (".",), ()]
    assert folder_words(paths, ["cat"] * 4) == expected


def test_without_folders_below_any_class_there_is_nothing_to_say() -> None:
    assert folder_words(["test/cat/1.jpg", "cat/1.jpg", ""], ["cat"] * 3) == [(), (), ()]
