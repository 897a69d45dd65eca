"""Benchmarks: the SDK beside its peers. ``python -m benchmarks`` runs all of them and writes one table.

Read `measure` for how a number comes about, `targets` for what the numbers must be, and the modules named like what
they measure for the rest. Nothing here is timed in the test suite: only ratios within one run mean anything.
"""
