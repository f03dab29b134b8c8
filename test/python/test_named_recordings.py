# SPDX-License-Identifier: Apache-2.0
"""Several recordings in one run: each as it would be alone, on any ranks, resumed, damaged, and read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from conftest import RECALL_200, run_program
from engram import Results
from results_equal import assert_equal
from test_checkpoint import checkpoints, interrupted_at, resume

ONSET = (
    "{neurons: [0, 41, 170], variables: [V_mV, I_bg_nA], every_steps: 1, from_s: 0.2, to_s: 0.7}"
)
WEIGHTS = (
    "{synapses_between: [{from: exc, to: exc, count: 20}], variables: [h_mV, Ca], every_steps: 40}"
)
RECORDINGS = f"record.recordings={{onset: {ONSET}, weights: {WEIGHTS}}}"


def datasets(path: Path, group: str) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    with h5py.File(path / "traces.h5") as file:
        file[group].visititems(
            lambda name, item: found.__setitem__(name, item[()])
            if isinstance(item, h5py.Dataset)
            else None
        )
    return found


def run(engram: Path, output: Path, *settings: str, **options: Any) -> Path:
    sets = [part for setting in settings for part in ("--set", setting)]
    result = run_program([engram, "run", RECALL_200, "-o", output, "-q", *sets], **options)
    assert result.returncode == 0, result.stderr
    return output


@pytest.fixture(scope="session")
def recorded(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(engram, tmp_path_factory.mktemp("recordings") / "run", RECORDINGS)


def test_each_is_as_alone(engram: Path, whole: Path, recorded: Path, tmp_path: Path) -> None:
    own, before = datasets(recorded, "traces"), datasets(whole, "traces")
    assert own.keys() == before.keys()
    for name, values in before.items():
        assert np.array_equal(own[name], values), name
    onset = datasets(recorded, "recordings/onset")
    assert onset.keys() == {"time_ms"} | {
        f"neurons/{gid}/{name}" for gid in (0, 41, 170) for name in ("V_mV", "I_bg_nA")
    }
    assert np.allclose(onset["time_ms"], 200 + 0.2 * np.arange(2501), rtol=0, atol=1e-9)
    alone = run(
        engram, tmp_path / "alone",
        "record={neurons: [0, 41, 170], every_steps: 1, from_s: 0.2, to_s: 0.7}",
    )  # fmt: skip
    for name, values in datasets(alone, "traces").items():
        if name in onset:
            assert np.array_equal(onset[name], values), name
    assert len(datasets(recorded, "recordings/weights")) == 1 + 20 * 2


def test_read_in_python(recorded: Path) -> None:
    recordings = Results(recorded).recordings
    assert list(recordings) == ["onset", "weights"]
    onset = recordings["onset"]
    assert list(onset.neurons) == [0, 41, 170] and not onset.synapses
    assert onset.neurons[41].keys() == {"V_mV", "I_bg_nA"}
    assert onset.neurons[41]["V_mV"].shape == onset.time_s.shape
    assert (onset.time_s[0], onset.time_s[-1]) == (pytest.approx(0.2), pytest.approx(0.7))
    weights = recordings["weights"]
    assert len(weights.synapses) == 20
    (pre, post), values = next(iter(weights.synapses.items()))
    assert pre != post and values.keys() == {"h_mV", "Ca"}


@pytest.mark.parametrize(
    "ranks, device", [pytest.param(3, "cpu", marks=pytest.mark.slow), (2, "host-kernels")]
)
def test_ranks_and_kernels(
    engram: Path, run_engram: Any, recorded: Path, tmp_path: Path, ranks: int, device: str
) -> None:
    output = run_engram(
        RECALL_200, tmp_path / "run", ranks=ranks,
        arguments=("--set", RECORDINGS, "--device", device),
    )  # fmt: skip
    assert_equal(recorded, output)


@pytest.fixture(scope="session")
def unfinished(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("named") / "run"
    return interrupted_at(engram, output, 1, 0.5, 0.1, RECORDINGS)


def test_resumed_in_the_middle(
    engram: Path, recorded: Path, unfinished: Path, tmp_path: Path
) -> None:
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    partial = {path.name for path in (output / "partial").glob("traces*")}
    assert partial == {"traces.bin", "traces-1.bin", "traces-2.bin"}
    result = resume(engram, output, 2)
    assert result.returncode == 0, result.stderr
    assert_equal(recorded, output)


def test_damage_of_one(engram: Path, recorded: Path, unfinished: Path, tmp_path: Path) -> None:
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    for path in checkpoints(output)[:-1]:
        path.unlink()
    damaged = output / "partial/traces-1.bin"
    data = bytearray(damaged.read_bytes())
    data[200] ^= 0x10
    damaged.write_bytes(data)
    refused = resume(engram, output, 1)
    assert refused.returncode == 3 and "traces-1.bin" in refused.stderr, refused.stderr
    salvaged = resume(engram, output, 1, "--salvage")
    assert salvaged.returncode == 0, salvaged.stderr
    assert "traces of onset from" in salvaged.stderr
    lost = Results(output).summary["recording_gaps"]
    assert [gap["recording"] for gap in lost] == ["traces of onset"]
    for group in ("traces", "recordings/weights"):
        kept, before = datasets(output, group), datasets(recorded, group)
        assert all(np.array_equal(kept[name], before[name]) for name in before)
    onset, before = datasets(output, "recordings/onset"), datasets(recorded, "recordings/onset")
    begin_ms, end_ms = 1000 * lost[0]["begin_s"], 1000 * lost[0]["end_s"]
    left = (before["time_ms"] < begin_ms) | (before["time_ms"] >= end_ms)
    assert 0 < left.sum() < len(left)
    assert all(np.array_equal(onset[name], before[name][left]) for name in before)


def test_nonsense(engram: Path, tmp_path: Path) -> None:
    for recordings, problem in (
        ("{a: {neurons: [0], variables: [V]}}", "there is no variable 'V'; neurons have V_mV"),
        ("{a: {neurons: [0], variables: [h_mV]}}", "keeps nothing of its neurons"),
        ("{a: {neurons: [0], variables: [p, p]}}", "is given twice (p)"),
        ("{a: {synapses: [[0, 1]], variables: [p]}}", "record.recordings.a"),
        ("{a: {synapses: [[0, 180]]}}", "record.recordings.a.synapses[0]: both ends"),
    ):
        output = tmp_path / "x"
        for command in (["check"], ["run", "-o", output]):
            result = run_program(
                [engram, *command, RECALL_200, "--set", f"record.recordings={recordings}"]
            )
            assert result.returncode == 2, result.stderr
            assert problem in result.stderr
        assert not output.exists()
    result = run_program(
        [engram, "run", RECALL_200, "-o", tmp_path / "e", "--set", "trials=2", "--set", RECORDINGS]
    )
    assert result.returncode == 2 and "record.recordings: is for single runs" in result.stderr
