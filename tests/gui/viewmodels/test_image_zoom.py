"""How an image is placed: all of it, one to one, enlarged about a point, moved up to its edges."""

from __future__ import annotations

import pytest

from gui.viewmodels.image_zoom import LARGEST, STEP, ImageZoom


def under(zoom: ImageZoom, x: float, y: float) -> tuple[float, float]:
    """The pixel of the image at a point of the view."""
    left, top, width, height = zoom.place()
    return (x - left) / width * zoom.image[0], (y - top) / height * zoom.image[1]


@pytest.mark.parametrize(
    ("image", "view", "place", "pixelated"),
    [
        ((32, 32), (330, 300), (21, 6, 288, 288), True),  # nine times, not 9.4: all pixels are equal
        ((32, 32), (20, 40), (0, 10, 20, 20), False),
        ((400, 200), (100, 100), (0, 25, 100, 50), False),
        ((100, 80), (250, 200), (0, 0, 250, 200), False),
        ((100, 80), (500, 400), (0, 0, 500, 400), True),
    ],
)
def test_all_of_an_image_in_the_middle(
    image: tuple[int, int], view: tuple[int, int], place: tuple[int, ...], pixelated: bool
) -> None:
    zoom = ImageZoom(image, view)
    assert (zoom.place(), zoom.pixelated, zoom.cropped) == (place, pixelated, False)


@pytest.mark.parametrize("at", [(10.0, 20.0), (150.0, 99.0), (290.0, 190.0)])
def test_what_is_under_the_mouse_stays_there(at: tuple[float, float]) -> None:
    zoom = ImageZoom((3000, 2000), (300, 200))
    for _ in range(12):
        before = under(zoom, *at)
        zoom.zoom(STEP, at)
        assert under(zoom, *at) == pytest.approx(before, abs=1 / zoom.scale)
    assert zoom.cropped


def test_out_again_it_fits_and_goes_no_further() -> None:
    zoom = ImageZoom((3000, 2000), (300, 200))
    zoom.zoom(1.7)
    zoom.zoom(1 / STEP)
    zoom.zoom(1 / STEP)
    zoom.zoom(1 / STEP)
    assert (zoom.chosen, zoom.scale) == (None, 0.1)
    zoom.zoom(1 / STEP)
    assert zoom.chosen is None


def test_a_small_image_is_reduced_to_its_own_pixels() -> None:
    zoom = ImageZoom((32, 32), (320, 320))
    for _ in range(40):
        zoom.zoom(1 / STEP)
    assert (zoom.scale, zoom.place()) == (1.0, (144, 144, 32, 32))
    for _ in range(40):
        zoom.zoom(STEP)
        if zoom.chosen is None:
            break
    assert zoom.place() == (0, 0, 320, 320), "on the way in, it fits once"
    for _ in range(40):
        zoom.zoom(STEP)
    assert zoom.scale == LARGEST


def test_it_moves_up_to_its_edges() -> None:
    zoom = ImageZoom((300, 200), (300, 200))
    zoom.set_scale(2.0)
    assert zoom.place() == (-150, -100, 600, 400)
    zoom.move(30, -20)
    assert zoom.place()[:2] == (-120, -120)
    zoom.move(1e6, 1e6)
    assert zoom.place()[:2] == (0, 0)
    zoom.move(-1e6, -1e6)
    assert zoom.place()[:2] == (-300, -200)


def test_an_image_of_other_size_shows_the_same_part() -> None:
    zoom = ImageZoom((100, 100), (100, 100))
    zoom.set_scale(5.0, (80, 20))
    before = [value / 100 for value in under(zoom, 50, 50)]
    zoom.show((400, 400))
    assert zoom.scale == 1.25
    assert [value / 400 for value in under(zoom, 50, 50)] == pytest.approx(before, abs=0.01)
