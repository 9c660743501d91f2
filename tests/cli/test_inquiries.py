"""`attune inquiries`: find a question, look at it, answer it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import servers
from tests.cli.conftest import Attune


@pytest.fixture
def asked(attune: Attune, pack: str) -> dict[str, int]:
    """Questions of a new run, by task."""
    execution_id = attune("run", "t.ask", "--detach", "-o", "json").json["id"]
    run_id: list[int] = []

    def questions() -> list[dict[str, Any]]:
        run_id[:] = [attune("executions", "show", str(execution_id), "-o", "json").json["workflow_execution"]]
        listed = attune("inquiries", "list", "-n", "1000", "-o", "json").json
        return [row for row in listed if row["workflow_execution"] == run_id[0]]

    servers.wait_until(lambda: len(questions()) == 2, timeout_s=20, what="Both questions being asked")
    return {row["task_name"]: row["id"] for row in questions()}


def test_a_waiting_question_is_listed(attune: Attune, asked: dict[str, int]) -> None:
    said = attune("inquiries", "list", "-n", "1000")

    assert any(line.split()[0] == str(asked["approve"]) and "Ship it?" in line for line in said.out.splitlines())


def test_a_question_shows_its_fields_and_how_to_answer(attune: Attune, asked: dict[str, int]) -> None:
    said = attune("inquiries", "show", str(asked["room"]))

    assert "attic | garden" in said.out
    assert f"attune inquiries answer {asked['room']} room='attic|garden' seats=8" in said.out


@pytest.mark.parametrize(("flag", "approved"), [("--approve", True), ("--reject", False)])
def test_yes_and_no_answer_a_yes_or_no_question(attune: Attune, asked: dict[str, int], flag: str, approved: bool) -> None:
    said = attune("inquiries", "answer", str(asked["approve"]), flag, "-o", "json")

    assert said.code == 0
    assert said.json["response"] == {"approved": approved}
    assert said.json["status"] == "responded"


def test_fields_answer_a_form_and_defaults_fill_the_rest(attune: Attune, asked: dict[str, int]) -> None:
    said = attune("inquiries", "answer", str(asked["room"]), "room=garden", "-o", "json")

    assert said.json["response"] == {"room": "garden", "seats": 8}


def test_json_is_sent_as_it_is(attune: Attune, asked: dict[str, int]) -> None:
    said = attune("inquiries", "answer", str(asked["room"]), "--json", '{"room": "attic", "seats": 1}', "-o", "json")

    assert said.json["response"] == {"room": "attic", "seats": 1}


def test_a_value_that_is_no_choice_is_refused_before_it_is_sent(attune: Attune, asked: dict[str, int]) -> None:
    said = attune("inquiries", "answer", str(asked["room"]), "room=cellar")

    assert said.code == 2
    assert "attic" in said.err
    assert attune("inquiries", "show", str(asked["room"]), "-o", "json").json["status"] == "pending"


def test_approve_does_not_answer_a_form(attune: Attune, asked: dict[str, int]) -> None:
    said = attune("inquiries", "answer", str(asked["room"]), "--approve")

    assert said.code == 2
    assert "no yes-or-no question" in said.err


def test_a_second_answer_is_refused(attune: Attune, asked: dict[str, int]) -> None:
    attune("inquiries", "answer", str(asked["approve"]), "--approve")

    said = attune("inquiries", "answer", str(asked["approve"]), "--reject")

    assert said.code == 2
    assert "already responded" in said.err


def test_two_ways_of_answering_at_once_are_refused(attune: Attune, asked: dict[str, int]) -> None:
    said = attune("inquiries", "answer", str(asked["approve"]), "--approve", "--json", "{}")

    assert said.code == 2
    assert "one way" in said.err
