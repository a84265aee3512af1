"""The file of edits: what is written is read again, what people write by hand is understood, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trainer.errors import DataError
from trainer.store.edits_file import ACTIONS, LabelEdit, default_edits_path, read_edits, write_edits

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(lambda text: text == text.strip())
EDITS = st.lists(
    st.builds(
        lambda path, action, label: LabelEdit(path, "sha256:00", action, label if action == "relabel" else "", ""),
        TEXT.map(lambda text: text.replace("\\", "/")),
        st.sampled_from(ACTIONS),
        TEXT,
    ),
    unique_by=lambda edit: edit.path,
)


@given(EDITS)
@example([LabelEdit(path, "", "relabel", "'@x") for path in ("=a", "'=a", "''=a", "'a", "'", "' =a")])
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, edits: list[LabelEdit]) -> None:
    path = tmp_path_factory.mktemp("edits") / "edits.csv"
    write_edits(path, edits)
    assert list(read_edits(path)) == edits


def test_a_spreadsheets_file_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "edits.csv"
    text = (
        "\ufeffAction;Path;Class\r\nLeave out;cats\\1.png;\r\nrelabel;cats/2.png;собака\r\n;;\r\nfine;cats/3.png;x\r\n"
    )
    path.write_text(text, encoding="utf-8", newline="")
    assert read_edits(path) == (
        LabelEdit("cats/1.png", "", "leave_out"),
        LabelEdit("cats/2.png", "", "relabel", "собака"),
        LabelEdit("cats/3.png", "", "fine"),
    )


def test_of_two_lines_about_one_image_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "edits.csv"
    path.write_text("path,action\na.png,leave_out\nb.png,fine\na.png,fine\n", encoding="utf-8")
    assert [(edit.path, edit.action) for edit in read_edits(path)] == [("b.png", "fine"), ("a.png", "fine")]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "edits.line", 1),
        ("file,label\na,b\n", "edits.line", 1),
        ("path,action\na.png,drop\n", "edits.line", 2),
        ("path,action\n,fine\n", "edits.line", 2),
        ("path,action,class\na.png,fine,\nb.png,relabel, \n", "edits.line", 3),
        ('path,action\n"a.png,fine\n', "edits.line", 2),
        (b"path,action\n\xff\xfe,fine\n", "edits.unreadable", None),
        (None, "edits.missing", None),
    ],
)
def test_mistakes_are_named_with_their_line(
    tmp_path: Path, text: str | bytes | None, code: str, line: int | None
) -> None:
    path = tmp_path / "edits.csv"
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(DataError) as caught:
        read_edits(path)
    assert caught.value.code == code
    assert caught.value.parameters.get("line") == line
    assert caught.value.fix


def test_edits_lie_beside_the_data_or_under_the_runs_and_never_among_the_images(tmp_path: Path) -> None:
    images, root = tmp_path / "photos", tmp_path / "runs"
    images.mkdir()
    assert default_edits_path(str(images), root, beside_data=True) == tmp_path / "photos.edits.csv"
    assert default_edits_path(str(images), root).is_relative_to(root)
    assert default_edits_path("cifar10", root, beside_data=True).is_relative_to(root)
    (tmp_path / "other" / "photos").mkdir(parents=True)
    assert default_edits_path(str(images), root) != default_edits_path(str(tmp_path / "other" / "photos"), root)


@pytest.mark.parametrize("source", ["x" * 5_000, "~nobody-of-this-name/photos", "a\0b", ""])
def test_a_source_that_can_be_no_path_has_a_place_too(tmp_path: Path, source: str) -> None:
    for beside in (True, False):
        assert default_edits_path(source, tmp_path, beside_data=beside).name.endswith(".csv")
