"""Processes end as a group: at the time limit, on cancel, with the worker. Output is captured with a cap."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.runners.base import RunControl
from app.runners.process import Command, supervise
from app.runners.registry import runner_for
from tests.runners.conftest import Recorded, is_alive
from tests.servers import wait_until

FAMILY = 'sleep 300 & echo $! > "$1/child"; (sleep 301 & echo $! > "$1/grandchild"; wait) & echo $$ > "$1/leader"; wait'


def family(directory: Path) -> dict:
    return {"entrypoint": f'set -- "{directory}"\n{FAMILY}'}


def pids(directory: Path) -> list[int]:
    files = [directory / name for name in ("leader", "child", "grandchild")]
    wait_until(
        lambda: all(f.exists() and f.read_text() for f in files), timeout_s=10, what="the start of the action"
    )
    return [int(file.read_text()) for file in files]


def expect_gone(group: list[int]) -> None:
    """The kernel ends a killed process a moment after the signal was sent."""
    wait_until(lambda: not any(is_alive(pid) for pid in group), timeout_s=2, what=f"the end of {group}")


def test_at_the_time_limit_the_whole_group_ends(run, tmp_path):
    outcome = run(**family(tmp_path), timeout_s=1)

    assert outcome.status == "timed_out"
    assert outcome.error == outcome.result["error"] == "Execution timed out after 1 second"
    assert 1000 <= outcome.result["duration_ms"] < 4000
    expect_gone(pids(tmp_path))


def test_a_cancel_ends_the_group_and_keeps_what_was_printed(run, recorded, tmp_path):
    with ThreadPoolExecutor() as pool:
        running = pool.submit(run, f'echo partial; set -- "{tmp_path}"\n{FAMILY}')
        group = pids(tmp_path)
        recorded.cancelled.set()
        outcome = running.result(10)

    assert outcome.status == "cancelled"
    assert outcome.result["succeeded"] is False
    assert outcome.result["stdout"] == "partial\n"
    assert outcome.result["duration_ms"] < 10_000
    expect_gone(group)


def test_an_action_may_clean_up_when_it_is_stopped(run):
    outcome = run('trap "echo cleaned; exit 0" TERM; sleep 30 & wait', timeout_s=0.5)

    assert outcome.status == "timed_out"
    assert outcome.result["stdout"] == "cleaned\n"


def test_an_action_that_ignores_the_signal_is_killed():
    command = Command(
        argv=["bash", "-c", "trap '' TERM; while :; do sleep 0.1; done"],
        environ={"PATH": "/usr/bin:/bin"},
        cwd=Path("/"),
        timeout_s=0.5,
        max_output=100,
        kill_after_s=0.5,
    )

    ended = supervise(command, RunControl())

    assert ended.stopped == "timed_out"
    assert ended.exit_code == 128 + signal.SIGKILL


def test_what_an_ended_action_left_in_the_background_is_killed(run):
    outcome = run("sleep 300 >/dev/null 2>&1 & echo $!")

    assert outcome.status == "succeeded"
    expect_gone([int(outcome.result["stdout"])])


def test_a_background_process_that_holds_the_output_open_does_not_hold_up_the_end(run):
    outcome = run("sleep 300 & echo $!")

    assert outcome.result["duration_ms"] < 5000
    expect_gone([int(outcome.result["stdout"])])


def test_a_helper_that_writes_just_after_the_end_is_still_heard(run):
    outcome = run("exec > >(sed s/a/b/)\necho a")

    assert outcome.result["stdout"] == "b\n"


def test_an_action_killed_by_a_signal_says_which(run):
    outcome = run("kill -SEGV $$")

    assert outcome.status == "failed"
    assert outcome.result["exit_code"] == 128 + signal.SIGSEGV
    assert outcome.error == "Killed by signal SIGSEGV"


def test_output_beyond_the_cap_is_left_out_with_a_notice(run, recorded):
    outcome = run("yes 1234567 | head -c 5000; echo err >&2", max_output=1000)

    assert outcome.status == "succeeded"
    assert outcome.result["stdout"].startswith("1234567\n" * 125 + "\n[output truncated: 4000 bytes left out")
    assert outcome.result["stdout_truncated"] is True
    assert outcome.result["stdout_bytes_truncated"] == 4000
    assert "stderr_truncated" not in outcome.result
    assert recorded.text() == outcome.result["stdout"]


def test_a_word_that_the_cap_would_cut_is_left_out_whole(run, recorded):
    outcome = run("printf 'token: sesame-open-sesame'", max_output=15)

    assert outcome.result["stdout"].startswith("token: \n[output truncated: 18 bytes left out")
    assert outcome.result["stdout_bytes_truncated"] == 18
    assert recorded.text() == outcome.result["stdout"]


def test_an_action_cancelled_before_its_start_never_runs(run, recorded, tmp_path):
    recorded.cancelled.set()

    outcome = run(f"touch {tmp_path}/ran")

    assert outcome.status == "cancelled"
    assert not (tmp_path / "ran").exists()


def test_endless_output_does_not_grow_the_result(run):
    outcome = run("yes", max_output=10_000, timeout_s=1)

    assert outcome.status == "timed_out"
    assert len(outcome.result["stdout"]) < 10_500
    assert outcome.result["stdout_bytes_truncated"] > 0


def test_undecodable_bytes_and_nul_are_replaced(run):
    outcome = run(r"printf 'a\xffb\xc3\0c'; printf '\xe2\x82'; sleep 0.3; printf '\xac'")

    assert outcome.result["stdout"] == "a\ufffdb\ufffd\ufffdc€"


def test_output_is_handed_on_while_the_action_runs(run, recorded):
    with ThreadPoolExecutor() as pool:
        running = pool.submit(run, "echo first; echo -n half; sleep 300")
        wait_until(lambda: recorded.text() != "", timeout_s=10, what="the first line")
        seen = recorded.text()
        recorded.cancelled.set()
        running.result(10)

    assert seen == "first\n"
    assert recorded.text() == "first\nhalf"


def test_pieces_end_at_line_ends_so_that_a_secret_can_be_masked_whole(run, recorded):
    run("for i in 1 2 3 4 5 6; do printf 'token=sec'; sleep 0.15; echo ret-value; done")

    assert len(recorded.pieces) > 1
    assert all(text.endswith("ret-value\n") for _, text in recorded.pieces)


def test_a_very_long_line_is_cut_between_words(run, recorded):
    run(
        "for i in $(seq 3000); do printf 'secret-word '; done; sleep 0.5; for i in $(seq 3000); do printf 'secret-word '; done"
    )

    assert len(recorded.pieces) > 1
    assert all(text.count("secret-word ") * 12 == len(text) for _, text in recorded.pieces)


def test_a_callback_that_fails_leaves_no_process(make_request, tmp_path):
    def refuse(stream: str, text: str) -> None:
        raise OSError("the log is away")

    request = make_request(f"echo $$ > {tmp_path}/leader; echo x; sleep 300")

    failed = False
    try:
        runner_for(request).run(request, RunControl(on_output=refuse))
    except OSError:
        failed = True

    assert failed
    expect_gone([int((tmp_path / "leader").read_text())])


def test_fifty_actions_run_side_by_side_in_one_process(make_request):
    def one(number: int) -> str:
        request = make_request('read -r line; sleep 0.2; echo "$line"', parameters={"n": number})
        return runner_for(request).run(request, Recorded().control).result["stdout"]

    descriptors = len(os.listdir("/proc/self/fd"))
    with ThreadPoolExecutor(50) as pool:
        printed = list(pool.map(one, range(50)))

    assert printed == [f'{{"n":{n}}}\n' for n in range(50)]
    assert len(os.listdir("/proc/self/fd")) <= descriptors + 1  # the pipe to the warden


def test_a_missing_interpreter_is_a_failure_with_its_name(run, pack_dir):
    script = pack_dir / "actions" / "x.rb"
    script.write_text("puts 1")

    outcome = run(str(script), inline=False, runtime="native", interpreter={"binary": "no-such-ruby"})

    assert outcome.status == "failed"
    assert outcome.result["exit_code"] == 127
    assert "no-such-ruby" in outcome.error


WORKER = """
    import sys
    from pathlib import Path
    from app.runners.base import RunControl, RunRequest
    from app.runners.registry import runner_for
    import threading

    def go(directory):
        script = f'set -- "{directory}"\\n{sys.argv[1]}'
        request = RunRequest(execution_id=1, action_ref="d.a", pack_ref="d", runtime="shell", entrypoint=script,
                             inline=True, home=Path(sys.argv[2]))
        runner_for(request).run(request, RunControl())

    threads = [threading.Thread(target=go, args=(directory,)) for directory in sys.argv[3:]]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


def start_worker(tmp_path: Path, directories: list[Path]) -> subprocess.Popen:
    for directory in directories:
        directory.mkdir()
    argv = [
        sys.executable,
        "-c",
        textwrap.dedent(WORKER),
        FAMILY,
        str(tmp_path / "home"),
        *map(str, directories),
    ]
    return subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})


def test_killing_the_worker_kills_its_actions_and_their_children(tmp_path):
    directories = [tmp_path / "one", tmp_path / "two"]
    worker = start_worker(tmp_path, directories)
    group = [pid for directory in directories for pid in pids(directory)]
    assert all(is_alive(pid) for pid in group)

    worker.kill()
    worker.wait()

    expect_gone(group)


def test_a_worker_killed_while_it_starts_actions_leaves_nothing(tmp_path):
    marker = f"marker-{os.getpid()}-{time.monotonic_ns()}"
    worker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STARTER), marker, str(tmp_path / "home")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
    )
    worker.stdout.readline()

    worker.kill()
    worker.wait()
    worker.stdout.close()

    wait_until(lambda: processes_named(marker) == [], timeout_s=3, what="the end of the orphans")


STARTER = """
    import sys, threading
    from pathlib import Path
    from app.runners.base import RunControl
    from app.runners.process import Command, supervise

    def go():
        argv = ["sh", "-c", "sleep 300", sys.argv[1]]
        supervise(Command(argv=argv, environ={"PATH": "/usr/bin:/bin"}, cwd=Path("/"), timeout_s=60, max_output=10),
                  RunControl())

    threads = [threading.Thread(target=go) for _ in range(40)]
    for number, thread in enumerate(threads):
        thread.start()
        if number == 20:
            print("half", flush=True)
"""


def processes_named(marker: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def test_a_warden_that_was_killed_is_replaced(run, make_request, tmp_path):
    from app.runners.warden import warden

    with ThreadPoolExecutor() as pool:
        recorded = Recorded()
        request = make_request("sleep 300")
        running = pool.submit(runner_for(request).run, request, recorded.control)
        wait_until(lambda: bool(warden._groups), timeout_s=5, what="a watched group")
        first = warden._process.pid
        warden._process.kill()
        wait_until(lambda: not is_alive(first), timeout_s=5, what="the end of the warden")

        outcome = run("echo still fine")
        recorded.cancelled.set()
        running.result(10)

    assert outcome.result["stdout"] == "still fine\n"
    assert warden._process.pid != first
    assert is_alive(warden._process.pid)


def test_a_forked_child_does_not_keep_its_parents_actions_alive(run):
    from app.runners.warden import warden

    run("true")
    pipe = warden._process.stdin.fileno()
    target = os.readlink(f"/proc/self/fd/{pipe}")

    child = os.fork()
    if child == 0:
        held = {
            os.readlink(f"/proc/self/fd/{fd}")
            for fd in os.listdir("/proc/self/fd")
            if int(fd) != 0 and os.path.lexists(f"/proc/self/fd/{fd}")
        }
        os._exit(target in held)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0


def test_threads_that_end_do_not_end_their_neighbours_actions(make_request):
    outcomes = {}

    def one(seconds: float) -> None:
        request = make_request(f"sleep {seconds}; echo done")
        outcomes[seconds] = runner_for(request).run(request, Recorded().control)

    threads = [threading.Thread(target=one, args=(seconds,)) for seconds in (0.1, 0.8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {seconds: outcome.status for seconds, outcome in outcomes.items()} == {
        0.1: "succeeded",
        0.8: "succeeded",
    }
