"""Text in any language's letters, with whatever fonts there are."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.errors import DataError
from watchword.lettering import Lettering, baseline, font_folders, line_height, system_fonts

BARE = Lettering(folders=[])
SYSTEM = Lettering()
ANY_FONT = bool(system_fonts(font_folders()))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Lettering:
    """No font but Pillow's own, not even OpenCV's."""
    monkeypatch.delattr(cv2, "FontFace", raising=False)
    letters = Lettering(folders=[])
    assert letters.readable("é") == "e"
    return letters


def test_plain_letters_need_no_other_font(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> list[Path]:
        raise AssertionError("looked for fonts")

    monkeypatch.setattr("watchword.lettering.font_folders", never)
    letters = Lettering()
    assert letters.readable("Unattended bag #3, 10.0 s (zone A) · now…") == "Unattended bag #3, 10.0 s (zone A) · now…"
    assert letters.mask("bag", 20).max() == 255


def test_without_fonts_accents_are_dropped_and_unknown_letters_are_hollow_boxes(bare: Lettering) -> None:
    assert bare.readable("Größe für Zoë – naïve Łódź") == "Grosse fur Zoe - naive Lodz"
    assert bare.readable("文 bag") == "□ bag"
    assert np.array_equal(bare.mask("文", 20), bare.mask("字", 20))
    assert bare.mask("文", 20).max() == 255
    assert np.array_equal(bare.mask("é", 20), bare.mask("e", 20))


def test_with_a_font_every_letter_is_itself() -> None:
    if not ANY_FONT and not hasattr(cv2, "FontFace"):
        pytest.skip("no font with accents on this machine")
    drawn = [SYSTEM.mask(c, 32).tobytes() for c in "eéèêßü"]
    assert SYSTEM.readable("eéèêßü") == "eéèêßü"
    assert len(set(drawn)) == 6


@pytest.mark.skipif(not hasattr(cv2, "FontFace"), reason="this OpenCV has no font inside")
def test_opencvs_own_font_serves_where_the_system_has_none() -> None:
    assert BARE.readable("é ß Ж Ω 文") == "é ß Ж Ω 文"
    assert not np.array_equal(BARE.mask("文", 24), BARE.mask("字", 24))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20), st.integers(6, 40))
def test_any_text_can_be_drawn(text: str, size: int) -> None:
    for letters in (BARE, SYSTEM):
        mask = letters.mask(text, size)
        assert mask.dtype == np.uint8
        assert mask.shape[0] == line_height(size)
        assert mask.shape[1] == max(1, letters.width(text, size))
        assert letters.readable(letters.readable(text)) == letters.readable(text)


@settings(max_examples=60, deadline=None)
@given(st.text("abc é文", max_size=60), st.integers(20, 200))
def test_fitted_text_fits(text: str, width: int) -> None:
    fitted = BARE.fit(text, 14, width)
    assert BARE.width(fitted, 14) <= width
    assert fitted == " ".join(text.split()) or fitted.endswith("…")
    for line in BARE.wrap(text, 14, width, 3):
        assert BARE.width(line, 14) <= width
    assert len(BARE.wrap(text, 14, width, 3)) <= 3


def test_wrapping_keeps_every_word_where_there_is_room() -> None:
    text = "bag unattended for longer than a minute in zone A"
    lines = BARE.wrap(text, 14, 160, 9)
    assert " ".join(lines) == text
    assert 2 <= len(lines) <= 5


def test_letters_stand_on_one_line_in_every_font() -> None:
    size = 40
    for letters in (BARE, SYSTEM):
        for letter in "HEЖ":
            if letters.readable(letter) == letter:
                rows = np.flatnonzero(letters.mask(letter, size).max(axis=1) > 128)
                assert abs(rows[-1] + 1 - baseline(size)) <= 1


def test_writing_outside_a_picture_is_cut_off() -> None:
    image = np.zeros((40, 60, 3), np.uint8)
    for x, y in ((-10, 5), (50, 5), (5, -10), (5, 30), (-500, 0), (0, 500)):
        before = image.copy()
        end = BARE.write(image, x, y, "bag", 20, (255, 255, 255))
        assert end == x + BARE.width("bag", 20)
        assert (image != before).any() == (abs(x) < 100 and abs(y) < 100)


def test_only_so_many_texts_are_kept() -> None:
    letters = Lettering(folders=[])
    for k in range(3 * Lettering.KEPT):
        letters.mask(str(k), 8)
    assert len(letters._masks) <= Lettering.KEPT


def test_damaged_fonts_are_passed_over_and_a_given_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(cv2, "FontFace", raising=False)
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    letters = Lettering(folders=[tmp_path, tmp_path / "none"])
    assert letters.readable("é文") == "e□"
    with pytest.raises(DataError, match="is no font") as error:
        Lettering(fonts=[tmp_path / "broken.ttf"])
    assert "broken.ttf" in str(error.value)


def test_fonts_with_many_letters_come_first(tmp_path: Path) -> None:
    for name in (
        "Zapf-Bold.ttf",
        "NotoColorEmoji.ttf",
        "DejaVuSans-Bold.ttf",
        "Abc.otf",
        "DejaVuSans.ttf",
        "readme.txt",
    ):
        (tmp_path / name).touch()
    assert [p.name for p in system_fonts([tmp_path])] == [
        "DejaVuSans.ttf",
        "Abc.otf",
        "DejaVuSans-Bold.ttf",
        "Zapf-Bold.ttf",
    ]


def test_a_given_font_is_used_for_all_it_has() -> None:
    if not ANY_FONT:
        pytest.skip("no font on this machine")
    path = system_fonts(font_folders())[0]
    assert not np.array_equal(Lettering(fonts=[path]).mask("bag", 30), BARE.mask("bag", 30))


def test_joined_letters_are_shaped_in_a_system_font() -> None:
    word = "عربية"
    from PIL import features

    if SYSTEM._one_face(word, None) is None or not features.check("raqm"):
        pytest.skip("no system font with Arabic letters")
    alone = sum(SYSTEM.width(c, 40) for c in word)
    assert SYSTEM.width(word, 40) < 0.95 * alone
    # Beside letters of another font it stays one word.
    assert SYSTEM.width(f"文 {word}", 40) < 1.05 * (SYSTEM.width("文 ", 40) + SYSTEM.width(word, 40) + 12)
