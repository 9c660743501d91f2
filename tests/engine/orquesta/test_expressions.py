"""YAQL and Jinja of Orquesta, as expressions of ours. The value column is what our engine makes of the translation."""

from __future__ import annotations

import pytest

from app.engine.expressions import Scope, compile_value
from app.engine.expressions.scope import OutcomeView
from app.engine.orquesta.names import Names
from app.engine.orquesta.notes import Notes
from app.engine.orquesta.templates import Translator
from app.engine.spec.source import Document

VALUES = {
    "n": 7, "name": "Ada", "flag": True, "empty": [], "nothing": None, "a b": 1, "sentence": " Hello there ",
    "list": [3, 1, 3], "map": {"k": "v", "n": 2}, "words": ["bo", "Al"],
    "vms": [{"name": "w1", "role": "web", "at": {"az": "a"}, "n": 2}, {"name": "d1", "role": "db", "at": {"az": "b"}, "n": 5}],
}  # fmt: skip
NAMES = Names(
    parameters=frozenset({"who"}),
    kinds={"flag": "boolean"},
    current="now",
    ended=True,
    pack_ref="ops",
    tasks={"now": "now"},
)


def translated(text: str) -> tuple[str, Notes]:
    notes = Notes(Document.from_value({"x": text}))
    return Translator(NAMES, notes).text(text, ("x",)), notes


def value_of(text: str):
    outcome = OutcomeView("succeeded", {"stdout": "out", "n": 3})
    scope = Scope(parameters={"who": "Bo"}, variables=VALUES, system={"execution_id": 9}, outcome=outcome)
    return compile_value(text).render(scope)


@pytest.mark.parametrize(
    ("yaql", "ours", "value"),
    [
        ("ctx().n", "vars.n", 7),
        ("ctx(n)", "vars.n", 7),
        ("ctx('who')", "parameters.who", "Bo"),
        ("ctx().get(n)", "vars.n | default(null)", 7),
        ("ctx().get(missing, 4)", "vars.missing | default(4)", 4),
        ("ctx().st2.action_execution_id", "system.execution_id", 9),
        ("ctx().st2.pack", "'ops'", "ops"),
        ("result().n + 1", "result().n + 1", 4),
        ("ctx().n = 7", "vars.n == 7", True),
        ("ctx().n != 7", "vars.n != 7", False),
        ("ctx().n mod 4", "vars.n % 4", 3),
        ("7 / 2", "7 // 2", 3),
        ("7.0 / 2", "7.0 / 2", 3.5),
        ("1 + 2 * 3", "1 + 2 * 3", 7),
        ("(1 + 2) * 3", "(1 + 2) * 3", 9),
        ("2 - (3 - 4)", "2 - (3 - 4)", 3),
        ("-ctx().n", "-vars.n", -7),
        ("not ctx().flag", "not vars.flag", False),
        ("not (1 = 2) and 3 in [1, 3]", "not 1 == 2 and 3 in [1, 3]", True),
        ("a in list(a, b)", "'a' in ['a', 'b']", True),
        ("'it\\'s' + ' ' + ctx().name", "'it\\'s' ~ ' ' ~ vars.name", "it's Ada"),
        ("ctx().list.len()", "length(vars.list)", 3),
        ("len(ctx().list)", "length(vars.list)", 3),
        ("ctx().list[0]", "vars.list[0]", 3),
        ("ctx().map.k", "vars.map.k", "v"),
        ("ctx().map['k']", "vars.map.k", "v"),
        ("ctx().map.keys()", "keys(vars.map)", ["k", "n"]),
        ("ctx().map.get(z, 0)", "vars.map.z | default(0)", 0),
        ("ctx().map + dict(z => 1)", "merge(vars.map, {'z': 1})", {"k": "v", "n": 2, "z": 1}),
        ("{a => 1, b => [2]}", "{'a': 1, 'b': [2]}", {"a": 1, "b": [2]}),
        ("dict(a => ctx().n)", "{'a': vars.n}", {"a": 7}),
        ("ctx().list.distinct()", "unique(vars.list)", [3, 1]),
        ("ctx().list.orderBy($)", "vars.list | sort(case_sensitive=true)", [1, 3, 3]),
        ("ctx().vms.select($.name)", "vars.vms | map(attribute='name')", ["w1", "d1"]),
        ("ctx().vms.select($.at.az)", "vars.vms | map(attribute='at.az')", ["a", "b"]),
        ("ctx().vms.where($.role = web).select($.name)", "vars.vms | selectattr('role', 'eq', 'web') | map(attribute='name')", ["w1"]),
        ("ctx().vms.where($.n > 3 and $.role != web).len()", "length(vars.vms | selectattr('n', 'gt', 3) | selectattr('role', 'ne', 'web'))", 1),
        ("ctx().vms.where(3 < $.n).select($.name).first()", "vars.vms | selectattr('n', 'gt', 3) | map(attribute='name') | first", "d1"),
        ("ctx().vms.where(not ($.role = web)).select($.name)", "vars.vms | rejectattr('role', 'eq', 'web') | map(attribute='name')", ["d1"]),
        ("ctx().vms.any($.n > 4)", "length(vars.vms | selectattr('n', 'gt', 4)) > 0", True),
        ("ctx().vms.all($.n > 4)", "length(vars.vms | rejectattr('n', 'gt', 4)) == 0", False),
        ("ctx().words.select($.toUpper())", "vars.words | map('upper')", ["BO", "AL"]),
        ("ctx().list.select(str($)).join('-')", "join(vars.list | map('string'), '-')", "3-1-3"),
        ("','.join(ctx().words)", "join(vars.words, ',')", "bo,Al"),
        ("ctx().sentence.trim().split(' ')", "split(trim(vars.sentence), ' ')", ["Hello", "there"]),
        ("ctx().name =~ '^A'", "match('^A', vars.name)", True),
        ("regex('^B').matches(ctx().name)", "match('^B', vars.name)", False),
        ("coalesce(ctx().nothing, ctx().n)", "vars.nothing if vars.nothing is not none else vars.n", 7),
        ("ctx().map?.k", "vars.map.k if vars.map is not none else null", "v"),
        ("let(x => 2, y => 3) -> $x * $.y", "2 * 3", 6),
        ("range(1, 3)", "range(1, 3)", [1, 2]),
        ("max(1, ctx().n)", "max(1, vars.n)", 7),
        ("ctx('a b')", "vars['a b']", 1),
        ("succeeded() and not failed()", "succeeded() and not failed()", True),
        ("completed()", "true", True),
    ],
)  # fmt: skip
def test_yaql_is_written_in_our_language_and_means_the_same(yaql, ours, value):
    text, notes = translated(f"<% {yaql} %>")

    assert text == f"{{{{ {ours} }}}}"
    assert value_of(text) == value
    assert [note for note in notes.found if note.severity == "error"] == []


@pytest.mark.parametrize(
    ("jinja", "ours", "value"),
    [
        ("ctx().n + 1", "vars.n + 1", 8),
        ("ctx('who') ~ '!'", "parameters.who ~ '!'", "Bo!"),
        ("ctx()['name']", "vars.name", "Ada"),
        ("ctx().list | length", "vars.list | length", 3),
        ("ctx().name.lower()", "lower(vars.name)", "ada"),
        ("'big' if ctx().n > 5 else 'small'", "'big' if vars.n > 5 else 'small'", "big"),
        ("ctx().nope is defined", "vars.nope is defined", False),
        ("ctx().nope is not defined", "vars.nope is not defined", True),
        ("ctx().nope | default('x')", "vars.nope | default('x')", "x"),
        ("ctx().map | to_json_string", "vars.map | to_json", '{"k":"v","n":2}'),
        ("ctx().list[1:]", "slice(vars.list, 1)", [1, 3]),
        ("{'a': ctx().n, 'b': [1, 2]}", "{'a': vars.n, 'b': [1, 2]}", {"a": 7, "b": [1, 2]}),
        ("0 < ctx().n < 9", "0 < vars.n and vars.n < 9", True),
        ("ctx().vms | map(attribute='name') | join(',')", "vars.vms | map(attribute='name') | join(',')", "w1,d1"),
    ],
)  # fmt: skip
def test_jinja_is_written_in_our_language_and_means_the_same(jinja, ours, value):
    text, _ = translated(f"{{{{ {jinja} }}}}")

    assert text == f"{{{{ {ours} }}}}"
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("condition", "ours"),
    [
        ("<% succeeded() and ctx().flag %>", "succeeded() and vars.flag"),
        ("<% ctx().name %>", "true if vars.name else false"),
        ("<% succeeded() and ctx().list %>", "succeeded() and (true if vars.list else false)"),
        ("<% completed() %>", None),
        ("{{ failed() or ctx().n > 3 }}", "failed() or vars.n > 3"),
    ],
)
def test_a_condition_gives_a_boolean(condition, ours):
    notes = Notes(Document.from_value({"x": condition}))

    assert Translator(NAMES, notes).condition(condition, ("x",)) == ours


def test_texts_around_expressions_and_braces_that_are_text_stay():
    text, _ = translated("{{ not ours }} <% ctx().n %> and <% ctx().name %>.")

    assert value_of(text) == "{{ not ours }} 7 and Ada."


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("<% ctx().vms.select([$.name, $.role]) %>", "does more than the filters"),
        ("<% ctx().vms.toDict($.name, $) %>", "'.toDict()'"),
        ("<% random() %>", "'random()'"),
        ("<% ctx(ctx().name) %>", "a name that is calculated"),
        ("<% ctx().n + %>", "can't be read"),
        ("<% $.n %>", "`$` outside"),
        ("{{ ctx().n | jsonpath_query('$.a') }}", "no filter 'jsonpath_query'"),
        ("{{ foo(1) }}", "'foo()'"),
        ("<% " + "(" * 500 + "1" + ")" * 500 + " %>", "nested too deep"),
    ],
)
def test_what_has_no_counterpart_is_refused_and_marked(expression, said):
    text, notes = translated(expression)

    assert said in notes.found[0].message
    assert notes.found[0].advice
    assert value_of(text).startswith("TODO: ")
