"""The graphs of every workflow that ships with the packs, and of one as large as those people write."""

from __future__ import annotations

from pathlib import Path

from app.engine.graph.build import Graph, build_graph
from app.engine.spec.validate import read_definition

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted([*ROOT.glob("packs/*/workflows/*.yaml"), *ROOT.glob("packs/*/actions/workflows/*.yaml")])


def shipped(path: Path) -> Graph:
    spec = read_definition(path.read_text()).parsed.spec
    assert spec is not None, path
    return build_graph(spec)


def ids(path: Path) -> str:
    return f"{path.parts[path.parts.index('packs') + 1]}.{path.stem}"
