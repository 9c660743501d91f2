"""Copies the front-end files that ship, from unpacked npm packages, and writes their manifest.

CodeMirror comes as many small packages; they are made into one module here, with npm and esbuild.

    npm pack htmx.org@4.0.1 @tabler/core@1.6.1 @tabler/icons@3.51.0     (a maintainer's tool, not needed to run)
    for each archive: tar xzf <archive> -C <folder>/<archive name without .tgz>
    python scripts/vendor.py <folder>

Change the version here and in the path, run it, read the diff, run `pytest tests/web/test_vendor.py`.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "app" / "static" / "vendor"

# Families of Tabler's classes that the pages use; everything else of its 635 kB stays out.
KEPT_CLASSES = re.compile(
    r"^(btn|form|input|is-valid|is-invalid|invalid|valid|card|table|nav|active|disabled|show|alert|badge|list-group"
    r"|page|container|row|col|visually-hidden|text-(secondary|danger|success|muted|truncate)|markdown)(-(?!facebook|twitter"
    r"|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler|blue|azure|indigo"
    r"|purple|pink|red|orange|yellow|lime|green|teal|cyan|x$|xxl|xl)[a-z0-9-]+)?$"
)

PACKAGES = (
    {
        "name": "htmx.org",
        "version": "4.0.1",
        "licence": "0BSD",
        "files": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    },
    {
        "name": "@tabler/core",
        "version": "1.6.1",
        "licence": "MIT",
        "files": {"dist/css/tabler.min.css": "tabler.trimmed.css"},
        "licence_text": "Copyright (c) 2018-2026 The Tabler Authors\nCopyright (c) 2018-2026 codecalm.net Paweł Kuna",
    },
    {
        "name": "@tabler/icons",
        "version": "3.51.0",
        "licence": "MIT",
        "files": {},
        "licence_text": "Copyright (c) 2020-2026 Paweł Kuna",
        "note": "path data only, in app/templates/_parts/icons.html",
    },
    {
        "name": "codemirror",
        "version": "6.43.15",  # of @codemirror/view
        "licence": "MIT",
        "files": {"codemirror.js": "codemirror.js"},
        "licence_text": "Copyright (C) 2016-2024 by Marijn Haverbeke <marijn@haverbeke.berlin> and others",
        "note": "one module made of the packages in BUNDLE of scripts/vendor.py",
        "bundled": True,
    },
)

# Everything that goes into codemirror.js, by exact version, and what it gives away.
BUNDLE = (
    "@codemirror/autocomplete@6.20.4", "@codemirror/commands@6.11.1", "@codemirror/lang-yaml@6.1.3",
    "@codemirror/language@6.13.1", "@codemirror/lint@6.9.8", "@codemirror/search@6.7.2", "@codemirror/state@6.7.6",
    "@codemirror/streamparser@6.0.0", "@codemirror/view@6.43.15", "@lezer/common@1.5.5", "@lezer/highlight@1.2.5",
    "@lezer/lr@1.4.12", "@lezer/yaml@1.0.4", "@marijn/find-cluster-break@1.0.4", "crelt@1.0.7", "style-mod@4.1.4",
    "w3c-keyname@2.2.8", "esbuild@0.28.2",
)  # fmt: skip
ENTRY = """
export { Annotation, Compartment, EditorSelection, EditorState, Prec, RangeSet, RangeSetBuilder, StateEffect, StateField, Transaction } from "@codemirror/state";
export { Decoration, EditorView, GutterMarker, MatchDecorator, ViewPlugin, WidgetType, drawSelection, gutter, highlightActiveLine, hoverTooltip, keymap, lineNumbers, placeholder, tooltips } from "@codemirror/view";
export { defaultKeymap, history, historyKeymap, indentLess, indentMore, isolateHistory, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
export { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
export { HighlightStyle, bracketMatching, indentUnit, syntaxHighlighting, syntaxTree } from "@codemirror/language";
export { acceptCompletion, autocompletion, closeCompletion, completionKeymap, completionStatus, startCompletion } from "@codemirror/autocomplete";
export { lintKeymap, nextDiagnostic, setDiagnostics } from "@codemirror/lint";
export { yaml } from "@codemirror/lang-yaml";
export { tags } from "@lezer/highlight";
"""

UPGRADE_BUNDLE = (
    "BUNDLE in scripts/vendor.py (npm pack <name>@latest tells versions), then scripts/vendor.py: "
    "npm install --save-exact, esbuild --bundle --format=esm --minify"
)

MIT = """MIT License

{holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main(unpacked: Path) -> None:
    manifest = [copy_package(package, unpacked) for package in PACKAGES]
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def copy_package(package: dict, unpacked: Path) -> dict:
    name, version = package["name"], package["version"]
    slug = f"{name.lstrip('@').replace('/', '-')}-{version}"
    source, target = unpacked / slug / "package", VENDOR / slug
    target.mkdir(parents=True, exist_ok=True)
    if package.get("bundled"):
        bundle(source)
    for path, kept_as in package["files"].items():
        text = (source / path).read_text()
        (target / kept_as).write_text(trim(text) if kept_as.endswith(".trimmed.css") else text)
    if "licence_text" in package:
        (target / "LICENSE").write_text(MIT.format(holder=package["licence_text"]))
    return {
        "name": name,
        "version": version,
        "licence": package["licence"],
        "upgrade": f"npm pack {name}@<version>, then scripts/vendor.py" if not package.get("bundled") else UPGRADE_BUNDLE,
        **({"note": package["note"]} if "note" in package else {}),
        "files": {f"{slug}/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(target.iterdir())},
    }


def bundle(folder: Path) -> None:
    """Make `codemirror.js` in the folder: the packages of BUNDLE as one ES module."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}')
    (folder / "entry.js").write_text(ENTRY)
    _run(folder, "npm", "install", "--silent", "--no-audit", "--no-fund", "--save-exact", *BUNDLE)
    _run(
        folder, "node_modules/.bin/esbuild", "entry.js", "--bundle", "--format=esm", "--minify", "--target=es2022",
        "--legal-comments=none", "--log-level=error", "--outfile=codemirror.js",
    )  # fmt: skip


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True)


def trim(css: str) -> str:
    """The rules for elements and for the kept families of classes, one rule a line."""
    css = re.sub(r"/\*(?!!).*?\*/", "", css, flags=re.S)
    return "\n".join(_kept(css)) + "\n"


def _kept(css: str) -> list[str]:
    lines = []
    for head, body in _rules(css):
        if head.startswith(("@media", "@supports")):
            inner = _kept(body)
            if inner:
                lines.append(f"{head}{{{''.join(inner)}}}")
        elif head.startswith("@"):
            if not head.startswith(("@font-face", "@charset", "@keyframes", "@-webkit")):
                lines.append(f"{head}{{{body}}}")
        else:
            selectors = [s for s in _split(head) if _wanted(s)]
            if selectors:
                lines.append(f"{','.join(selectors)}{{{body}}}")
    return lines


def _rules(css: str) -> list[tuple[str, str]]:
    rules, at, depth, start, head = [], 0, 0, 0, ""
    while at < len(css):
        if css[at] == "{":
            if depth == 0:
                head, start = css[start:at].strip(), at + 1
            depth += 1
        elif css[at] == "}":
            depth -= 1
            if depth == 0:
                rules.append((re.sub(r"^@charset[^;]*;", "", head).strip(), css[start:at]))
                start = at + 1
        at += 1
    return rules


def _split(selectors: str) -> list[str]:
    return [s.strip() for s in re.split(r",(?![^(]*\))", selectors)]


def _wanted(selector: str) -> bool:
    if "#" in selector or "data-bs-theme-" in selector:
        return False
    return all(KEPT_CLASSES.match(name) for name in re.findall(r"\.((?:\\.|[\w-])+)", selector))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
