"""Measurements. They print ratios, never fail on time, and are run by hand: `python -m tests.benchmarks.<name>`."""
