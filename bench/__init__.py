"""Benchmarks: programs that measure ratios side by side in one run. `make bench`, or `python -m bench s1 s5`."""
