"""What ships from others is exactly what the manifest says, with its licence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "app" / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())


def test_every_vendored_file_has_the_checksum_of_the_manifest():
    for package in MANIFEST:
        for path, digest in package["files"].items():
            assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == digest, path


def test_every_vendored_file_is_in_the_manifest():
    listed = {path for package in MANIFEST for path in package["files"]}

    assert {str(p.relative_to(VENDOR)) for p in VENDOR.rglob("*") if p.is_file()} - {"manifest.json"} == listed


def test_every_package_names_its_licence_and_how_to_upgrade_it():
    for package in MANIFEST:
        assert package["licence"] in ("MIT", "0BSD") and package["version"] in next(iter(package["files"]))
        assert any(path.endswith("/LICENSE") for path in package["files"])
        assert "npm pack" in package["upgrade"]
