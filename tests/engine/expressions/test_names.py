"""Names in templates and how they are looked up. Source: language.md 7 and 11 "Results and names"."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from immutables import Map

from app.engine.expressions import Scope, TaskView
from tests.engine.expressions.rendering import failure, render

SCOPE = Scope(
    parameters={"items": [1], "env": "prod", "a b": 2},
    variables=Map({"n": 3, "count": 7, "deep": {"keys": "k"}}),
    tasks={
        "build": TaskView(
            result={"field": 5, "status": "inner", "results": "r"}, status="succeeded", duration_ms=12, attempts=1
        ),
        "a b": TaskView(result={"x": 1}),
        "each": TaskView(
            result=[{"v": 1}, None], results=[{"v": 1}, None], status="failed",
            failed_items=[{"index": 1, "item": "b", "error": "no"}], total_count=2, succeeded_count=1, failed_count=1,
        ),
        "later": None,
    },
    system={"execution_id": 9, "timestamp": 1_700_000_000, "identity": {"login": "alice"}},
    config={"url": "http://x"},
    inquiries={"ask": {"id": 1, "response": {"ok": True}}},
    local={"item": "i", "index": 0},
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("parameters.env", "prod"),
        ("parameters.items", [1]),
        ("parameters['a b']", 2),
        ("vars.n", 3),
        ("workflow.n", 3),
        ("variables.n", 3),
        ("n", 3),
        ("count", 7),
        ("count([1, 1, 2], 1)", 2),
        ("deep.keys", "k"),
        ("task.build.result.field", 5),
        ("tasks.build.field", 5),
        ("task.build.status", "succeeded"),
        ("task.build.result.status", "inner"),
        ("task.build.results", "r"),
        ("task.build.duration_ms + task.build.attempts", 13),
        ("task['a b'].x", 1),
        ("task.each.results[0].v", 1),
        ("task.each.failed_items[0].error", "no"),
        ("[task.each.total_count, task.each.succeeded_count, task.each.failed_count]", [2, 1, 1]),
        ("pack.config.url", "http://x"),
        ("config.url", "http://x"),
        ("system.identity.login", "alice"),
        ("system.timestamp", 1_700_000_000),
        ("now()", "2023-11-14T22:13:20Z"),
        ("inquiry.ask.response.ok", True),
        ("item ~ index", "i0"),
    ],
)
def test_every_namespace_and_alias_reaches_its_value(text, expected):
    assert render(f"{{{{ {text} }}}}", scope=SCOPE) == expected


def test_task_as_a_whole_shows_its_attributes():
    assert render("{{ task.build }}", scope=SCOPE)["status"] == "succeeded"
    assert set(render("{{ tasks }}", scope=SCOPE)) == {"build", "a b", "each"}


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("parameters.enw", "env"),
        ("coutn", "count"),
        ("task.bild.x", "build"),
        ("task.build.feild", "field"),
        ("vars.deeep", "deep"),
        ("config.ulr", "url"),
        ("system.timestmp", "timestamp"),
        ("parametres.env", "parameters"),
    ],
)
def test_an_unknown_name_is_an_error_with_near_names(text, near):
    problem = failure(f"{{{{ {text} }}}}", scope=SCOPE)

    assert problem.kind == "undefined"
    assert near in problem.near
    assert near in str(problem)
    assert text in str(problem)


def test_the_error_knows_the_column_of_the_unknown_name():
    assert failure("n={{ n }} {{ task.build.nope }}", scope=SCOPE).column == 14


def test_a_field_can_be_asked_for_with_in():
    assert render("{{ ['field' in task.build, 'nope' in task.build, 'build' in tasks, 'later' in tasks] }}", scope=SCOPE) == [
        True, False, True, False,
    ]  # fmt: skip


def test_a_parameters_bare_name_is_an_error_with_the_right_way():
    problem = failure("{{ env }}", scope=SCOPE)

    assert problem.hint == "write parameters.env"


def test_a_task_that_has_not_run_is_named():
    assert "'later' has not run yet" in str(failure("{{ task.later.x }}", scope=SCOPE))
    assert render("{{ task.later.result.x | default('none') }}", scope=SCOPE) == "none"


def test_item_outside_of_items_says_where_it_exists():
    assert "with_items" in str(failure("{{ item }}"))


@pytest.mark.parametrize(("name", "hint"), [("now", "now()"), ("result", "result()"), ("length", "length(value)")])
def test_a_function_that_is_not_called_says_how_to_call_it(name, hint):
    assert hint in str(failure(f"{{{{ {name} }}}}"))


@pytest.mark.parametrize("text", ["a.b.c.d", "vars.a.b", "task.x.result.y.z", "parameters.q['r'].s", "deep.none.x[0].y"])
def test_default_works_through_missing_levels(text):
    assert render(f"{{{{ {text} | default(4) }}}}", scope=SCOPE) == 4
    assert render(f"{{{{ {text} is defined }}}}", scope=SCOPE) is False
    assert render(f"{{{{ {text} is undefined }}}}", scope=SCOPE) is True


def test_default_keeps_a_value_that_exists_even_when_it_is_null_or_empty():
    assert render("{{ vars.x | default(4) }}", variables={"x": None}) is None
    assert render("{{ vars.x | default(4, true) }}", variables={"x": ""}) == 4


@pytest.mark.parametrize(
    "text",
    ["x", "x + 1", "1 + x", "not x", "x and true", "x == 1", "1 in x", "[x]", "{'a': x}", "upper(x)", "x | length",
     "x ~ 'a'", "'a' if x else 'b'", "-x", "x[1:]", "x < 1", "x is none", "range(x)", "[1][x]", "x()", "x.y()"],
)  # fmt: skip
def test_any_use_of_an_undefined_name_is_an_error(text):
    assert failure(f"{{{{ {text} }}}}").kind in ("undefined", "syntax")
    assert failure(f"a {{{{ {text} }}}}").kind in ("undefined", "syntax")


def test_the_error_names_place_and_path():
    scope = Scope(expression_place="task 'build', input")

    problem = failure({"url": ["{{ nope }}"]}, scope=scope)

    assert str(problem).startswith("task 'build', input.url[0]: 'nope' is not defined")


def test_missing_names_are_null_where_the_caller_asks_for_it():
    scope = Scope(local={"event": {"payload": {"a": 1}}}, missing_is_null=True)

    assert render({"a": "{{ event.payload.a }}", "b": "{{ event.payload.b.c }}"}, scope=scope) == {"a": 1, "b": None}


def test_only_what_a_text_names_is_looked_up():
    class Watched(Mapping):
        asked: list[str] = []

        def __getitem__(self, key):
            self.asked.append(key)
            return 1

        def __iter__(self):
            raise AssertionError("iterated")

        def __len__(self):
            raise AssertionError("counted")

    watched = Watched()
    assert render("{{ parameters.a + parameters.b }}", parameters=watched) == 2
    assert watched.asked == ["a", "b"]


def test_a_lazy_result_is_loaded_once_and_only_when_needed():
    loads: list[int] = []

    def load():
        loads.append(1)
        return {"x": 1}

    view = TaskView(result=load, status="succeeded")
    assert render("{{ task.t.status }}", tasks={"t": view}) == "succeeded"
    assert loads == []
    assert render("{{ task.t.x + task.t.result.x }}", tasks={"t": view}) == 2
    assert loads == [1]


@pytest.mark.parametrize("text", ["parameters.get('a')", "'a'.upper()", "[1].append(2)", "vars.x.items()", "'a'.join(['b'])"])
def test_methods_are_not_reachable_and_the_error_says_what_to_write(text):
    problem = failure(f"{{{{ {text} }}}}", parameters={}, variables={"x": {"k": 1}})

    assert "write" in (problem.hint or "")


@pytest.mark.parametrize(
    "text",
    ["''.__class__", "[].__class__.__mro__", "parameters.__init__", "succeeded.__globals__", "''['__class__']",
     "task.build.__class__", "task.build.field_names", "task.build._attribute", "kv._scope", "self.__class__",
     "namespace().__class__", "{}.__class__", "(1).real", "loop.__class__", "''|attr('__class__')",
     "[1]|map(attribute='__class__')|list", "cycler", "joiner", "lipsum", "get_flashed_messages", "environment", "context"],
)  # fmt: skip
def test_nothing_of_python_is_reachable(text):
    assert failure(f"{{{{ {text} }}}}", scope=SCOPE).kind in ("undefined", "type")
