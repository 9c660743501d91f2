"""Unpacking uploads: what an archive may hold, and everything hostile that it may not."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from app.engine.errors import BadRequest
from app.services.pack_archives import ArchiveLimits, unpack
from tests.services.pack_builders import DEMO, archive_of, member, tar_gz

ROOMY = ArchiveLimits(archive=10_000_000, files=1000, unpacked=10_000_000)
PACK = (member("pack.yaml", size=9), b"ref: demo")


@pytest.mark.parametrize("top", ["", "demo-1.0.0", "./demo"])
def test_the_pack_is_found_at_the_root_or_in_a_single_top_directory(tmp_path: Path, top: str) -> None:
    root = unpack(archive_of(top=top), tmp_path, limits=ROOMY)

    assert {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()} == set(DEMO)


def test_scripts_stay_executable_and_nothing_else_of_the_mode_is_kept(tmp_path: Path) -> None:
    members = [PACK, (member("run.sh", size=2, mode=0o4755), b"ls"), (member("data", size=1, mode=0o666), b"x")]

    root = unpack(tar_gz(members), tmp_path, limits=ROOMY)

    assert (root / "run.sh").stat().st_mode & 0o7777 == 0o755
    assert (root / "data").stat().st_mode & 0o7777 == 0o644


def test_links_within_the_pack_are_kept(tmp_path: Path) -> None:
    link = (member("a/alias", kind=tarfile.SYMTYPE, target="../pack.yaml"), b"")
    copy = (member("copy", kind=tarfile.LNKTYPE, target="pack.yaml"), b"")

    root = unpack(tar_gz([PACK, (member("a/x", size=1), b"x"), link, copy]), tmp_path, limits=ROOMY)

    assert (root / "a/alias").read_text() == "ref: demo"
    assert (root / "copy").read_text() == "ref: demo"


HOSTILE = {
    "a path that climbs out": [PACK, (member("../evil", size=1), b"x")],
    "a path that climbs out later": [PACK, (member("a/../../evil", size=1), b"x")],
    "an absolute path": [PACK, (member("/tmp/evil", size=1), b"x")],
    "a symbolic link out of the tree": [PACK, (member("l", kind=tarfile.SYMTYPE, target="../../etc/passwd"), b"")],
    "an absolute symbolic link": [PACK, (member("l", kind=tarfile.SYMTYPE, target="/etc/passwd"), b"")],
    "a hard link out of the tree": [PACK, (member("l", kind=tarfile.LNKTYPE, target="../../etc/passwd"), b"")],
    "a chain of links that climbs out": [
        PACK,
        (member("a/b", kind=tarfile.SYMTYPE, target=".."), b""),
        (member("a/b/c", kind=tarfile.SYMTYPE, target=".."), b""),
        (member("a/b/c/d", size=1), b"x"),
    ],
    "a file written through a link": [
        PACK,
        (member("dir", kind=tarfile.SYMTYPE, target="."), b""),
        (member("dir/evil", size=1), b"x"),
    ],
    "a device": [PACK, (member("null", kind=tarfile.CHRTYPE), b"")],
    "a pipe": [PACK, (member("pipe", kind=tarfile.FIFOTYPE), b"")],
    "a file that is a directory too": [PACK, (member("a", size=1), b"x"), (member("a/b", size=1), b"x")],
    "no pack.yaml": [(member("readme", size=1), b"x")],
    "two top directories": [(member("a/pack.yaml", size=1), b"x"), (member("b/pack.yaml", size=1), b"x")],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_archive_is_refused_and_writes_nothing_outside(tmp_path: Path, members: list) -> None:
    into = tmp_path / "a" / "b" / "in"
    into.mkdir(parents=True)

    with pytest.raises(BadRequest):
        unpack(tar_gz(members), into, limits=ROOMY)

    assert [p for p in tmp_path.rglob("*") if p.is_file() and not p.is_relative_to(into)] == []
    assert not Path("/tmp/evil").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"not an archive", gzip.compress(b"not a tar"), archive_of().getvalue()[:-40], tar_gz([PACK]).getvalue()[:60]],
    ids=["empty", "no gzip", "no tar", "cut at the end", "cut early"],
)
def test_what_is_no_tar_gz_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadRequest):
        unpack(io.BytesIO(content), tmp_path, limits=ROOMY)


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (ArchiveLimits(archive=100, files=1000, unpacked=10_000_000), "ATTUNE_MAX_PACK_ARCHIVE"),
        (ArchiveLimits(archive=10_000_000, files=3, unpacked=10_000_000), "ATTUNE_MAX_PACK_FILES"),
        (ArchiveLimits(archive=10_000_000, files=1000, unpacked=100_000), "ATTUNE_MAX_PACK_UNPACKED"),
    ],
)
def test_limits_are_counted_while_reading_and_the_error_names_the_setting(
    tmp_path: Path, limits: ArchiveLimits, setting: str
) -> None:
    bomb = archive_of(**{"big.bin": "0" * 3_000_000})

    with pytest.raises(BadRequest, match=setting):
        unpack(bomb, tmp_path, limits=limits)


def test_a_header_that_claims_a_huge_extension_is_refused_before_it_is_read(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        info = member("x")
        info.pax_headers = {"comment": "0" * 3_000_000}
        tar.addfile(info)

    with pytest.raises(BadRequest, match="header"):
        unpack(io.BytesIO(gzip.compress(raw.getvalue())), tmp_path, limits=ROOMY)
