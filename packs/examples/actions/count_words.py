"""Count the words of a text: parameters come as one line of JSON, the result goes out as JSON."""

import json
import sys

words = json.loads(sys.stdin.readline())["text"].split()
print(json.dumps({"words": len(words), "longest": max(words, key=len, default="")}))
