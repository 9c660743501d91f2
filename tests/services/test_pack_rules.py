"""What packs carry for events: triggers, sensors, queues and rules come and go with their files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.engine.access import SYSTEM, Caller, Grant
from app.engine.errors import BadRequest, Forbidden, NotFound
from app.persistence import session
from app.persistence.repositories import rule_timers
from app.queries import queues, rules, sensors, triggers
from app.services import packs, ports
from app.services import rules as rule_service
from app.services import triggers as trigger_service
from tests.services.builders import T0, set_time
from tests.services.pack_builders import DEMO, editor, someone, write_pack

TRIGGER = "label: Rang\noutput: {n: {type: integer}}\nparameters: {door: {type: string}}\n"
RULE = "trigger_ref: rang\naction_ref: say\naction_params: {message: '{{ event.payload.n }}'}\n"
SENSOR = "runner_type: bash\nentry_point: listen.sh\ntrigger_types: [rang]\n"
QUEUE = "label: Work\ndispatch_action_ref: say\n"
FILES = {
    **DEMO,
    "triggers/rang.yaml": TRIGGER,
    "rules/answer.yaml": RULE,
    "sensors/bell.yaml": SENSOR,
    "queues/work.yaml": QUEUE,
}


@pytest.fixture
def load(database: object, tmp_path: Path) -> Callable[..., Any]:
    """`load(**changes)`: write the pack with these files changed or (None) removed, and load it."""

    def write_and_load(by: Caller = SYSTEM, **changes: str | None) -> Any:
        directory = tmp_path / "demo"
        for path in directory.rglob("*.yaml"):
            path.unlink()
        write_pack(directory, FILES, **changes)
        ports.current().settings = _with_root(tmp_path)
        return packs.register_directory(path=directory, force=True, by=by)

    return write_and_load


def _with_root(root: Path) -> Any:
    from dataclasses import replace

    return replace(ports.settings(), allowed_pack_roots=str(root))


def listed() -> dict[str, list[str]]:
    found = {
        "triggers": triggers.list_triggers(by=SYSTEM, pack_ref="demo"),
        "rules": rules.list_rules(by=SYSTEM, pack_ref="demo"),
        "sensors": sensors.list_sensors(pack_ref="demo"),
        "queues": queues.list_queues(pack_ref="demo"),
    }
    return {kind: [row["ref"] for row in rows] for kind, (rows, _) in found.items()}


def test_a_pack_brings_its_triggers_rules_sensors_and_queues(load: Callable[..., Any]) -> None:
    registered = load()

    assert registered.warnings == []
    assert listed() == {
        "triggers": ["demo.rang"], "rules": ["demo.answer"], "sensors": ["demo.bell"], "queues": ["demo.work"],
    }  # fmt: skip
    trigger = triggers.get_trigger(ref="demo.rang", by=SYSTEM)
    rule = rules.get_rule(ref="demo.answer", by=SYSTEM)
    [sensor], _ = sensors.list_sensors(pack_ref="demo")
    assert (trigger["is_adhoc"], trigger["sensor_ref"], trigger["out_schema"]) == (False, "demo.bell", {"n": {"type": "integer"}})
    assert (rule["trigger"], rule["trigger_ref"], rule["action_ref"]) == (trigger["id"], "demo.rang", "demo.say")
    assert (rule["is_adhoc"], rule["enabled"], rule["conditions"]) == (False, True, {})
    assert (sensor["trigger"], sensor["runtime_ref"], sensor["id"]) == (trigger["id"], "demo.shell", trigger["sensor"])


def test_loading_again_keeps_ids_and_removes_what_the_files_say_no_longer(load: Callable[..., Any]) -> None:
    load()
    before = triggers.get_trigger(ref="demo.rang", by=SYSTEM)

    load(**{"rules/answer.yaml": None, "sensors/bell.yaml": None, "queues/work.yaml": None, "triggers/new.yaml": "label: New\n"})

    after = triggers.get_trigger(ref="demo.rang", by=SYSTEM)
    assert listed() == {"triggers": ["demo.new", "demo.rang"], "rules": [], "sensors": [], "queues": []}
    assert after["id"] == before["id"]
    assert after["sensor"] is None


def test_what_was_made_through_the_api_stays_when_the_pack_is_loaded_again(load: Callable[..., Any]) -> None:
    load()
    trigger_service.create(body={"ref": "demo.mine", "label": "Mine", "pack_ref": "demo"}, by=SYSTEM)
    body = {"ref": "demo.own", "pack_ref": "demo", "label": "Own", "action_ref": "demo.say", "trigger_ref": "demo.mine"}
    rule_service.create(body=body, by=SYSTEM)

    load(**{"rules/answer.yaml": None})

    assert listed()["triggers"] == ["demo.mine", "demo.rang"]
    assert listed()["rules"] == ["demo.own"]


def test_a_rule_switched_off_by_hand_stays_off_until_its_file_says_something_new(load: Callable[..., Any]) -> None:
    load()
    rule_service.set_enabled(ref="demo.answer", enabled=False, by=SYSTEM)

    load()
    after_the_same = rules.get_rule(ref="demo.answer", by=SYSTEM)["enabled"]
    load(**{"rules/answer.yaml": RULE + "enabled: false\n"})
    load()

    assert after_the_same is False
    assert rules.get_rule(ref="demo.answer", by=SYSTEM)["enabled"] is True


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("rules/answer.yaml", "trigger_ref: nowhere\naction_ref: say\n", "no trigger 'demo.nowhere'"),
        ("rules/answer.yaml", "trigger_ref: rang\naction_ref: nowhere\n", "no action 'demo.nowhere'"),
        ("rules/answer.yaml", RULE + "trigger_params: {door: 3}\n", "door"),
        ("rules/answer.yaml", RULE + "conditions: {expression: '{{ 1 +'}\n", "conditions.expression"),
        ("sensors/bell.yaml", "runner_type: cobol\n", "cobol"),
        ("triggers/rang.yaml", "webhook_config: {hmac: {algorithm: md5, secret: x}}\n", "hmac.algorithm"),
        ("queues/work.yaml", "batch_mode: heap\n", "batch_mode"),
    ],
)
def test_a_wrong_file_refuses_the_pack_and_changes_nothing(
    load: Callable[..., Any], path: str, text: str, said: str
) -> None:
    load()

    with pytest.raises(BadRequest, match=said):
        load(**{path: text, "triggers/new.yaml": "label: New\n"})

    assert listed()["triggers"] == ["demo.rang"]
    assert rules.get_rule(ref="demo.answer", by=SYSTEM)["trigger_ref"] == "demo.rang"


def test_a_rule_on_a_workflow_that_was_left_out_is_loaded_with_a_warning(load: Callable[..., Any]) -> None:
    rule = "trigger_ref: rang\naction_ref: hello\n"

    registered = load(**{"rules/answer.yaml": rule, "workflows/hello.yaml": "tasks: {a: 1}\n"})

    assert any("was left out" in warning["message"] for warning in registered.warnings)
    assert rules.get_rule(ref="demo.answer", by=SYSTEM)["action"] is None


def test_deleting_the_pack_deletes_them(load: Callable[..., Any]) -> None:
    load()

    packs.delete(ref="demo", by=SYSTEM)

    assert listed() == {"triggers": [], "rules": [], "sensors": [], "queues": []}


def test_a_rule_hands_out_no_rights_its_loader_does_not_hold(load: Callable[..., Any]) -> None:
    load(by=editor())
    installer = someone("ines", Grant("packs", frozenset({"read", "install"}), {"pack_refs": ["demo"]}))

    with pytest.raises(Forbidden):
        load(by=installer, **{"rules/answer.yaml": RULE + "permission_set_refs: [core.admin]\n"})
    with pytest.raises(Forbidden):
        load(by=installer, **{"rules/answer.yaml": "trigger_ref: rang\naction_ref: core.echo\n"})


def test_a_webhook_switched_on_by_a_file_has_a_key_that_loading_again_keeps(load: Callable[..., Any]) -> None:
    hooked = TRIGGER + "webhook_enabled: true\nwebhook_config: {hmac: {enabled: true, secret: s3cret}}\n"
    load(**{"triggers/rang.yaml": hooked})
    before = triggers.get_trigger(ref="demo.rang", by=SYSTEM)

    load(**{"triggers/rang.yaml": hooked})

    after = triggers.get_trigger(ref="demo.rang", by=SYSTEM)
    assert before["webhook_key"].startswith("wh_")
    assert after["webhook_key"] == before["webhook_key"]
    assert after["webhook_config"]["hmac"]["secret"] == "***"


def test_a_rule_on_a_timer_begins_with_its_pack(load: Callable[..., Any]) -> None:
    set_time(T0)
    core = Path(__file__).parents[2] / "packs"
    ports.current().settings = _with_root(core)
    packs.register_directory(path=core / "core", by=SYSTEM, standard=True)

    load(**{"rules/tick.yaml": "trigger_ref: core.intervaltimer\naction_ref: say\ntrigger_params: {unit: minutes, interval: 2}\n"})

    with session.reading() as tx:
        assert (rule_timers.next_due(tx) - T0).total_seconds() == 120  # type: ignore[operator]


def test_the_core_pack_has_seven_triggers_and_one_sensor(database: object) -> None:
    core = Path(__file__).parents[2] / "packs"
    ports.current().settings = _with_root(core)

    packs.register_directory(path=core / "core", by=SYSTEM, standard=True)

    assert triggers.list_triggers(by=SYSTEM, pack_ref="core")[1] == 7
    [sensor], total = sensors.list_sensors(pack_ref="core")
    assert total == 1
    assert (sensor["ref"], sensor["trigger_ref"]) == ("core.timer_sensor", "core.intervaltimer")
    with pytest.raises(NotFound):
        triggers.get_trigger(ref="core.nothing", by=SYSTEM)
