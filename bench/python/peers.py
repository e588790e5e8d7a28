"""PyTorch and JAX on the CPU with two threads, timed beside the others.

`peers.py --list` prints, as JSON, which libraries are here and which cases they have. `peers.py LIBRARY CASE` speaks as
`harness/child.ts` does: a line when it is ready, then a time in milliseconds for every budget it is asked for.
"""
import importlib
import json
import os
import sys
import time

THREADS = 2


def measure(run, budget):
    """The median of samples that together take about `budget` milliseconds."""
    def once(times=1):
        start = time.perf_counter()
        for _ in range(times):
            run()
        return (time.perf_counter() - start) * 1000 / times

    start, first = time.perf_counter(), once()
    if first > budget / 2:
        return first
    times, samples = max(1, int(0.5 / first) + 1), []
    while not samples or (time.perf_counter() - start) * 1000 < budget:
        samples.append(once(times))
    return sorted(samples)[len(samples) // 2]


def serve(run):
    """Answers budgets with times until the input ends."""
    for _ in range(3):
        run()
    print(json.dumps({"ready": None}), flush=True)
    for line in sys.stdin:
        print(json.dumps({"value": measure(run, float(line)), "arena": None}), flush=True)


MODULES = {"PyTorch": "with_torch", "JAX": "with_jax"}


def cases_here():
    """The cases of each library that can be loaded; a broken one is left out like one that is not there."""
    found = {}
    for library, module in MODULES.items():
        try:
            found[library] = list(importlib.import_module(module).cases)
        except Exception as e:
            print(f"{library}: {e}", file=sys.stderr)
    return found


def main(arguments):
    # Before any library is loaded: they read it once.
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(THREADS)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    if arguments == ["--list"]:
        print(json.dumps(cases_here()))
        return
    library, case = arguments
    serve(importlib.import_module(MODULES[library]).cases[case]())


main(sys.argv[1:])
