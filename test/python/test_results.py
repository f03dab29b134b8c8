# SPDX-License-Identifier: Apache-2.0
"""The files of a real run, read with h5py and with the package engram.

The same layout with synthetic content is tested in test_file_formats.py.
"""

import json
import random
import shutil
from dataclasses import fields, make_dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import is_connected, run_program, write_small_recall
from engram import Results, ResultsError, keys
from engram.results import MEMBRANE, NeuronTrace
from engram.stimuli import intervals_s, read_stimuli

H_0_MV = 4.20075
POPULATIONS = {"exc": (0, 80), "inh": (80, 20)}  # first gid, size
PAIRS = ("exc_exc", "exc_inh", "inh_exc", "inh_inh")


@pytest.fixture(scope="module")
def results(small_recall):
    return Results(small_recall)


def open_file(directory, name):
    return h5py.File(directory / f"{name}.h5", "r")


@pytest.mark.parametrize("name", ["spikes", "traces", "network"])
def test_root_attributes(small_recall, name):
    with open_file(small_recall, name) as file:
        assert file.attrs["filetype"] == f"engram {name}"
        assert file.attrs["format_version"] == (2 if name == "network" else 1)
        assert file.attrs["magic"] == 0x0A7A
        assert file.attrs["version"].tolist() == [0, 1]


def test_nothing_unfinished_is_left(small_recall):
    names = {path.name for path in small_recall.iterdir() if "checkpoint-" not in path.name}
    assert names - {"plots", "progress.json"} == {
        "config.yaml",
        "spikes.h5",
        "traces.h5",
        "network.h5",
        "summary.json",
    }


@pytest.mark.parametrize("name", ["spikes", "traces", "network"])
def test_every_dataset_has_a_checksum(engram, small_recall, tmp_path, name):
    path = shutil.copy(small_recall / f"{name}.h5", tmp_path)
    intact = run_program([engram, "inspect", path])
    assert intact.returncode == 0, intact.stderr
    places = {}  # of the values of each dataset, in the file

    def note(dataset_name, node):
        if isinstance(node, h5py.Dataset) and not dataset_name.startswith("checksums/"):
            places[dataset_name] = (node.id.get_offset(), node.id.get_storage_size())

    with h5py.File(path) as file:
        file.visititems(note)
        assert sorted(text.decode() for text in file["checksums/datasets"]) == sorted(places)
    for dataset_name in places:
        line = next(x for x in intact.stdout.splitlines() if f"  {dataset_name}: " in x)
        assert line.endswith("checksum verified")
    source = random.Random(4)
    whole = Path(path).read_bytes()
    for dataset_name, (offset, size) in source.sample(sorted(places.items()), min(12, len(places))):
        if size == 0:
            continue
        damaged = bytearray(whole)
        damaged[offset + source.randrange(size)] ^= 1 << source.randrange(8)
        Path(path).write_bytes(damaged)
        result = run_program([engram, "inspect", path])
        assert result.returncode == 3 and f"'{dataset_name}' is damaged" in result.stderr


@pytest.mark.parametrize("population", POPULATIONS)
def test_spikes(small_recall, population):
    size = POPULATIONS[population][1]
    with open_file(small_recall, "spikes") as file:
        group = file["spikes"][population]
        times, ids = group["timestamps"], group["node_ids"]
        assert times.dtype == np.float64 and ids.dtype == np.uint64
        assert times.attrs["units"] == "ms"
        assert group.attrs["sorting"] == 2  # by_time
        times, ids = times[()], ids[()]
    assert len(times) == len(ids) > 0
    assert ids.max() < size
    assert np.array_equal(np.lexsort((ids, times)), np.arange(len(times)))
    steps = np.round(times / 0.2).astype(np.int64)
    assert np.array_equal(times, steps / 5)  # the doubles nearest to the decimal values


def test_no_spike_while_refractory(results):
    for population in POPULATIONS:
        spikes = results.spikes(population)
        for neuron in np.unique(spikes.node_id):
            intervals = np.diff(spikes.time_ms[spikes.node_id == neuron])
            assert (intervals > 2.0 - 1e-6).all()


def test_spikes_lie_in_spiking_phases(results):
    spiking = [phase for phase in results.phases if phase.is_spiking]
    for population in POPULATIONS:
        time_s = results.spikes(population).time_ms / 1000
        inside = [(phase.begin_s <= time_s) & (time_s <= phase.end_s) for phase in spiking]
        assert np.any(inside, axis=0).all()


def test_spike_counts_of_the_summary(results):
    for population in POPULATIONS:
        count = len(results.spikes(population).time_ms)
        assert results.summary["spikes"][population] == count
        phases = [phase["spikes"][population] for phase in results.summary["phases"] if
                  phase["kind"] == "spiking"]  # fmt: skip
        assert sum(phases) == count


def test_schedule(results):
    assert results.schedule == "learn - consolidate - recall"
    assert [phase.label for phase in results.phases[:3]] == ["learn", "consolidate", "recall"]
    assert results.phases[0].begin_s == 0
    assert results.phases[-1].end_s == 100
    for before, after in zip(results.phases, results.phases[1:]):
        assert before.end_s == after.begin_s


def test_keys_that_the_configuration_has_not(results):
    with pytest.raises(
        ResultsError, match=r"'neuron.t_ref' is missing \(did you mean 'neuron.t_ref_ms'"
    ):
        results.config["neuron"]["t_ref"]
    with pytest.raises(ResultsError, match=r"'5' is missing; copy the file again"):
        results.config[5]


def test_stimuli(results):
    learn, recall = results.stimuli
    assert learn.neurons.tolist() == list(range(20))
    assert learn.intervals_s == [(1, 1.1), (1.5, 1.6), (2.0, 2.1)]
    assert recall.neurons.tolist() == list(range(10))
    assert recall.intervals_s == [(90, 90.1)]
    assert results.stimulated("recall").tolist() == list(range(10))


def test_trains_of_forced_spikes():
    stimulus = {"scheme": "STET", "start_s": 10, "duration_s": 1200}
    simulation = {"duration_s": 2000}
    assert intervals_s(stimulus, simulation) == [(10, 11), (610, 611), (1210, 1211)]
    assert intervals_s({"scheme": "WTET", "start_s": 10}, simulation) == [(10, 10.2)]


def stimuli_of_all_schemes():
    """By name of the scheme, with those of these keys that it takes."""
    values = {"group": "exc", "start_s": 1, "duration_s": 2, "n_inputs": 1, "rate_Hz": 1,
              "spike_times_ms": [50, 1000], "train_s": 0.5, "period_s": 1, "repeats": 3,
              "mean_nA": 1, "amplitude_nA": 1, "frequency_Hz": 1, "file": "times.txt"}  # fmt: skip
    classes = [kind for kind in vars(keys).values() if getattr(kind, "_scheme", "")]
    return {
        kind._scheme: {"scheme": kind._scheme}
        | {field.name: values[field.name] for field in fields(kind) if field.name in values}
        for kind in classes
    }


@pytest.mark.parametrize("duration_s", [1100, 1.1])  # no scheme is longer; cut off
def test_intervals_of_all_schemes_are_those_of_the_summary(run_engram, tmp_path, duration_s):
    stimuli = stimuli_of_all_schemes()
    # Of two columns: times with currents, or with neurons.
    (tmp_path / "times.txt").write_text("0 0\n100 0\n")
    config = {
        "simulation": {"duration_s": duration_s, "dt_ms": 50},
        "populations": {"n_exc": 1, "n_inh": 0},
        "neuron": {"t_ref_ms": 50},
        "synapses": {"t_ax_delay_ms": 50, "t_Ca_delay_ms": 50},
        "stimuli": stimuli,
    }
    (tmp_path / "x.yaml").write_text(json.dumps(config))
    run = Results(run_engram(tmp_path / "x.yaml", tmp_path / "results"))
    told, planned = read_stimuli(run.config, run.summary), read_stimuli(run.config)
    by_name = {stimulus.name: stimulus.intervals_s for stimulus in planned}
    assert {stimulus.name for stimulus in told} == by_name.keys() == stimuli.keys()
    for stimulus in told:
        ours = np.array(by_name[stimulus.name])
        assert ours == pytest.approx(np.array(stimulus.intervals_s), abs=1e-9), stimulus.name


def test_intervals_of_stimuli_are_those_of_the_summary(results):
    told = results.summary["stimuli"]["learn"]
    assert (told["scheme"], told["group"]) == ("TRIPLET", "assembly")
    config = {
        "simulation": {"duration_s": 9},
        "stimuli": {"new": {"scheme": "NEW", "role": "learn", "group": "all", "start_s": 1}},
    }
    summary = {"stimuli": {"new": {"intervals_s": [[1, 2], [3, 4]]}}}
    assert read_stimuli(config, summary)[0].intervals_s == [(1, 2), (3, 4)]
    with pytest.raises(ResultsError, match="only the summary .* of scheme NEW"):
        read_stimuli(config)


def test_traces_have_equal_lengths(small_recall):
    with open_file(small_recall, "traces") as file:
        times = file["traces/time_ms"][()]
        assert times.dtype == np.float64
        assert (np.diff(times) > 0).all()
        assert times[0] == 0 and times[-1] == 100_000
        assert set(file["traces/neurons"]) == {"0", "50", "90"}
        assert set(file["traces/synapses"]) == {"0_4", "50_0"}
        for kind in ("neurons", "synapses"):
            for group in file["traces"][kind].values():
                for dataset in group.values():
                    assert dataset.dtype == np.float64
                    assert dataset.shape == times.shape
                    assert np.isfinite(dataset[()]).all()


def test_traces_of_neurons(results):
    stimulated, _, inhibitory = results.neuron_traces
    assert (stimulated.gid, stimulated.population) == (0, "exc")
    assert (inhibitory.gid, inhibitory.population) == (90, "inh")
    during = (results.trace_time_s > 1.01) & (results.trace_time_s < 1.09)
    assert stimulated.I_stim_nA[during].min() > 0
    assert not inhibitory.I_stim_nA.any()
    for trace in results.neuron_traces:
        assert trace.V_mV.max() < -55
    assert not inhibitory.S_mV.any() and not inhibitory.p.any()


def test_every_column_of_the_membrane_is_known(results):
    """A new one of the program becomes a field of NeuronTrace, else it is taken for late phase."""
    for trace in results.neuron_traces:
        assert trace.late_phase.keys() == {"S_mV", "p"}


def test_columns_of_the_membrane_that_old_files_lack_are_nan(small_recall, monkeypatch):
    """All but those that every version has written."""
    with open_file(small_recall, "traces") as file:
        written = tuple(file["traces/neurons/0"])
    wider = make_dataclass("Wider", [("g_nS", object)], bases=(NeuronTrace,), frozen=True)
    monkeypatch.setattr("engram.results.NeuronTrace", wider)
    monkeypatch.setattr("engram.results.MEMBRANE", (*MEMBRANE, "g_nS"))
    assert "g_nS" not in written and set(MEMBRANE) < set(written)
    for trace in Results(small_recall).neuron_traces:
        assert np.isnan(trace.g_nS).all() and len(trace.g_nS) == len(trace.V_mV)
        assert np.isfinite(trace.V_mV).all()


def test_traces_agree_with_snapshots(results):
    source, target = results.edges("exc_exc")
    for time_s in results.snapshot_times_s:
        row = np.flatnonzero(results.trace_time_s == time_s)
        if len(row) == 0:
            continue
        snapshot = results.snapshot(time_s)
        for trace in results.synapse_traces:
            edge = np.flatnonzero((source == trace.pre) & (target == trace.post))[0]
            assert snapshot.h_mV[edge] == pytest.approx(trace.h_mV[row[0]], abs=1e-12)
            assert snapshot.z[edge] == pytest.approx(trace.z[row[0]], abs=1e-12)


@pytest.mark.parametrize("pair", PAIRS)
def test_edges_are_the_wiring(results, pair):
    pre, post = pair.split("_")
    first_pre, n_pre = POPULATIONS[pre]
    first_post, n_post = POPULATIONS[post]
    expected = [
        (source, target)
        for target in range(n_post)
        for source in range(n_pre)
        if is_connected(first_pre + source, first_post + target)
    ]
    source, target = results.edges(pair)
    assert source.dtype == target.dtype == np.uint64
    assert list(zip(source.tolist(), target.tolist())) == expected  # sorted by (target, source)
    assert results.summary["synapses"][pair] == len(expected)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("index", ["target_to_source"])  # the other: test_network_output.py
def test_indices_find_every_edge(small_recall, pair, index):
    with open_file(small_recall, "network") as file:
        group = file["edges"][pair]
        end = index.split("_")[0]
        nodes = group[f"{end}_node_id"]
        assert nodes.attrs["node_population"] == pair.split("_")[end == "target"]
        nodes = nodes[()]
        bounds = group["indices"][index]["node_id_to_ranges"][()]
        ranges = group["indices"][index]["range_to_edge_id"][()]
    assert len(bounds) == POPULATIONS[pair.split("_")[end == "target"]][1]
    for node, (first, last) in enumerate(bounds):
        edges = [edge for begin, stop in ranges[first:last] for edge in range(begin, stop)]
        assert edges == np.flatnonzero(nodes == node).tolist()


def test_weights(small_recall):
    factors = {"exc_exc": 1, "exc_inh": 2, "inh_exc": -4, "inh_inh": -4}
    with open_file(small_recall, "network") as file:
        for pair, factor in factors.items():
            group = file["edges"][pair]["0"]
            assert group["syn_weight"][()] == pytest.approx(factor * H_0_MV)
            assert (group["delay"][()] == 3.0).all()


def test_snapshots(results, small_recall):
    with open_file(small_recall, "network") as file:
        snapshots = file["edges/exc_exc/snapshots"]
        assert {"t_0.5s", "t_5s", "t_90s"} <= set(snapshots)
        assert snapshots["t_0.5s"].attrs["time_s"] == 0.5
    n_edges = results.summary["synapses"]["exc_exc"]
    source, target = results.edges("exc_exc")
    within = (source < 20) & (target < 20)
    before, after = results.snapshot(0.5), results.snapshot(5)
    assert len(before.h_mV) == len(before.z) == n_edges
    assert before.h_mV == pytest.approx(H_0_MV, rel=0.1)
    assert after.h_mV[within].mean() > 1.2 * H_0_MV
    assert not after.z[~within & (after.h_mV == H_0_MV)].any()
    assert results.snapshot(90).z[within].mean() > after.z[within].mean() >= 0
    with pytest.raises(ResultsError, match="no snapshot at 7 s"):
        results.snapshot(7)


@pytest.mark.parametrize(
    "file,place,attribute,problem",
    [
        ("network", "edges/exc_exc/snapshots/t_5s", "time_s", "is of 90 s by its time"),
        ("traces", "traces/neurons/50", "gid", "is of neuron 90 by its gid"),
    ],
)
def test_attributes_that_names_contradict(
    small_recall, tmp_path, file, place, attribute, problem
) -> None:
    """Attributes have no checksums."""
    copy = Path(shutil.copytree(small_recall, tmp_path / "copy"))
    with h5py.File(copy / f"{file}.h5", "r+") as changed:
        attributes = changed[place].attrs
        attributes[attribute] = np.array(90).astype(attributes[attribute].dtype)
    with pytest.raises(ResultsError, match=problem):
        damaged = Results(copy)
        damaged.neuron_traces if file == "traces" else damaged.snapshot(5)


def test_results_do_not_depend_on_the_number_of_ranks(run_engram, tmp_path):
    configuration = write_small_recall(tmp_path)
    short = ("--set", "simulation.duration_s=2.5", "--set", "stimuli.recall.start_s=2.2")
    short += ("--set", "record.snapshots_s=[1.5]", "--set", "stimuli.learn.start_s=0.1")
    alone = run_engram(configuration, tmp_path / "1", 1, short)
    for ranks in (2, 3):
        output = run_engram(configuration, tmp_path / str(ranks), ranks, short)
        assert json.loads((output / "summary.json").read_text())["ranks"] == ranks
        for name in ("spikes", "traces", "network"):
            with open_file(output, name) as one, open_file(alone, name) as other:
                assert datasets(one) == datasets(other), f"{name}.h5 on {ranks} ranks"


def datasets(file):
    content = {}
    file.visititems(
        lambda name, item: content.update({name: (item.dtype, item[()].tolist())})
        if isinstance(item, h5py.Dataset)
        else None
    )
    return content


def test_resolved_configuration_gives_the_same_run(run_engram, background, tmp_path):
    again = run_engram(background / "config.yaml", tmp_path / "again")
    with open_file(again, "spikes") as one, open_file(background, "spikes") as other:
        assert datasets(one) == datasets(other)


def test_no_results(tmp_path):
    with pytest.raises(ResultsError, match="no such directory"):
        Results(tmp_path / "missing")
    with pytest.raises(ResultsError, match="no output directory"):
        Results(tmp_path)
    (tmp_path / "config.yaml").write_text("simulation: {}")
    with pytest.raises(ResultsError, match="not finished"):
        Results(tmp_path)


def test_damaged_results(tmp_path):
    (tmp_path / "summary.json").write_text("{")
    with pytest.raises(ResultsError, match="summary.json: cannot be read"):
        Results(tmp_path)
    (tmp_path / "summary.json").write_text("{}")
    results = Results(tmp_path)
    with pytest.raises(ResultsError, match="traces.h5: no such file"):
        results.neuron_traces  # noqa: B018
    (tmp_path / "spikes.h5").write_text("no HDF5")
    with pytest.raises(ResultsError, match="spikes.h5: cannot be read"):
        results.spikes("exc")
    with h5py.File(tmp_path / "spikes.h5", "w") as file:
        file.attrs["filetype"] = "engram spikes"
        file.attrs["format_version"] = 2
    with pytest.raises(ResultsError, match="format version 2"):
        results.spikes("exc")


@pytest.mark.parametrize(
    "name,dataset,read",
    [
        ("spikes.h5", "spikes/exc/node_ids", lambda results: results.spikes("exc")),
        ("network.h5", "edges/exc_exc/source_node_id", lambda results: results.edges("exc_exc")),
        (
            "network.h5",
            "edges/exc_exc/target_node_id",
            lambda results: list(results.edge_blocks([])),
        ),
    ],
)
def test_nodes_that_the_population_has_not(small_recall, tmp_path, name, dataset, read):
    copy = shutil.copytree(small_recall, tmp_path / "copy")
    with h5py.File(copy / name, "r+") as file:
        file[dataset][3] = 80
    with pytest.raises(
        ResultsError, match=f"{name}: /{dataset} names node 80, but exc has 80 neurons"
    ):
        read(Results(copy))


def test_summary_is_json(small_recall):
    summary = json.loads((small_recall / "summary.json").read_text())
    assert summary["ranks"] == 1
    assert summary["seed"] == 1
    assert len(summary["peak_memory_MB"]) == 1
