"""Compiles every file of the project without running it."""

from __future__ import annotations

from release_files import answer, fail, folder, parameters


def main() -> None:
    source = folder(parameters()["release_id"]) / "source"
    broken, files, lines = [], 0, 0
    for path in sorted(source.rglob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        files, lines = files + 1, lines + text.count("\n")
        try:
            compile(text, str(path.relative_to(source)), "exec")
        except SyntaxError as error:
            broken.append(f"{path.relative_to(source)}:{error.lineno}: {error.msg}")
    if broken:
        fail(f"{len(broken)} files do not compile.", broken=broken)
    answer({"files": files, "lines": lines})


main()
