"""A captured stream, whatever the borders of the reads are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.runners.capture import HELD_BACK, LONGEST_WORD, Capture


class Pieces(list[str]):
    """What was handed on."""


def captured(reads: list[bytes], limit: int = 10**6) -> tuple[Capture, Pieces]:
    pieces = Pieces()
    capture = Capture(limit, pieces.append)
    for data in reads:
        capture.feed(data)
        capture._handed_on_at = 0.0  # the next piece is due
        capture.flush_due()
    capture.close()
    return capture, pieces


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_the_pieces_together_are_the_text(reads):
    capture, pieces = captured(reads)

    assert (
        "".join(pieces) == capture.text == b"".join(reads).decode("utf-8", "replace").replace("\0", "\ufffd")
    )


@given(st.text(max_size=60), st.data())
def test_characters_survive_any_border_of_reads(text, data):
    raw = text.encode("utf-8", "replace")
    border = data.draw(st.integers(0, len(raw)))

    capture, _ = captured([raw[:border], raw[border:]])

    assert capture.text == raw.decode().replace("\0", "\ufffd")


@given(st.lists(st.binary(max_size=50), max_size=10), st.integers(0, 100))
def test_a_limit_is_kept_and_what_is_missing_is_counted(reads, limit):
    capture, pieces = captured(reads, limit)

    size = len(b"".join(reads))
    assert "".join(pieces) == capture.text
    assert (capture.bytes_left_out > 0) == (size > limit)
    assert ("output truncated" in capture.text) == (size > limit)


@given(st.lists(st.sampled_from(["secret-token", " ", "\n", "x" * 500, "y" * 3000]), max_size=30))
def test_no_word_is_cut_by_a_piece(parts):
    text = "".join(parts)
    words = text.split()

    _, pieces = captured([part.encode() for part in parts])

    assert [word for piece in pieces for word in piece.split()] == words or max(
        map(len, words)
    ) > LONGEST_WORD - HELD_BACK


def test_a_word_without_end_is_handed_on_at_last():
    _, pieces = captured([b"x" * 8192] * 20)

    assert len(pieces) > 1
    assert max(map(len, pieces)) <= LONGEST_WORD + 8192
