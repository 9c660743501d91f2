"""The table of examples says what the files say; a new example without a row fails here."""

from __future__ import annotations

from pathlib import Path

from app.engine.spec.document import load

EXAMPLES = Path(__file__).parents[2] / "packs" / "examples"
ENDS = {"completed", "failed", "asks"}


def table_rows() -> list[str]:
    rows = []
    for path in sorted([*EXAMPLES.glob("workflows/*.yaml"), *EXAMPLES.glob("actions/workflows/*.yaml")]):
        document = load(path.read_text()).value
        name = path.name.split(".")[0]
        assert document["x-ends"] in ENDS, f"{path.name} must say how it ends in x-ends"
        rows.append(f"| [`{name}`]({path.relative_to(EXAMPLES)}) | {document['x-shows']} | {document['x-ends']} |")
    return sorted(rows)


def test_the_readme_has_one_row_for_each_example_as_its_file_describes_it() -> None:
    readme = (EXAMPLES / "README.md").read_text()

    rows = [line for line in readme.splitlines() if line.startswith("| [`")]

    assert rows == table_rows()
