"""One captured output stream: decoded, capped, and handed on in pieces that end where a line ends."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable

HELD_BACK = 4096  # characters of an unfinished line that are kept until it ends
LONGEST_WORD = 65536  # a word beyond this is cut wherever it is
INTERVAL_S = 0.2  # between two pieces of one stream


class Capture:
    """Text of one stream. Undecodable bytes and NUL (no database takes it) become U+FFFD.

    A piece handed on ends with a line end. Of a line that grows beyond `HELD_BACK` everything but the last
    `HELD_BACK` characters is handed on, cut after white space, so that a word stays whole up to `LONGEST_WORD`.
    """

    def __init__(self, limit: int, hand_on: Callable[[str], None]) -> None:
        self.seen = 0  # bytes, also those beyond the limit
        self._limit = limit
        self._hand_on = hand_on
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._parts: list[str] = []
        self._pending = ""
        self._handed_on_at = 0.0
        self._dropped = 0  # bytes of a word that the limit cut in two

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def bytes_left_out(self) -> int:
        return max(0, self.seen - self._limit) + self._dropped

    def feed(self, data: bytes) -> None:
        room = max(0, self._limit - self.seen)
        self.seen += len(data)
        if room:
            self._add(self._decoder.decode(data[:room]))

    def flush_due(self) -> None:
        """Hand on what may go, unless a piece went less than `INTERVAL_S` ago."""
        if self._pending and time.monotonic() - self._handed_on_at >= INTERVAL_S:
            self._release(_safe_end(self._pending))

    def close(self) -> None:
        """The stream has ended: the last piece, with a notice when something was left out."""
        self._add(self._decoder.decode(b"", final=True))
        if self.seen > self._limit:
            self._drop_cut_word()
            self._add(
                f"\n[output truncated: {self.bytes_left_out} bytes left out; "
                f"ATTUNE_MAX_OUTPUT allows {self._limit} per stream]\n"
            )
        self._release(len(self._pending))

    def _add(self, text: str) -> None:
        if text:
            text = text.replace("\0", "\ufffd")
            self._parts.append(text)
            self._pending += text

    def _drop_cut_word(self) -> None:
        """Half a secret is not found by a mask: a word that the limit may have cut goes as a whole."""
        word = self._pending[_last_word(self._pending) :]
        if len(word) <= HELD_BACK:
            self._dropped = len(word.encode())
            self._parts = [self.text[: len(self.text) - len(word)]]
            self._pending = self._pending[: len(self._pending) - len(word)]

    def _release(self, end: int) -> None:
        if end:
            piece, self._pending = self._pending[:end], self._pending[end:]
            self._handed_on_at = time.monotonic()
            self._hand_on(piece)


def _last_word(text: str) -> int:
    return max(text.rfind(space) for space in " \t\n") + 1


def _safe_end(text: str) -> int:
    """How many characters may go without cutting a word that a mask may have to cover."""
    line_end = text.rfind("\n") + 1
    unfinished = len(text) - line_end
    if unfinished <= HELD_BACK:
        return line_end
    latest = len(text) - HELD_BACK
    space = max(text.rfind(" ", line_end, latest), text.rfind("\t", line_end, latest)) + 1
    return space or (latest if unfinished > LONGEST_WORD else line_end)
