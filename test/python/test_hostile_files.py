# SPDX-License-Identifier: Apache-2.0
"""The tools on result files that are damaged, or made to hurt: one line, exit code 3, within limits."""

from __future__ import annotations

import json
import os
import random

import h5py
import hostile_results as hostile
import pytest
from tool import check_failure, run_tool

RUN = """
simulation: {description: Tiny, duration_s: 4}
populations: {n_exc: 12, n_inh: 4}
connectivity: {probability: 0.4}
groups:
  assembly: {first: 0, count: 6}
  recalled: {of: assembly, fraction: 0.5}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 0.5, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: recalled, start_s: 3, n_inputs: 25, rate_Hz: 100}
record:
  neurons: [0, 13]
  synapses_between: [{from: assembly, to: assembly, count: 2}]
  every_steps: 100
  snapshots_s: [1]
"""
ENSEMBLE = f"""
trials: 2
trials_per_batch: 1
trial_results: none
sweep:
  - {{groups.assembly.count: [5, 6]}}
{RUN}"""

SEEDS, CASES_PER_SEED = 10, 100  # of the slow test
FAST_CASES = 12


@pytest.fixture(scope="module")
def tiny(run_engram, tmp_path_factory):
    """Output directory of RUN."""
    directory = tmp_path_factory.mktemp("tiny")
    (directory / "run.yaml").write_text(RUN)
    return run_engram(directory / "run.yaml", directory / "results")


@pytest.fixture(scope="module")
def tiny_ensemble(run_engram, tmp_path_factory):
    """Output directory of ENSEMBLE."""
    directory = tmp_path_factory.mktemp("tiny_ensemble")
    (directory / "ensemble.yaml").write_text(ENSEMBLE)
    return run_engram(directory / "ensemble.yaml", directory / "results")


def run_all(directory, whole, tmp_path):
    """Outcomes of all tools; none may do what is never allowed."""
    is_ensemble = (whole / "ensemble.h5").exists()
    outcomes = []
    for tool, arguments in hostile.calls(directory, whole, tmp_path / "output", is_ensemble):
        outcome = hostile.run_tool_within_limits(tool, arguments)
        assert outcome.problem() is None, (outcome, arguments)
        outcomes.append((arguments, outcome))
    return outcomes


def test_what_is_sound_is_read(tiny, tiny_ensemble, tmp_path):
    for whole in (tiny, tiny_ensemble):
        for arguments, outcome in run_all(
            hostile.copied(whole, tmp_path / "copy"), whole, tmp_path
        ):
            assert (outcome.code, outcome.stderr) == (0, ""), arguments


@pytest.mark.parametrize("name", ["summary.json", "config.yaml", "spikes.h5", "network.h5"])
@pytest.mark.parametrize("kind", hostile.REPLACEMENTS)
def test_what_is_no_file(tiny, tmp_path, name, kind):
    directory = hostile.copied(tiny, tmp_path / "copy")
    hostile.REPLACEMENTS[kind](directory / name)
    outcome = hostile.run_tool_within_limits("recall", [directory])
    assert outcome.problem() is None and outcome.code == 3
    assert f"{name}: is {kind}; only regular files are read\n" in outcome.stderr


@pytest.mark.parametrize("tool", ["compare", "recall", "export", "plot", "watch"])
def test_a_fifo_in_place_of_everything(tiny, tmp_path, tool):
    os.mkfifo(tmp_path / "fifo")
    arguments = [tmp_path / "fifo"] + [tiny] * (tool == "compare")
    assert hostile.run_tool_within_limits(tool, arguments).code == 3
    directory = hostile.copied(tiny, tmp_path / "copy")
    for name in hostile.RUN_FILES:
        hostile.replace_by_fifo(directory / name)
    arguments = [directory] + [tiny] * (tool == "compare")
    outcome = hostile.run_tool_within_limits(tool, arguments)
    assert outcome.problem() is None and outcome.code == 3


BORNE = ("names", "missing", "not a number", "infinite", "large", "shorter", "longer",
         "large ids", "negative ids")  # fmt: skip
PLACES = (
    ("recall", "spikes.h5", "spikes/exc/timestamps"),
    ("recall", "network.h5", "edges/exc_exc/snapshots/t_1s/h_mV"),
    ("export", "traces.h5", "traces/neurons/0/V_mV"),
)


@pytest.mark.parametrize("kind", hostile.OBJECTS)
def test_hostile_objects(tiny, tmp_path, kind):
    """In the place of a dataset: refused by the tool that reads it, unless it may be what it says."""
    tool, file, name = PLACES[hostile.OBJECTS.index(kind) % len(PLACES)]
    directory = hostile.copied(tiny, tmp_path / "copy")
    with h5py.File(directory / file, "r+") as opened:
        hostile.put(opened, name, kind)
    arguments = [directory] + ["-o", tmp_path / "text"] * (tool == "export")
    outcome = hostile.run_tool_within_limits(tool, arguments)
    assert outcome.problem() is None, outcome
    assert outcome.code == 3 or kind in BORNE, outcome
    outcome = hostile.run_tool_within_limits("compare", [directory / file, tiny / file])
    assert outcome.problem() is None, outcome
    assert outcome.code in (1, 3)


IDS = ("large ids", "negative ids", "shorter", "longer", "not a number", "text", "missing", "names")


@pytest.mark.parametrize("kind", IDS)
def test_hostile_node_ids(tiny, tmp_path, kind):
    directory = hostile.copied(tiny, tmp_path / "copy")
    with h5py.File(directory / "spikes.h5", "r+") as opened:
        hostile.put(opened, "spikes/exc/node_ids", kind)
    outcome = hostile.run_tool_within_limits("recall", [directory])
    assert outcome.problem() is None and outcome.code == 3, outcome


@pytest.mark.parametrize("kind", ["external link", "virtual", "external values", "huge", "filter"])
def test_what_is_refused_is_named(tiny, tmp_path, kind):
    texts = {
        "external link": "is an external link, which is not followed; only what is in the file",
        "virtual": "is a virtual dataset; only what is in the file itself is read",
        "external values": "has its values in another file; only what is in the file",
        "huge": "is declared with 8796093022208 bytes, but holds 0;",
        "filter": "needs filter 6 of HDF5, which is not used; rewrite it with 'h5repack",
    }
    directory = hostile.copied(tiny, tmp_path / "copy")
    with h5py.File(directory / "spikes.h5", "r+") as file:
        hostile.put(file, "spikes/exc/timestamps", kind)
    outcome = hostile.run_tool_within_limits("recall", [directory])
    start = f"engram-recall: error: {directory}/spikes.h5: /spikes/exc/timestamps "
    assert outcome.code == 3 and outcome.stderr.startswith(start + texts[kind])


def test_files_that_were_repacked_are_read(tiny, tmp_path):
    """Chunks and compression are fine."""
    directory = hostile.copied(tiny, tmp_path / "copy")
    for path in directory.glob("*.h5"):
        with h5py.File(path, "r+") as file:
            names = []
            file.visititems(
                lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None
            )
            for name in names:
                values, attributes = file[name][()], dict(file[name].attrs)
                if file[name].dtype.hasobject:
                    continue
                del file[name]
                file.create_dataset(
                    name, data=values, chunks=True, compression="gzip", shuffle=True
                )
                file[name].attrs.update(attributes)
    for arguments, outcome in run_all(directory, tiny, tmp_path):
        assert (outcome.code, outcome.stderr) == (0, ""), arguments


@pytest.mark.parametrize("kind", hostile.ATTRIBUTES)
def test_hostile_attributes(tiny, tmp_path, kind):
    for file, place, name in (
        ("spikes.h5", "/", "filetype"),
        ("spikes.h5", "/", "format_version"),
        ("network.h5", "edges/exc_exc/snapshots/t_1s", "time_s"),
    ):
        directory = hostile.copied(tiny, tmp_path / "copy")
        with h5py.File(directory / file, "r+") as opened:
            del opened[place].attrs[name]
            opened[place].attrs[name] = hostile.ATTRIBUTES[kind]
        for tool, arguments in (("recall", [directory]), ("compare", [directory, tiny])):
            outcome = hostile.run_tool_within_limits(tool, arguments)
            assert outcome.problem() is None, outcome
            assert name != "filetype" or outcome.code in (1, 3)


DOCUMENTS = {
    "deep": '{"phases": ' + "[" * 100_000,
    "deep and closed": '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "many values": '{"a": [' + "[]," * 5_000_000 + "[]]}",
    "a number of a million digits": '{"duration_s": ' + "9" * 1_000_000 + "}",
    "not a number": '{"duration_s": NaN}',
    "infinite": '{"duration_s": 1e999}',
    "a list": "[]",
    "not UTF-8": b'{"schedule": "caf\xe9"}',
    "phases of a wrong type": '{"phases": {"a": 1}}',
    "empty": "",
}


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("name", ["summary.json", "progress.json"])
def test_hostile_json(tiny, tmp_path, name, kind):
    directory = hostile.copied(tiny, tmp_path / "copy")
    content = DOCUMENTS[kind]
    (directory / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    tool = "watch" if name == "progress.json" else "recall"
    arguments = [directory] + ["--once"] * (tool == "watch")
    outcome = hostile.run_tool_within_limits(tool, arguments)
    assert outcome.problem() is None and outcome.code == 3, outcome
    assert name in outcome.stderr


CONFIGURATIONS = {
    "deep": "a: " + "[" * 100_000,
    "aliases of aliases": "a0: &a0 [x, x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)),
    "merged maps": "a0: &a0 {k: v}\n"
    + "".join(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 12)),
    "within itself": "a: &a {b: *a}",
    "an object": "a: !!python/object/apply:os.system ['touch /tmp/harm']",
    "an empty number": "a: !!int ''",
    "a huge population": "populations: {n_exc: 1000000000000}",
    "a population beyond the file": "populations: {n_exc: 90000000, n_inh: 4}\n"
    "simulation: {duration_s: 4}\nstimuli: {a: {scheme: RECT, role: learn, group: all, start_s: 1,"
    " duration_s: 1}}",
    "a group of itself": "groups: {a: {of: b, count: 1}, b: {of: a, count: 1}}\n"
    "simulation: {duration_s: 4}\nstimuli: {a: {scheme: RECT, role: learn, group: a, start_s: 1,"
    " duration_s: 1}}",
    "a list": "[]",
}


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_hostile_yaml(tiny, tmp_path, kind):
    directory = hostile.copied(tiny, tmp_path / "copy")
    summary = json.loads((directory / "summary.json").read_text())
    del summary["stimuli"]
    (directory / "summary.json").write_text(json.dumps(summary))
    (directory / "config.yaml").write_text(CONFIGURATIONS[kind])
    outcome = hostile.run_tool_within_limits("recall", [directory])
    assert outcome.problem() is None and outcome.code == 3, outcome


def test_files_of_a_terabyte(tiny, tmp_path):
    directory = hostile.copied(tiny, tmp_path / "copy")
    hostile.make_huge(directory / "summary.json")
    outcome = hostile.run_tool_within_limits("recall", [directory])
    assert outcome.problem() is None and outcome.code == 3
    assert "summary.json: is too large" in outcome.stderr
    # HDF5 files may have room at their ends.
    directory = hostile.copied(tiny, tmp_path / "copy")
    for name in ("spikes.h5", "network.h5"):
        hostile.make_huge(directory / name)
    assert hostile.run_tool_within_limits("recall", [directory]).problem() is None


def test_names_are_made_visible(tiny, tmp_path):
    """On the terminal, in tables and in figures."""
    directory = hostile.copied(tiny, tmp_path / "evil\x1b[31m\u202e")
    config = hostile.read_document(directory / "config.yaml")
    config["simulation"]["description"] = "\u202e$\\frac{$ \x07"
    hostile.write_document(directory / "config.yaml", config)
    for name in ("summary.json", "progress.json"):
        document = hostile.read_document(directory / name)
        document["schedule"] = "\x1b]0;title\x07"
        hostile.write_document(directory / name, document)
    for tool, arguments in (
        ("recall", [directory, "--format", "csv"]),
        ("compare", [directory, tiny]),
        ("plot", [directory, "--figures", "raster", "-o", tmp_path / "plots"]),
    ):
        outcome = hostile.run_tool_within_limits(tool, arguments)
        assert outcome.problem() is None and outcome.code == 0, outcome
    result = run_tool("recall", directory)
    assert result.stdout.startswith("evil\\x1b[31m\\u202e  (assembly of 6")
    result = run_tool("watch", directory, "--once")
    assert "\\x1b]0;title\\x07" in result.stdout
    check_failure(run_tool("recall", tmp_path / "\x1b[2J"), 3, "\\x1b[2J: no such directory")


def test_one_line_per_fault_of_the_file_alone(tiny, tmp_path, monkeypatch):
    """An error in an analysis is not hidden."""
    from engram.commands import recall

    def wrong(*_):
        return {}["key"]

    monkeypatch.setattr(recall, "run_row", wrong)
    with pytest.raises(KeyError):
        recall.main([str(tiny)])


def test_the_same_values_under_many_names(tiny, tmp_path):
    """A small file that would be read for hours."""
    directory = hostile.copied(tiny, tmp_path / "copy")
    with h5py.File(directory / "traces.h5", "r+") as file:
        n_times = len(file["traces/time_ms"])
        values = file["traces/neurons/0/V_mV"]
        for i in range(20_000):
            file[f"traces/neurons/0/x{i}"] = values
        assert n_times > 10
    outcome = hostile.run_tool_within_limits("export", [directory, "-o", tmp_path / "o"])
    assert outcome.problem() is None and outcome.code == 3
    assert "holds the same values under many names" in outcome.stderr


def test_nothing_is_written_through_links(tiny, tmp_path):
    """A directory from others may lead anywhere."""
    directory = hostile.copied(tiny, tmp_path / "copy")
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for inner, name in (("plots", "raster.png"), ("export", "spikes.txt")):
        (directory / inner).mkdir()
        (directory / inner / name).symlink_to(victim)
    for tool, arguments in (("plot", ["--figures", "raster"]), ("export", ["--files", "spikes"])):
        outcome = hostile.run_tool_within_limits(tool, [directory, *arguments])
        assert outcome.problem() is None and outcome.code == 0, outcome
    assert victim.read_text() == "precious"
    for inner, name in (("plots", "raster.png"), ("export", "spikes.txt")):
        (directory / inner / name).unlink()
        os.mkfifo(directory / inner / name)
    for tool, arguments in (("plot", ["--figures", "raster"]), ("export", ["--files", "spikes"])):
        outcome = hostile.run_tool_within_limits(tool, [directory, *arguments])
        assert outcome.problem() is None, outcome


def fuzz(wholes, tmp_path, rng, n_cases):
    """Each case: random damage, and a tool chosen at random."""
    for i in range(n_cases):
        whole = wholes[i % 4 == 3]
        directory = hostile.copied(whole, tmp_path / "copy")
        damage = [hostile.damage(directory, rng)]
        tool, arguments = rng.choice(
            hostile.calls(directory, whole, tmp_path / "output", whole == wholes[1])
        )
        outcome = hostile.run_tool_within_limits(tool, arguments)
        assert outcome.problem() is None, (i, damage, arguments, outcome)


def test_random_damage(tiny, tiny_ensemble, tmp_path):
    fuzz((tiny, tiny_ensemble), tmp_path, random.Random(15), FAST_CASES)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_much_random_damage(tiny, tiny_ensemble, tmp_path, seed):
    fuzz((tiny, tiny_ensemble), tmp_path, random.Random(1000 + seed), CASES_PER_SEED)
