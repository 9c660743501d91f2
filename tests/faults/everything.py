"""A workflow with one of each: parallel branches, items, retries, a nested run, a question, a timer, a join."""

from __future__ import annotations

from tests.faults.processes import Machine

MARKS = ["start", "flaky", *(f"each{i}" for i in range(4)), "inner", "end"]

INNER = """
version: 1.0.0
parameters: {notes: {type: string}}
tasks:
  - {name: inner, action: t.note, input: {mark: inner, notes: "{{ parameters.notes }}"}}
"""
EVERYTHING = """
version: 1.0.0
parameters: {notes: {type: string}}
tasks:
  - name: start
    action: t.note
    input: {mark: start, notes: "{{ parameters.notes }}"}
    next: [{do: [flaky, each, nested, ask, later]}]
  - name: flaky
    action: t.flaky
    retry: {count: 8, delay: 0.1}
    input: {mark: flaky, notes: "{{ parameters.notes }}"}
    next: [{do: end}]
  - name: each
    action: t.note
    with_items: "{{ range(0, 4) }}"
    concurrency: 2
    input: {mark: "each{{ item }}", notes: "{{ parameters.notes }}"}
    next: [{do: end}]
  - {name: nested, action: t.inner, input: {notes: "{{ parameters.notes }}"}, next: [{do: end}]}
  - {name: ask, action: core.ask, input: {prompt: "Go on?"}, next: [{publish: [said: "{{ result().response }}"], do: end}]}
  - {name: later, action: core.noop, delay: 1, next: [{do: end}]}
  - {name: end, action: t.note, join: all, input: {mark: end, notes: "{{ parameters.notes }}"}}
output_map: {said: "{{ vars.said }}"}
"""


def load(machine: Machine) -> str:
    """The ref of the workflow; its actions note when they begin and take a moment."""
    machine.system.script("note", 'echo "$mark $$" >> "$notes"; sleep 0.3')
    machine.system.script("flaky", 'echo "$mark $$" >> "$notes"; sleep 0.2; mkdir "$notes.tried" && exit 1; exit 0')
    machine.system.workflow("inner", INNER)
    return machine.system.workflow("everything", EVERYTHING)


def begin(machine: Machine) -> int:
    return machine.system.start("t.everything", notes=str(machine.notes))
