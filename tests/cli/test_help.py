"""Help, completion and the page about the commands say what the commands do."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from app.cli.main import COMMANDS, main
from tests.cli.conftest import ROOT, Attune, Server


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_of_a_command_is_its_own(name: str) -> None:
    command = main.get_command(click.Context(main), name)

    assert command is not None
    assert command.get_short_help_str(limit=200) == COMMANDS[name][1].removesuffix(".") + "."


def test_the_help_imports_no_command() -> None:
    program = (
        "import sys; from app.cli.main import main; main(['--help'], standalone_mode=False); "
        "sys.exit(any(m in sys.modules for m in ('httpx', 'sqlalchemy', 'flask', 'rich')))"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout


def test_the_page_is_written_from_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/cli_page.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(offline: Attune, shell: str) -> None:
    said = offline("completion", shell)

    assert said.code == 0
    assert "_ATTUNE_COMPLETE" in said.out


def test_the_tab_key_completes_commands() -> None:
    env = {"_ATTUNE_COMPLETE": "bash_complete", "COMP_WORDS": "attune e", "COMP_CWORD": "1"}

    assert "executions" in complete(env)


def test_the_tab_key_completes_refs_of_the_server(server: Server, admin_token: str, pack: str) -> None:
    env = {"_ATTUNE_COMPLETE": "bash_complete", "COMP_WORDS": "attune run t.gr", "COMP_CWORD": "2"}

    assert "t.greet" in complete({**env, "ATTUNE_URL": server.url, "ATTUNE_TOKEN": admin_token})


def complete(env: dict[str, str]) -> str:
    program = "from app.cli.main import main; main(prog_name='attune')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    return done.stdout
