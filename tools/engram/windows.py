# SPDX-License-Identifier: Apache-2.0
"""Windows of time in which spikes are simulated."""

from __future__ import annotations

from .errors import ResultsError
from .results import Results


def spiking_periods_s(results: Results) -> list[tuple[float, float]]:
    """When neurons spike: the spiking phases, joined where they touch."""
    periods: list[tuple[float, float]] = []
    for phase in results.phases:
        if not phase.is_spiking:
            continue
        if periods and periods[-1][1] == phase.begin_s:
            periods[-1] = (periods[-1][0], phase.end_s)
        else:
            periods.append((phase.begin_s, phase.end_s))
    return periods


def spiking_window(
    results: Results, window_s: tuple[float, float] | None = None
) -> tuple[float, float]:
    """The window, or the last spiking phase if there is none.

    Raises ResultsError if neurons do not spike all the time, as during consolidation.
    """
    if window_s is None:
        for phase in reversed(results.phases):
            if phase.is_spiking:
                return phase.begin_s, phase.end_s
        raise ResultsError(f"{results.path}: the run has no spiking phase")
    begin_s, end_s = window_s
    periods = spiking_periods_s(results)
    if not any(begin <= begin_s and end_s <= end for begin, end in periods):
        listed = ", ".join(f"{begin:.10g} to {end:.10g} s" for begin, end in periods)
        raise ResultsError(
            f"{results.path}: spikes are not simulated all the time from {begin_s:.10g} to "
            f"{end_s:.10g} s; choose a window within {listed or 'another run'}"
        )
    return window_s
