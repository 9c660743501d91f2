"""A process that is told to stop stops, also when it is told several times at once."""

from __future__ import annotations

import signal
import subprocess
import sys

# each line of Python that the handler runs is interrupted by the next signal
INTERRUPTED = """
import signal, sys, threading
from workers.stopping import stop_signals
wait = stop_signals()
left = 50
def again(frame, event, arg):
    global left
    if left:
        left -= 1
        signal.raise_signal(signal.SIGTERM)
    return again
handler = signal.getsignal(signal.SIGTERM)
sys.settrace(again)
handler(signal.SIGTERM, None)
sys.settrace(None)
wait()
print("stopped")
"""


def test_a_signal_inside_the_handling_of_another_does_not_hang_it() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=30)

    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr


def test_it_waits_until_it_is_told() -> None:
    code = "from workers.stopping import stop_signals\nw = stop_signals()\nprint('up', flush=True)\nw()\nprint('stopped')"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    assert process.poll() is None

    process.send_signal(signal.SIGINT)

    assert process.communicate(timeout=10)[0] == "stopped\n"
