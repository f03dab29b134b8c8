# SPDX-License-Identifier: Apache-2.0
"""A bar that shows how far a job has come, where the package tqdm is installed."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Iterator

from .errors import MissingPackage
from .progress import Progress

FORMAT = "{desc}{percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"


class Bar:
    """Shows nothing."""

    def show(self, progress: Progress | None) -> None:
        """Takes note of a state of the job."""


class _TqdmBar(Bar):
    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._shown: Progress | None = None

    def show(self, progress: Progress | None) -> None:
        if progress is None or progress.fraction is None or progress == self._shown:
            return
        self._shown = progress
        if progress.trials:
            text = "{done} of {total} trials".format_map(progress.trials)
        else:
            text = progress.phase or ""
        if text:
            self._bar.set_description_str(text + " ", refresh=False)
        rates = ", ".join(f"{name} {rate:.3g} Hz" for name, rate in progress.rates_Hz.items())
        if rates:
            self._bar.set_postfix_str(rates, refresh=False)
        self._bar.n = min(1.0, progress.fraction)
        self._bar.refresh()


@contextlib.contextmanager
def open_bar(wanted: bool | None) -> Iterator[Bar]:
    """A bar if it is wanted, or if nothing is said (None), tqdm is there, and somebody looks."""
    is_seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    if wanted is False or (wanted is None and not is_seen):
        yield Bar()
        return
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        if wanted:
            raise MissingPackage(
                "a progress bar needs the package tqdm: apt-get install python3-tqdm, or "
                "python3 -m pip install tqdm"
            ) from error
        yield Bar()
        return
    with tqdm(total=1.0, bar_format=FORMAT) as bar:
        yield _TqdmBar(bar)
