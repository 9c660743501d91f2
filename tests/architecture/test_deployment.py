"""The files of deploy/ can be read, and every setting and command that they name exists."""

from __future__ import annotations

import configparser
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from app.cli.main import COMMANDS
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SETTINGS = {name for field in fields(Settings) for name in field.metadata["env"]}
NOT_OURS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def unit(path: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=True)
    parsed.optionxform = str
    parsed.read_string(path.read_text())
    return parsed


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def example() -> dict[str, str]:
    lines = [line for line in (DEPLOY / "attune.env.example").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_is_there(path: Path) -> None:
    parsed = unit(path)

    for command in re.findall(r"\.venv/bin/attune ([\w-]+)", parsed.get("Service", "ExecStart", fallback="")):
        assert command in COMMANDS
    if path.suffix == ".timer":
        assert path.with_suffix(".service") in UNITS
    elif "ExecStart" in parsed["Service"]:
        assert parsed["Service"]["EnvironmentFile"] == "/etc/attune/attune.env"


def test_systemd_waits_longer_than_the_worker_needs_to_stop_and_tells_the_worker_alone() -> None:
    service = unit(DEPLOY / "systemd" / "attune-worker@.service")["Service"]

    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) >= float(example()["ATTUNE_STOP_GRACE"]) + 15


def test_every_variable_is_a_setting() -> None:
    services = compose()["services"].values()
    named = {name for service in services for name in service.get("environment", {})} | set(example())

    assert named - NOT_OURS <= SETTINGS


def test_what_the_example_holds_is_of_the_right_type_and_complete_for_production() -> None:
    settings = Settings.from_env(example())

    assert settings.production
    assert settings.jwt_secret and settings.encryption_key and settings.admin_password
    assert settings.redis_url and settings.database_url


def test_the_services_of_compose_start_in_order_with_commands_that_are_there() -> None:
    services = compose()["services"]

    assert services["web"]["command"] == ["up", "--no-worker"]
    assert services["worker"]["command"][0] in COMMANDS
    assert services["worker"]["depends_on"] == {"web": {"condition": "service_healthy"}}
    grace = float(services["worker"]["environment"]["ATTUNE_STOP_GRACE"])
    assert int(services["worker"]["stop_grace_period"].removesuffix("s")) >= grace + 15


def test_the_guide_names_each_file() -> None:
    guide = (ROOT / "docs" / "howto" / "deploy.md").read_text()

    assert [path.name for path in DEPLOY.rglob("*") if path.is_file() and path.name not in guide] == []
