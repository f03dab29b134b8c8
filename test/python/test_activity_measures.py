# SPDX-License-Identifier: Apache-2.0
"""Measures of groups that may overlap, from spikes: against naive counting, one spike at a time."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import sample_files
from engram import (
    Bins,
    Results,
    ResultsError,
    Subsets,
    attractor_statistics,
    avalanche_statistics,
    named_groups,
    pca_dimension,
    spike_raster,
    rank_correlation,
    spike_time_stability,
)
from engram.readout import r_squared, random_walk, readout_quality, ridge_prediction
from engram.windows import spiking_window

N_EXC = 40
GROUPS = {
    "A": {"first": 0, "count": 12},
    "B": {"first": 8, "count": 12},  # shares 8-11 with A
    "C": {"ids": [10, 11, 19, 25, 26, 27, 28, 29, 42]},  # shares 10, 11 with A and B; 42 inhibits
    "silent": {"ids": [39]},
    "inhibitory": {"first": 40, "count": 3},
}
CONFIG = sample_files.CONFIG | {"populations": {"n_exc": N_EXC, "n_inh": 10}, "groups": GROUPS}
CONFIG["stimuli"] = {"learn": CONFIG["stimuli"]["learn"] | {"group": "A"}}
STEP_MS = Fraction(1, 5)


def bursts(random: np.random.Generator) -> list[sample_files.Spike]:
    """Spikes on the grid of steps from 1 to 3 s: some bins of 10 ms are full of a group's spikes."""
    spikes = set()
    for _ in range(400):
        spikes.add((random.integers(5000, 15000), random.integers(0, N_EXC + 10)))
    for step in range(5000, 15000, 50):
        size = random.choice([0, 0, 0, 8, 14, 25])
        first = random.choice([0, 8, 20])
        for gid in random.integers(first, first + 12, size):
            spikes.add((random.integers(step, step + 50), gid))
    return [(float(step * STEP_MS), int(gid)) for step, gid in spikes if gid != 39]


@pytest.fixture(scope="module", params=[0, 1])
def run(request, tmp_path_factory) -> Results:
    spikes = bursts(np.random.default_rng(request.param))
    return Results(
        sample_files.write_run(tmp_path_factory.mktemp("run") / "r", spikes, config=CONFIG)
    )


def members(name: str) -> set[int]:
    group = GROUPS[name]
    gids = (
        group["ids"] if "ids" in group else range(group["first"], group["first"] + group["count"])
    )
    return {gid for gid in gids if gid < N_EXC}


def naive_counts(results: Results, neurons: set[int], begin_ms: int, bin_ms: int, n_bins: int):
    """Exact times, one spike at a time."""
    counts = [0] * n_bins
    spikes = results.all_spikes()
    for time_ms, gid in zip(spikes.time_ms.tolist(), spikes.gid.tolist()):
        exact = round(time_ms * 5) * STEP_MS
        bin_index = (exact - begin_ms) // bin_ms
        if gid in neurons and 0 <= bin_index < n_bins:
            counts[int(bin_index)] += 1
    return counts


def in_none(names) -> set[int]:
    return set(range(N_EXC)) - set().union(*(members(name) for name in names))


# --- Bins


def test_bins_hold_what_decimals_say() -> None:
    assert Bins.within(0.0, 0.1, 0.001).count == 100
    assert Bins.within(28810.0, 28810.1, 0.001).count == 100
    assert Bins.within(1.0, 1.0999, 0.01).count == 9  # the last one would reach beyond
    late = Bins.within(28810.0, 28810.1, 0.0002)
    times_ms = np.array([float(28_810_000 + step * STEP_MS) for step in range(500)])
    assert late.index(times_ms).tolist() == list(range(500))
    bad = ((1.0, 1.005, 0.01), (2.0, 1.0, 0.01), (1.0, 2.0, 0.0), (0.0, 1e15, 0.01), (0, 1, 1e-320))
    for begin, end, width in bad:
        with pytest.raises(ValueError):
            Bins.within(begin, end, width)


def test_raster(run) -> None:
    bins = Bins.within(1.5, 1.6, 0.002)
    neurons = np.array([30, 2, 41])
    raster = spike_raster(run, neurons, bins)
    assert raster.shape == (3, 50)
    for row, gid in zip(raster.tolist(), neurons.tolist()):
        assert row == naive_counts(run, {gid}, 1500, 2, 50)


# --- Avalanches


@pytest.mark.parametrize("bin_ms, threshold", [(10, 10), (20, 5), (7, 3)])
@pytest.mark.parametrize("names", [("A",), ("A", "B", "C"), ("C", "silent", "inhibitory"), ()])
def test_avalanches(run, names, bin_ms, threshold) -> None:
    found = avalanche_statistics(run, named_groups(run, names), 1.0, 2.9, bin_ms / 1000, threshold)
    n = 1900 // bin_ms
    assert found.bins.count == n
    counts = {name: naive_counts(run, members(name), 1000, bin_ms, n) for name in names}
    everyone = naive_counts(run, set(range(N_EXC)), 1000, bin_ms, n)
    states = []
    for i in range(n):
        state = set()
        if everyone[i] > threshold:
            state = {"overall"} | {name for name in names if counts[name][i] > threshold}
        states.append(state or {"none"})
    assert {"none", "overall"} <= set().union(*states)  # the sample has both
    for source in ("overall", "none", *names):
        at = [i for i in range(n - 1) if source in states[i]]
        assert found.likelihood[source] == pytest.approx(len(at) / n)
        for target in ("overall", *names):
            follow = sum(target in states[i + 1] for i in at)
            assert found.transition[source, target] == pytest.approx(follow / n)
        if at:
            silence = sum("none" in states[i + 1] for i in at) / len(at)
            assert found.followed_by_none[source] == pytest.approx(silence)
            assert found.followed_by_any[source] == pytest.approx(1 - silence)
        else:
            assert math.isnan(found.followed_by_none[source])
            assert math.isnan(found.followed_by_any[source])
    duration_s = n * bin_ms / 1000
    for name in names:
        size = len(members(name))
        rate = sum(counts[name]) / size / duration_s if size else math.nan
        assert found.rate_Hz[name] == pytest.approx(rate, nan_ok=True)
    rest = in_none(names)
    spikes = sum(naive_counts(run, rest, 1000, bin_ms, n))
    assert found.rate_Hz["none"] == pytest.approx(spikes / len(rest) / duration_s)


def test_the_threshold_is_exceeded_not_reached(tmp_path) -> None:
    spikes = [(1000.0 + 0.2 * i, i) for i in range(10)] + [(1010.0 + 0.2 * i, i) for i in range(11)]
    results = Results(sample_files.write_run(tmp_path / "r", spikes, config=CONFIG))
    found = avalanche_statistics(results, named_groups(results, ["A"]), 1.0, 1.04)
    assert found.active["overall"].tolist() == [False, True, False, False]
    assert found.active["A"].tolist() == [False, True, False, False]
    # A group is active only in bins that are active as a whole, which they are if it is.
    assert (found.likelihood["A"], found.likelihood["none"]) == (0.25, 0.5)
    # Inhibitory neurons make no bin active, even if a group has them.
    busy = [(1000.0 + 0.2 * i, 40 + i % 10) for i in range(30)]
    other = Results(sample_files.write_run(tmp_path / "other", busy, config=CONFIG))
    mixed = avalanche_statistics(other, {"all": np.arange(50)}, 1.0, 1.04)
    assert mixed.likelihood == {"overall": 0, "none": 0.75, "all": 0}
    # The only avalanche is in the last bin, which does not count.
    last = avalanche_statistics(results, named_groups(results, ["A"]), 1.0, 1.02)
    assert (last.likelihood["A"], last.transition["none", "A"]) == (0.0, 0.5)


def test_without_spikes(tmp_path) -> None:
    results = Results(sample_files.write_run(tmp_path / "r", [], config=CONFIG))
    groups = named_groups(results, ["A", "inhibitory"])
    found = avalanche_statistics(results, groups, 0.0, 1.0)
    assert found.likelihood == {"overall": 0, "none": 0.99, "A": 0, "inhibitory": 0}
    assert found.rate_Hz["A"] == 0 and math.isnan(found.rate_Hz["inhibitory"])
    assert math.isnan(found.followed_by_any["A"])
    exclusive = attractor_statistics(results, groups, 0.0, 1.0)
    assert exclusive.likelihood == {"none": 1, "A": 0, "inhibitory": 0}
    assert exclusive.transition["none", "none"] == 1
    assert math.isnan(exclusive.transition["A", "none"])


# --- Attractors


@pytest.mark.parametrize("bin_ms, threshold, factor", [(10, 10, 1.5), (10, 4, 1.0), (20, 3, 2.5)])
@pytest.mark.parametrize("names", [("A",), ("A", "B", "C", "silent")])
def test_attractors(run, names, bin_ms, threshold, factor) -> None:
    found = attractor_statistics(
        run, named_groups(run, names), 1.0, 3.0, bin_ms / 1000, threshold, factor
    )
    n = 2000 // bin_ms
    counts = {name: naive_counts(run, members(name), 1000, bin_ms, n) for name in names}
    states = []
    for i in range(n):
        leading = [
            name
            for name in names
            if counts[name][i] > threshold
            and all(counts[name][i] > factor * counts[o][i] for o in names if o != name)
        ]
        assert len(leading) <= 1
        states.append(leading[0] if leading else "none")
    assert found.active == states
    assert len(set(states)) > 1
    for source in ("none", *names):
        assert found.likelihood[source] == pytest.approx(states.count(source) / n)
        following = [states[i + 1] for i in range(n - 1) if states[i] == source]
        for target in ("none", *names):
            share = following.count(target) / len(following) if following else math.nan
            assert found.transition[source, target] == pytest.approx(share, nan_ok=True)
    with pytest.raises(ValueError, match="several groups be active"):
        attractor_statistics(run, {}, 1.0, 3.0, factor=0.9)


# --- Groups and windows


def test_names_of_groups(run, tmp_path) -> None:
    assert named_groups(run, ["C"])["C"].tolist() == [10, 11, 19, 25, 26, 27, 28, 29]
    with pytest.raises(ResultsError, match="'A' is named twice"):
        named_groups(run, ["A", "A"])
    with pytest.raises(ResultsError, match="there is no group 'D'"):
        named_groups(run, ["D"])
    config = CONFIG | {"groups": GROUPS | {"none": {"ids": [1]}}}
    other = Results(sample_files.write_run(tmp_path / "r", config=config))
    groups = named_groups(other, ["none"])
    for measure in (avalanche_statistics, attractor_statistics):
        with pytest.raises(ResultsError, match="group 'none' has a name that measures give"):
            measure(other, groups, 0.0, 1.0)
    with pytest.raises(ResultsError, match="group 'none' has a name that measures give"):
        Subsets.of(other, groups)


def test_windows_without_spiking_are_refused(run) -> None:
    assert spiking_window(run) == (0.0, 25.1)
    assert spiking_window(run, (25.0, 25.1)) == (25.0, 25.1)
    with pytest.raises(ResultsError, match="from 25 to 26 s; choose a window within 0 to 25.1 s"):
        spiking_window(run, (25.0, 26.0))


# --- Dimension


def naive_dimension(raster: np.ndarray, share: float) -> int:
    """By the covariances of all neurons."""
    covariance = np.cov((raster > 0).astype(float), bias=True)
    variances = sorted(np.linalg.eigvalsh(covariance), reverse=True)
    total = 0.0
    for k, variance in enumerate(variances, 1):
        total += variance
        if total > share * sum(variances):
            return k
    raise AssertionError


@pytest.mark.parametrize("seed, share", itertools.product(range(3), (0.3, 0.7, 0.95)))
def test_dimension(seed, share) -> None:
    random = np.random.default_rng(seed)
    for shape in ((30, 20), (12, 25)):
        raster = random.poisson(0.2 * random.random((shape[0], 1)), shape)
        assert pca_dimension(raster, share) == naive_dimension(raster, share)


def test_dimension_by_hand() -> None:
    # Two neurons that fire in the same bins are one dimension, a third that does not is another.
    together = np.array([[1, 1, 0, 0], [1, 2, 0, 0]])
    assert pca_dimension(together) == 1
    # Variances 0.5 and 0.25: two thirds are not more than 70 %.
    assert pca_dimension(np.vstack([together, [1, 0, 1, 0]])) == 2
    assert pca_dimension(np.vstack([together, [1, 0, 1, 0]]), share=0.66) == 1
    # Ten neurons that fire once each, at their own times: nine equal components.
    assert pca_dimension(np.eye(10), share=6 / 9) == 7  # six explain no more than 6/9
    for flat in (np.zeros((5, 8)), np.ones((5, 8)), np.zeros((0, 8)), np.ones((3, 1))):
        assert math.isnan(pca_dimension(flat))


# --- Stability


def test_stability() -> None:
    learning = np.array([[1, 0, 1, 1], [0, 0, 0, 0], [2, 0, 0, 0], [1, 1, 1, 1]])
    recall = np.array([[1, 1, 0, 3], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    found = spike_time_stability(learning, recall, np.random.default_rng(0))
    # Two of three; none to recur; one bin for two spikes; none of four.
    assert found.real == pytest.approx([2 / 3, math.nan, 1 / 2, 0], nan_ok=True)
    assert found.mean == pytest.approx((2 / 3 + 1 / 2) / 3)
    with pytest.raises(ValueError, match="cannot be compared"):
        spike_time_stability(learning, recall[:, 1:], np.random.default_rng(0))
    silent = spike_time_stability(0 * learning, recall, np.random.default_rng(0))
    assert math.isnan(silent.mean) and math.isnan(silent.shuffled_mean)


def test_rank_correlation() -> None:
    nan = math.nan
    # Ranks 1, 2.5, 2.5, 4 and 2, 1, 3.5, 3.5; what is undefined on either side is left out.
    first = np.array([0.1, 0.5, 0.5, 9.0, nan, 3.0])
    second = np.array([5.0, -1.0, 7.0, 7.0, 2.0, nan])
    ranks = np.array([1, 2.5, 2.5, 4]), np.array([2, 1, 3.5, 3.5])
    assert rank_correlation(first, second) == pytest.approx(np.corrcoef(*ranks)[0, 1])
    assert rank_correlation(np.arange(9.0), np.exp(np.arange(9.0))) == pytest.approx(1)
    assert math.isnan(rank_correlation(np.ones(3), np.arange(3.0)))
    assert math.isnan(rank_correlation(np.array([nan]), np.array([1.0])))


def test_shuffled_stability_is_that_of_chance() -> None:
    random = np.random.default_rng(1)
    learning = np.zeros((5000, 100), dtype=int)
    learning[:, :20] = 1
    recall = np.zeros_like(learning)
    recall[:, 10:40] = 1
    found = spike_time_stability(learning, recall, random)
    assert found.mean == pytest.approx(0.5)
    # Each of 20 meets one of 30 in 100; the s.d. of a neuron is below 0.1.
    assert found.shuffled_mean == pytest.approx(0.3, abs=5 * 0.1 / math.sqrt(5000))


# --- Readout


def test_ridge_minimises_the_penalised_error() -> None:
    random = np.random.default_rng(2)
    data, target = random.random((12, 30)), random.random(12)
    test = random.random((5, 30))
    alpha = 0.3
    # Normal equations of weights and offset, which is not penalised.
    extended = np.hstack([data, np.ones((12, 1))])
    penalty = np.diag([alpha] * 30 + [0.0])
    solution = np.linalg.solve(extended.T @ extended + penalty, extended.T @ target)
    expected = test @ solution[:30] + solution[30]
    assert ridge_prediction(data, target, test, alpha) == pytest.approx(expected)


def test_random_walk() -> None:
    random = np.random.default_rng(3)
    walks = np.array([random_walk(50, random) for _ in range(2000)])
    assert (walks[:, 0] == 1).all()
    steps = np.diff(walks, axis=1)
    assert steps.mean() == pytest.approx(0, abs=5 / math.sqrt(steps.size))
    assert steps.std() == pytest.approx(1, abs=5 / math.sqrt(2 * steps.size))


def test_readout() -> None:
    random = np.random.default_rng(4)
    pattern = random.random((60, 25)) < 0.3
    noise = [random.random((60, 25)) < 0.3 for _ in range(4)]
    same = readout_quality([pattern] * 3, pattern, np.random.default_rng(5), [0.5, 1.0], 4)
    other = readout_quality(noise[:3], noise[3], np.random.default_rng(5), [0.01, 0.5, 1.0], 4)
    assert same.shape == (4, 2)
    assert (same[:, 1] > 0.95).all()  # the same at each time: told apart, but for the penalty
    assert np.isnan(other[:, 0]).all()  # no neuron
    assert other[:, 1].mean() < other[:, 2].mean() < same[:, 1].mean()


def test_r_squared() -> None:
    target = np.array([1.0, 2.0, 3.0])
    assert r_squared(target, target) == 1
    assert r_squared(np.full(3, 2.0), target) == 0
    assert r_squared(np.array([1.0, 2.0, 4.0]), target) == pytest.approx(0.5)
    assert math.isnan(r_squared(target, np.ones(3)))
