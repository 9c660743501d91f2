"""What the validator lets pass, the engine can plan: one language, both ways."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.conductor.plan import build_plan
from app.engine.spec.validate import check_definition
from tests.engine.spec.cases import CATALOG

TEXTS = st.sampled_from(["x", "{{ vars.n }}", "{{ result() }}", "{{ item }}", "{{ task.a.x }}", "{{ 1 + 1 }}", "{{ vars.n > 1 }}", "{{ succeeded() }}", "{{"])
CONDITIONS = st.sampled_from(["succeeded()", "{{ failed() }}", "vars.n > 1", "true", "timed_out() or vars.n", "not", "{{ 1 }} {{ 2 }}"])
TARGETS = st.sampled_from(["a", "b", "c", "d", "fail", "noop", ["a", "b"], ["c", "fail"]])
PUBLISH = st.sampled_from(["x", {"x": 1}, [{"x": "{{ result() }}"}, "y"], {"x": "{{ y }}"}])
NEXT = st.lists(st.fixed_dictionaries({"do": TARGETS}, optional={"when": CONDITIONS, "publish": PUBLISH}), max_size=3)
DECISION = st.lists(st.fixed_dictionaries({"when": CONDITIONS, "next": TARGETS}), max_size=2)
KEYS = {
    "next": NEXT, "on_success": TARGETS, "on_failure": TARGETS, "on_timeout": TARGETS, "decision": DECISION, "publish": PUBLISH,
    "when": CONDITIONS, "input": st.fixed_dictionaries({"message": TEXTS}), "with_items": st.sampled_from(["{{ vars.n }}", [1, 2], {"k": 1}, "plain"]),
    "batch_size": st.integers(0, 3), "batch_mode": st.sampled_from(["item", "list"]), "concurrency": st.integers(0, 2), "delay": st.sampled_from([0, 0.5, -1]),
    "timeout": st.sampled_from([1, 0.5, 0]), "join": st.sampled_from(["any", "all", 1, 2, 3]), "max_visits": st.integers(0, 3),
    "retry": st.fixed_dictionaries({"count": st.integers(0, 3)}, optional={"when": CONDITIONS, "on_error": CONDITIONS, "delay": st.integers(0, 2)}),
    "wait_for": st.just({"inquiry": "{{ vars.n }}"}),
}  # fmt: skip
CHILD_KEYS = {key: KEYS[key] for key in ("when", "input", "publish", "with_items", "retry", "timeout", "delay")}


def _task(name: str) -> st.SearchStrategy[dict]:
    plain = st.fixed_dictionaries({"name": st.just(name), "action": st.just("core.noop")}, optional=KEYS)
    child = st.fixed_dictionaries({"name": st.just(f"{name}1"), "action": st.just("core.noop")}, optional=CHILD_KEYS)
    both = {key: KEYS[key] for key in ("next", "on_success", "when", "join", "timeout", "publish")}
    container = st.fixed_dictionaries({"name": st.just(name), "type": st.just("parallel"), "tasks": child.map(lambda one: [one])}, optional=both)
    return st.one_of(plain, plain, plain, container)


DEFINITIONS = st.fixed_dictionaries(
    {"tasks": st.tuples(*map(_task, "abcd")).map(list), "vars": st.just({"n": 2})},
    optional={"output_map": st.fixed_dictionaries({"o": TEXTS}), "fail_fast": st.booleans(), "timeout": st.just(5)},
)


@given(DEFINITIONS)
@settings(max_examples=400, deadline=None)
def test_a_definition_that_may_be_saved_can_be_planned(definition):
    found = check_definition(definition, catalog=CATALOG)

    if not found.refusals:
        build_plan(found.spec)
