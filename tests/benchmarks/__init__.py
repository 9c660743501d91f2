"""Speed, measured beside the floor in the same run: `python -m tests.benchmarks` (`make bench`).

Absolute figures vary by machine and load; the ratios to the floor are what counts (docs/explanation/performance.md).
"""
