"""The test files of a pack: `tests/<workflow>/<test>.yaml` in its directory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.engine.rehearsals.pack_tests import NAME, PackTest, parse_test
from app.engine.spec.findings import did_you_mean
from app.engine.spec.problems import Problem
from app.services import ports

FOLDER = "tests"
ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class PackTestFile:
    """One test as it lies there.

    Attributes:
        path: relative to the pack.
        workflow: name of the folder, a workflow's ref without the pack.
        unreadable: why there is no text, else None.
    """

    path: str
    workflow: str
    name: str
    text: str = ""
    unreadable: str | None = None

    def parsed(self) -> tuple[PackTest | None, list[Problem]]:
        """The test and what is wrong with it."""
        if self.unreadable is not None:
            return None, [Problem("error", self.unreadable, "", "unreadable")]
        test, problems = parse_test(self.text, workflow=self.workflow, name=self.name)
        if not NAME.match(self.name):
            text = (
                f"'{self.name[:80]}' can't name a test: lower-case letters, digits, '_' and '-', at most 100."
            )
            problems = [Problem("error", text, "", "bad_name"), *problems]
        return test, problems


def read_tests(directory: Path) -> list[PackTestFile]:
    """Every test file of a pack by workflow and name; what is wrong with one is told when it is parsed."""
    return list(_found(directory))


def check_tests(directory: Path, names: Collection[str]) -> list[tuple[PackTestFile, list[Problem]]]:
    """Every test file with what is wrong with it; `names` of the pack's workflows."""
    return [(file, [*file.parsed()[1], *strays_of(file, names)]) for file in read_tests(directory)]


def strays_of(file: PackTestFile, names: Collection[str]) -> list[Problem]:
    """A warning when the folder names no workflow; the folder may hold what other tools read."""
    if file.workflow in names:
        return []
    guess = did_you_mean(file.workflow, names)
    text = f"The pack has no workflow '{file.workflow}', so this is not played.{guess}"
    return [Problem("warning", text, "", "unknown_workflow")]


def _found(directory: Path) -> Iterator[PackTestFile]:
    root = directory / FOLDER
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix in ENDINGS and path.is_file():
                shown = f"{FOLDER}/{folder.name}/{path.name}"
                text, unreadable = _text_of(path, directory)
                yield PackTestFile(shown, folder.name, path.stem, text, unreadable)


def _text_of(path: Path, directory: Path) -> tuple[str, str | None]:
    most = ports.settings().max_definition
    if not path.resolve().is_relative_to(directory.resolve()):
        return "", "The file is a link that leads out of the pack."
    try:
        if path.stat().st_size > most:
            return "", f"The file has more than {most} bytes; ATTUNE_MAX_DEFINITION raises the limit."
        return path.read_bytes().decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return "", f"The file is not UTF-8 text: byte {error.start + 1} can't be read."
    except OSError as error:
        return "", f"The file can't be read: {error.strerror}."
