#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the result files of two runs: every dataset and attribute must be equal to the last bit.

Usage: compare_results.py DIRECTORY OTHER_DIRECTORY
Prints the differences; the exit code is 0 if there are none.
"""
import os
import sys

import h5py
import numpy as np


def same(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype.hasobject:  # strings
        return a.tolist() == b.tolist()
    return a.tobytes() == b.tobytes()


def content(path):
    """Everything in the file: {'/name': values, '/name@attribute': value}."""
    found = {}

    def add(name, item):
        found[name] = item[()] if isinstance(item, h5py.Dataset) else "group"
        for attribute, value in item.attrs.items():
            found[f"{name}@{attribute}"] = value

    with h5py.File(path, "r") as file:
        add("/", file)
        file.visititems(lambda name, item: add("/" + name, item))
    return found


def differences(directory, other):
    for name in ("spikes.h5", "traces.h5", "network.h5"):
        a, b = (content(os.path.join(d, name)) for d in (directory, other))
        for key in sorted(a.keys() | b.keys()):
            if key not in a or key not in b:
                yield f"{name}:{key} is only in one"
            elif not same(a[key], b[key]):
                yield f"{name}:{key} differs"
        if not any(isinstance(value, np.ndarray) and value.size for value in a.values()):
            yield f"{name} is empty"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        found = list(differences(*sys.argv[1:]))
    except OSError as error:
        sys.exit(f"compare_results.py: {error}")
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
