"""One request to a region, judged by status and text."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

from release_files import answer, fail, parameters


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read(65536).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read(65536).decode("utf-8", "replace")


def main() -> None:
    asked = parameters()
    started = time.monotonic()
    try:
        status, text = fetch(asked["url"])
    except OSError as error:
        fail(f"{asked['url']} did not answer: {error}")
    took = int((time.monotonic() - started) * 1000)
    expected = asked.get("expect", 200)
    if status != expected:
        fail(f"Answered {status}, expected {expected}: {text.strip()[:200]}", status=status, ms=took)
    if asked.get("contains") and asked["contains"] not in text:
        fail(f"The answer lacks \"{asked['contains']}\": {text.strip()[:200]}", status=status, ms=took)
    answer({"status": status, "ms": took, "body": text[:500]})


main()
