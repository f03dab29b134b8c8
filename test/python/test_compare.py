# SPDX-License-Identifier: Apache-2.0
"""tools/engram-compare: equality to the last bit, the first difference, and its size."""

import shutil

import h5py
import numpy as np
import pytest
import sample_files
from engram.comparison import compare
from tool import check_failure, run_tool


@pytest.fixture
def copied(small_recall, tmp_path):
    shutil.copytree(
        small_recall, tmp_path / "copy", ignore=shutil.ignore_patterns("plots", "*.tmp")
    )
    return tmp_path / "copy"


def change(path, dataset, index, value):
    with h5py.File(path, "a") as file:
        file[dataset][index] = value


def test_equal(small_recall, copied):
    result = run_tool("compare", small_recall, copied)
    assert (result.returncode, result.stdout, result.stderr) == (0, "equal\n", "")


def test_the_smallest_difference_is_found(small_recall, copied):
    name = "edges/exc_exc/snapshots/t_5s/h_mV"
    with h5py.File(copied / "network.h5") as file:
        value = file[name][17]
    change(copied / "network.h5", name, 17, np.nextafter(value, 10))
    result = run_tool("compare", small_recall, copied)
    assert result.returncode == 1
    assert f"network.h5:/{name}: 1 of " in result.stdout
    assert "first at [17]" in result.stdout
    (difference,) = compare(small_recall, copied)
    assert difference.count == 1
    assert difference.largest == pytest.approx(np.spacing(value))
    assert run_tool("compare", "-q", small_recall, copied).stdout == ""
    assert run_tool("compare", "-q", small_recall, copied).returncode == 1


def test_traces_that_differ(small_recall, copied):
    for name, row, shift in (("V_mV", 70, 0.5), ("p", 40, 0.25)):
        with h5py.File(copied / "traces.h5", "a") as file:
            file[f"traces/neurons/50/{name}"][row] += shift
            time_ms = file["traces/time_ms"][40]
    result = run_tool("compare", small_recall, copied)
    assert result.returncode == 1
    assert f"traces first differ at {time_ms:g} ms: neurons/50/p\n" in result.stdout
    assert "largest difference 0.5\n" in result.stdout


def test_traces_with_a_gap(small_recall, copied):
    """What was lost differs, what was kept does not."""
    with h5py.File(copied / "traces.h5", "r+") as file:
        columns = []
        file["traces"].visititems(
            lambda name, item: columns.append(name) if isinstance(item, h5py.Dataset) else None
        )
        for name in columns:
            values = np.delete(file["traces"][name][()], np.s_[10:20], axis=0)
            attributes = dict(file["traces"][name].attrs)
            del file["traces"][name]
            file["traces"][name] = values
            file["traces"][name].attrs.update(attributes)
    result = run_tool("compare", copied, small_recall)
    assert result.returncode == 1
    assert "times in common, which are compared; others are not\n" in result.stdout
    assert "traces are equal at the times that both have\n" in result.stdout
    with h5py.File(copied / "traces.h5", "r+") as file:
        file["traces/neurons/50/p"][25] += 1
        time_ms = file["traces/time_ms"][25]
    result = run_tool("compare", copied, small_recall)
    assert f"traces first differ at {time_ms:g} ms: neurons/50/p\n" in result.stdout


def test_spikes_that_differ(tmp_path):
    spikes = [(1.0, 0), (2.0, 7), (3.0, 1), (4.0, 2)]
    first = sample_files.write_run(tmp_path / "a", spikes)
    second = sample_files.write_run(tmp_path / "b", [*spikes[:1], (2.2, 7), *spikes[2:], (5.0, 3)])
    for run in (first, second):
        with h5py.File(run / "traces.h5", "w") as file:
            file["traces/time_ms"] = np.zeros(1)
    result = run_tool("compare", first, second)
    assert result.returncode == 1
    assert "spikes first differ at 2 ms: neuron 7 fires only in" in result.stdout
    assert "(3 common, 1 and 2 others)" in result.stdout
    assert "has 3 values in one, 4 in the other; the first 3 rows are equal" in result.stdout


def test_another_seed(run_engram, small_recall, tmp_path):
    configuration = small_recall.parent / "small_recall.yaml"
    other = run_engram(configuration, tmp_path / "seed2", arguments=["--set", "simulation.seed=2"])
    result = run_tool("compare", small_recall, other, "--max", 1)
    assert result.returncode == 1
    assert "configurations differ in simulation.seed\n" in result.stdout
    assert "more (--max 0 lists all)" in result.stdout


def test_signed_zero_and_not_a_number(tmp_path):
    for name, values in (("a", [0.0, np.nan]), ("b", [-0.0, np.nan])):
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            file["x"] = np.array(values)
    assert not compare(tmp_path / "a.h5", tmp_path / "a.h5")
    (difference,) = compare(tmp_path / "a.h5", tmp_path / "b.h5")
    assert (difference.count, difference.largest) == (1, 0.0)


def test_structure(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = np.zeros(3)
        file["y"] = np.zeros(3, dtype=np.float32)
        file["x"].attrs["units"] = "mV"
        file["only"] = 1
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["x"] = np.zeros(3)
        file["x"].attrs["units"] = "V"
        file["y"] = np.zeros(3)
    found = {d.where: d.what for d in compare(tmp_path / "a.h5", tmp_path / "b.h5")}
    assert found == {
        "a.h5:/x@units": "is 'mV' in one, 'V' in the other",
        "a.h5:/y": "has type float32 in one, float64 in the other",
        "a.h5:/only": f"is only in {tmp_path / 'a.h5'}",
    }


def test_ensembles(tmp_path):
    first = sample_files.write_ensemble(tmp_path / "a")
    second = sample_files.write_ensemble(tmp_path / "b")
    assert run_tool("compare", first, second).returncode == 0
    change(second / "ensemble.h5", "measures/Q/trials", (2, 1), 1.0)
    result = run_tool("compare", first, second)
    assert result.returncode == 1
    assert "ensemble.h5:/measures/Q/trials: 1 of 16 values differ; first at [2, 1]" in result.stdout


def test_what_cannot_be_compared(small_recall, tmp_path):
    check_failure(run_tool("compare", small_recall), 2, "the following arguments are required: B")
    check_failure(
        run_tool("compare", small_recall, tmp_path / "no"), 3, "no such file or directory"
    )
    check_failure(run_tool("compare", small_recall, tmp_path), 3, "no output directory")
    ensemble = sample_files.write_ensemble(tmp_path / "e")
    check_failure(run_tool("compare", small_recall, ensemble), 3, "an ensemble cannot be compared")
    (tmp_path / "text.h5").write_text("text")
    check_failure(
        run_tool("compare", small_recall / "spikes.h5", tmp_path / "text.h5"), 3, "cannot be read"
    )
    (tmp_path / "open").mkdir()
    (tmp_path / "open/config.yaml").write_text("simulation: {}\n")
    check_failure(
        run_tool("compare", small_recall, tmp_path / "open"), 3, "the run is not finished"
    )
