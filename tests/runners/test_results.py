"""The result object (api.md 8) and what is read from output."""

from __future__ import annotations

import pytest

from app.runners.output import Unreadable, parse_output


def printed(run, text, output_format="json"):
    return run("cat <<'END'\n" + text + "\nEND", output_format=output_format)


def test_a_success_has_exactly_the_keys_of_the_contract(run):
    outcome = run("echo out; echo err >&2")

    duration_ms = outcome.result.pop("duration_ms")
    assert outcome.result == {"succeeded": True, "exit_code": 0, "stdout": "out\n", "stderr": "err\n"}
    assert isinstance(duration_ms, int)
    assert outcome.error is None
    assert outcome.inquiry is None


def test_text_output_has_no_data(run):
    assert "data" not in printed(run, '{"a": 1}', "text").result


def test_json_output_is_read_whole_or_by_its_last_line(run):
    assert printed(run, '{\n"a": [1]\n}').result["data"] == {"a": [1]}
    assert printed(run, 'loading…\n{"a": 2}').result["data"] == {"a": 2}


def test_jsonl_output_is_a_list(run):
    assert printed(run, '{"a": 1}\n\n[2]', "jsonl").result["data"] == [{"a": 1}, [2]]


def test_yaml_output_becomes_json_values(run):
    data = printed(run, "day: 2026-01-27\nn: 1\nlist: [a, b]", "yaml").result["data"]

    assert data == {"day": "2026-01-27", "n": 1, "list": ["a", "b"]}


def test_unreadable_output_is_no_data_and_no_failure(run):
    outcome = printed(run, "{not json")

    assert outcome.status == "succeeded"
    assert "data" not in outcome.result


@pytest.mark.parametrize(
    ("text", "output_format"),
    [
        ("[" * 100_000 + "]" * 100_000, "json"),
        ("[" * 300 + "]" * 300, "json"),
        ("[" * 100_000 + "]" * 100_000, "yaml"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "yaml"),
        ("NaN", "json"),
        ("[1e999]", "json"),
        ("9" * 10_000, "json"),
        ("", "json"),
        ("? [1, 2]\n: x", "yaml"),
        ("a: .inf", "yaml"),
    ],
    ids=lambda value: value[:12],
)
def test_hostile_output_is_refused(text, output_format):
    with pytest.raises(Unreadable):
        parse_output(text, output_format)


def test_characters_no_database_takes_are_replaced_in_data():
    assert parse_output(r'{"a\u0000": "\ud800x"}', "json") == {"a\ufffd": "?x"}


def test_a_queue_acknowledgement_is_copied_to_the_top(run):
    outcome = printed(run, '{"queue_ack": {"done": true}, "x": 1}')

    assert outcome.result["queue_ack"] == {"done": True}


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_a_printed_inquiry_is_found_in_any_format(run, output_format):
    outcome = printed(run, 'asking\n{"__inquiry": {"prompt": "Ship it?"}}', output_format)

    assert outcome.inquiry == {"prompt": "Ship it?"}


def test_a_failed_action_asks_nothing(run):
    outcome = run("""echo '{"__inquiry": {"prompt": "Ship it?"}}'; exit 1""")

    assert outcome.inquiry is None


def test_an_inquiry_that_is_no_object_is_only_text(run):
    assert printed(run, '{"__inquiry": "no"}').inquiry is None


def test_data_of_a_failed_action_is_kept(run):
    outcome = run("""echo '{"step": 3}'; exit 2""", output_format="json")

    assert outcome.result["data"] == {"step": 3}
    assert outcome.result["succeeded"] is False
