"""The merged view of an action's result. Source: api.md 8 "In expressions"."""

from __future__ import annotations

import pytest

from app.engine.expressions import lazy_result_view, result_view


@pytest.mark.parametrize(
    ("raw", "extra"),
    [
        ({"data": {"x": 1}}, {"x": 1}),
        ({"data": {"result": "X", "exit_code": 9}}, {"result": "X", "exit_code": 9}),
        ({"stdout": '{"x": 1}\n'}, {"x": 1}),
        ({"stdout": 'log line\nmore\n{"result": "X"}\n'}, {"result": "X"}),
        ({"stdout": '{\n "x": 1\n}'}, {"x": 1}),
        ({"stdout": "plain"}, {}),
        ({"stdout": "[1]"}, {}),
        ({"stdout": '{"x": NaN}'}, {}),
        ({"stdout": '{"x": 1}', "data": [1]}, {}),
        ({"stdout": '{"x": 1}', "data": None}, {"x": 1}),
        ({"stdout": "{" * 100_000 + "}"}, {}),
        ({"stdout": '{"a":' * 100_000 + "1" + "}" * 100_000}, {}),
        ({"stdout": None}, {}),
    ],
)
def test_data_or_a_printed_object_overlays_the_result(raw, extra):
    base = {"succeeded": True, "exit_code": 0, **raw}

    assert result_view(base) == {**base, **extra}


@pytest.mark.parametrize("raw", [None, [1, {"a": 2}], "text"])
def test_what_is_no_mapping_is_its_own_view(raw):
    assert result_view(raw) == raw


def test_a_lazy_view_is_loaded_when_called():
    assert lazy_result_view(lambda: {"data": {"x": 1}})()["x"] == 1
