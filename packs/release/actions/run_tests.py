"""Runs the tests of the checked-out project in a process of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from release_files import answer, fail, folder, parameters


def run(source: Path) -> subprocess.CompletedProcess[str]:
    paths = [str(source / "src"), str(source)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    tests = "tests" if (source / "tests").is_dir() else "."
    command = [sys.executable, "-m", "unittest", "discover", "-v", "-s", tests]
    return subprocess.run(command, cwd=source, env=env, capture_output=True, text=True, timeout=580)


def counts(output: str) -> tuple[int, int]:
    """(passed, failed) from unittest's own closing lines."""
    ran = re.search(r"^Ran (\d+) tests?", output, re.M)
    total = int(ran.group(1)) if ran else 0
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", output))
    return total - bad, bad


def main() -> None:
    source = folder(parameters()["release_id"]) / "source"
    done = run(source)
    output = done.stdout + done.stderr
    print(output, file=sys.stderr)
    passed, failed = counts(output)
    if done.returncode or failed:
        fail(f"{failed} of {passed + failed} tests failed.", passed=passed, failed=failed, report=output[-4000:])
    if not passed:
        fail("The project has no tests.", passed=0, failed=0, report=output[-4000:])
    answer({"passed": passed, "failed": failed, "report": output[-4000:]})


main()
