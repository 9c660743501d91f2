"""docs/tutorial/first-workflow.md, done step by step as it is written."""

from __future__ import annotations

import io
import re
import tarfile

import pytest

from app.services import auth, packs
from tests.web.conftest import PASSWORD, ROOT, eventually, words

TUTORIAL = ROOT / "docs" / "tutorial" / "first-workflow.md"


@pytest.fixture(scope="module")
def mine(server) -> None:
    """The pack of the tutorial, uploaded."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for path, body in re.findall(r"`(mine/[\w./]+)`:\n\n```\w+\n(.*?)```", TUTORIAL.read_text(), re.S):
            member = tarfile.TarInfo(path)
            member.size = len(body.encode())
            tar.addfile(member, io.BytesIO(body.encode()))
    archive.seek(0)
    packs.upload(archive=archive, by=auth.check_password("alice", PASSWORD))


def test_the_workflow_of_the_tutorial_asks_and_goes_on_with_the_answer(alice, run, mine):
    execution_id = run("mine.check")
    found = eventually(lambda: re.search(r'href="(/inbox/\d+)"', alice.get(f"/runs/{execution_id}").text))
    question = words(alice.get(found[1]))
    assert "It is fine" in question and "Fine , the run goes on with report." in question

    alice.post(f"{found[1]}/answer", {"verb": "0"})

    eventually(lambda: "Succeeded" in words(alice.get(f"/runs/{execution_id}")))


def test_a_short_file_asks_nobody(alice, run, finished, mine):
    execution_id = finished(run("mine.check", limit=100_000))

    assert "/inbox/" not in re.sub(r'href="/inbox"', "", alice.get(f"/runs/{execution_id}").text)
