"""Which lines two texts share, and what differs between them as hunks.

Myers' greedy algorithm ("An O(ND) difference algorithm and its variations", 1986) between what the texts begin and
end with alike. Its work is bounded: beyond WORK steps the rest counts as replaced whole, which is coarse, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

WORK = 2_000_000  # steps; about a second
CONTEXT = 3


class Block(NamedTuple):
    """`size` equal lines from index `a` of the one text and `b` of the other (from 0)."""

    a: int
    b: int
    size: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk; `old` and `new` are its numbers in the two texts, from 1, None where it is not."""

    kind: Literal["same", "removed", "added"]
    text: str
    old: int | None
    new: int | None


def lines_of(text: str) -> list[str]:
    """The lines with their ends, so that joined they are the text; LF ends them, as editors count."""
    return [line + "\n" for line in text.split("\n")[:-1]] + [last for last in text.split("\n")[-1:] if last]


def shared_blocks(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """Runs of equal lines in order; none is empty, and two never touch in both texts."""
    start = _common(zip(a, b, strict=False))
    room = min(len(a), len(b)) - start
    end = min(room, _common(zip(reversed(a), reversed(b), strict=False)))
    middle = _shared(a[start : len(a) - end], b[start : len(b) - end])
    inner = [Block(x + start, y + start, 1) for x, y in middle]
    return _joined([Block(0, 0, start), *inner, Block(len(a) - end, len(b) - end, end)])


def hunks(a: Sequence[str], b: Sequence[str], *, context: int = CONTEXT) -> list[list[Line]]:
    """What differs, with `context` equal lines around it, as a unified diff shows it; [] when nothing does."""
    lines = list(_aligned(a, b))
    spans: list[tuple[int, int]] = []
    for at in (at for at, line in enumerate(lines) if line.kind != "same"):
        start, end = max(0, at - context), min(len(lines), at + context + 1)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return [lines[start:end] for start, end in spans]


def _aligned(a: Sequence[str], b: Sequence[str]) -> Iterator[Line]:
    x = y = 0
    for block in [*_slid(a, b, shared_blocks(a, b)), Block(len(a), len(b), 0)]:
        yield from (Line("removed", a[at], at + 1, None) for at in range(x, block.a))
        yield from (Line("added", b[at], None, at + 1) for at in range(y, block.b))
        yield from (Line("same", a[block.a + n], block.a + n + 1, block.b + n + 1) for n in range(block.size))
        x, y = block.a + block.size, block.b + block.size


def _slid(a: Sequence[str], b: Sequence[str], blocks: list[Block]) -> list[Block]:
    """The same blocks with each pure insertion or removal moved to where it begins with its outermost line.

    Of `x y | x y` either `x y` or `y x` may count as the new part: people see the one that starts an entry.
    """
    ends = [Block(0, 0, 0)] if not blocks or blocks[0].a or blocks[0].b else []
    found = [*ends, *blocks, Block(len(a), len(b), 0)]
    for at in range(1, len(found)):
        before, after = found[at - 1], found[at]
        removed, added = after.a - before.a - before.size, after.b - before.b - before.size
        if bool(removed) == bool(added):
            continue
        lines, start, size = (a, before.a + before.size, removed) if removed else (b, before.b + before.size, added)
        shift = _best_shift(lines, start, size, up=before.size, down=after.size)
        found[at - 1] = before._replace(size=before.size + shift)
        found[at] = Block(after.a + shift, after.b + shift, after.size - shift)
    return [block for block in found if block.size]


def _best_shift(lines: Sequence[str], start: int, size: int, *, up: int, down: int) -> int:
    """By how many lines `size` lines from `start` may move, and are best moved; up is negative."""
    least = most = 0
    while -least < up and lines[start + least - 1] == lines[start + least + size - 1]:
        least -= 1
    while most < down and lines[start + most] == lines[start + most + size]:
        most += 1
    return min(range(most, least - 1, -1), key=lambda shift: _indent(lines[start + shift]))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" ")) if line.strip() else 1_000


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _joined(blocks: Iterable[Block]) -> list[Block]:
    found: list[Block] = []
    for block in blocks:
        last = found[-1] if found else None
        if last and last.a + last.size == block.a and last.b + last.size == block.b:
            found[-1] = Block(last.a, last.b, last.size + block.size)
        elif block.size:
            found.append(block)
    return found


def _shared(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of equal lines on the shortest way from `a` to `b`; [] when that is too long to look for."""
    x, y = len(a), len(b)
    pairs: list[tuple[int, int]] = []
    for distance, reached in reversed(list(enumerate(_trail(a, b)))):
        before = _before(reached, x - y, distance)
        from_x = reached[before + distance + 1]
        from_y = from_x - before
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = from_x, from_y
    return pairs[::-1]


def _trail(a: Sequence[str], b: Sequence[str]) -> list[list[int]]:
    """For each number of changes, how far each diagonal had come before it; [] when the way is too long."""
    most = len(a) + len(b)
    far = [0] * (2 * most + 3)  # by diagonal, from -most - 1
    trail: list[list[int]] = []
    left = WORK
    for distance in range(most + 1):
        reached = far[most - distance : most + distance + 3]
        trail.append(reached)
        for diagonal in range(-distance, distance + 1, 2):
            before = _before(reached, diagonal, distance)
            start = reached[before + distance + 1] + (before < diagonal)
            x = _slide(a, b, start, start - diagonal)
            left -= x - start + 1
            far[diagonal + most + 1] = x
            if x >= len(a) and x - diagonal >= len(b):
                return trail
        if left < 0:
            return []
    return []


def _before(reached: Sequence[int], diagonal: int, distance: int) -> int:
    """The diagonal that the farthest way onto this one came from: an insertion from above, a deletion from below."""
    at = diagonal + distance + 1
    comes_down = diagonal == -distance or (diagonal != distance and reached[at - 1] < reached[at + 1])
    return diagonal + 1 if comes_down else diagonal - 1


def _slide(a: Sequence[str], b: Sequence[str], x: int, y: int) -> int:
    while x < len(a) and y < len(b) and a[x] == b[y]:
        x, y = x + 1, y + 1
    return x
