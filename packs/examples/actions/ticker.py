"""Count the calls with the same key and say whether enough have been made."""

import hashlib
import json
import os
import pathlib
import sys

parameters = json.loads(sys.stdin.readline())
name = hashlib.sha256(parameters["key"].encode()).hexdigest()[:24]
counter = pathlib.Path(os.environ["ATTUNE_ARTIFACTS_DIR"], f"examples-ticker-{name}")

calls = int(counter.read_text()) + 1 if counter.exists() else 1
ready = calls >= parameters["ready_at"]
if ready:
    counter.unlink(missing_ok=True)
else:
    counter.write_text(str(calls))
print(json.dumps({"calls": calls, "ready": ready}))
