"""Fail the first few calls with the same key. The count lives in the artifacts directory, which attempts share."""

import hashlib
import json
import os
import pathlib
import sys
import time

parameters = json.loads(sys.stdin.readline())
name = hashlib.sha256(parameters["key"].encode()).hexdigest()[:24]
marker = pathlib.Path(os.environ["ATTUNE_ARTIFACTS_DIR"], f"examples-flaky-{name}")

attempt = int(marker.read_text()) + 1 if marker.exists() else 1
marker.write_text(str(attempt))
time.sleep(parameters["seconds"])

if attempt <= parameters["failures"]:
    sys.exit(f"temporary trouble in attempt {attempt}")
marker.unlink()
print(json.dumps({"attempt": attempt}))
