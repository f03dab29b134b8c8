# SPDX-License-Identifier: Apache-2.0
"""Directories from others: nothing outside of them is written or waited for, and nothing in them is lost."""

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from conftest import run_program
from hostile_files import (
    Harm,
    change_header,
    change_values,
    checksum,
    content,
    header_of,
    outcome_of,
    put_header,
)

# Learning, consolidation and recall within a second or two.
CONFIGURATION = """
simulation: {duration_s: 30.3, seed: 4}
populations: {n_exc: 40, n_inh: 10}
connectivity: {probability: 0.2}
synapses: {theta_pro_mV: 0.5, theta_tag_mV: 0.05}
groups:
  assembly: {first: 0, count: 16}
stimuli:
  learn: {scheme: TRIPLET, group: assembly, start_s: 0.1, n_inputs: 25, rate_Hz: 100}
  recall: {scheme: ONEPULSE, group: assembly, start_s: 30.1, n_inputs: 25, rate_Hz: 100}
record: {neurons: [1, 41], every_steps: 100, snapshots_s: [0.5, 10, 26]}
checkpoint: {every_simulated_s: 0.1, keep: 1000}
"""
MOST_MEMORY_MB = 1000
LONGEST_CPU_S = 10


@pytest.fixture(scope="session")
def complete(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run that has kept checkpoints at the end of a phase and at the beginning of a spike."""
    directory = tmp_path_factory.mktemp("hostile")
    (directory / "small.yaml").write_text(CONFIGURATION)
    output = directory / "run"
    result = run_program([engram, "run", directory / "small.yaml", "-o", output, "-q"])
    assert result.returncode == 0, result.stderr
    for path in sorted(output.glob("checkpoint-*.h5"))[:-2]:
        path.unlink()
    return output


@pytest.fixture(scope="session")
def pristine(complete: Path) -> Path:
    """The same, as if it was interrupted; the recordings can be made again from the results."""
    directory = Path(shutil.copytree(complete, complete.parent / "interrupted"))
    (directory / "summary.json").unlink()
    return directory


def prepared(source: Path, place: Path) -> Path:
    """A copy with a directory beside it of which nothing may change."""
    victim = place / "victim"
    victim.mkdir(parents=True)
    (victim / "file").write_bytes(bytes(1000))
    (victim / "snapshot-0.h5").write_bytes(b"precious")
    os.mkfifo(victim / "pipe")
    with h5py.File(victim / "file.h5", "w") as file:
        file["data"] = np.zeros(3)
    return Path(shutil.copytree(source, place / "run"))


@pytest.fixture
def run(pristine: Path, tmp_path: Path) -> Path:
    directory = prepared(pristine, tmp_path)
    checkpoints = sorted(directory.glob("checkpoint-*.h5"))
    for path in checkpoints[:-1]:
        path.unlink()
    return directory


def checkpoint(run: Path) -> Path:
    (path,) = run.glob("checkpoint-*.h5")
    return path


def resume(engram: Path, run: Path, *arguments: str) -> Any:
    return outcome_of([engram, "resume", run, *arguments], run.parent / "errors", 60)


def assert_refused(engram: Path, run: Path, message: str, *arguments: str, code: int = 3) -> None:
    before, victim = content(run), content(run.parent / "victim")
    outcome = resume(engram, run, *arguments)
    assert outcome.code == code and message in outcome.message, outcome
    assert "internal error" not in outcome.message
    assert outcome.cpu_s < LONGEST_CPU_S and outcome.memory_MB < MOST_MEMORY_MB
    after = content(run)  # recordings may have been made again from the results
    assert {name: after.get(name) for name in before} == before
    assert content(run.parent / "victim") == victim


def test_the_checksums_are_those_of_the_documentation(run: Path) -> None:
    header = header_of(checkpoint(run))
    with h5py.File(checkpoint(run)) as file:
        assert checksum(file["header"][()]) == file["header_checksum"][0]
        for name, expected in header["checksums"].items():
            is_constant = file[name].id.get_storage_size() == 0
            assert checksum(file[name][: 1 if is_constant else None]) == expected, name


def test_an_unchanged_copy_resumes(engram: Path, complete: Path, run: Path) -> None:
    change_header(checkpoint(run), lambda header: None)
    outcome = resume(engram, run)
    assert outcome.code == 0, outcome
    for name in ("spikes.h5", "traces.h5", "network.h5"):
        assert (run / name).read_bytes() == (complete / name).read_bytes()


HEADERS: dict[str, tuple[Any, str]] = {
    "no phases": (lambda h: h.update(phases=[]), "phases has 0 entries"),
    "phase -1": (
        lambda h: h.update(phase_index=-1),
        "phase_index must be an integer of at least 0",
    ),
    "phase 99": (lambda h: h.update(phase_index=99), "phase_index is 99, but there are 3 phases"),
    "step -5": (lambda h: h.update(step=-5), "step must be an integer of at least 0"),
    "step elsewhere": (lambda h: h.update(step=7), "step 7 is not where phase 2"),
    "step late": (lambda h: h.update(step=10**12), "is not where phase 2"),
    "step between epochs": (lambda h: h.update(step=h["step"] + 1), "is not where phase 2"),
    "step is text": (lambda h: h.update(step="5"), "step must be an integer"),
    "step is broken": (lambda h: h.update(step=5.5), "step must be an integer"),
    "reference": (lambda h: h.update(reference_step=h["step"] + 1), "lies behind the state"),
    "count": (lambda h: h["recorded_spikes"].update(count=2**60), "but the phases count"),
    "count -1": (lambda h: h["recorded_trace_rows"].update(count=-1), "count must be an integer"),
    "rows": (lambda h: h["recorded_trace_rows"].update(count=2**60), "more than there are steps"),
    "population": (
        lambda h: h["phases"][0].update(other_spikes=0),
        "'other', which is no population",
    ),
    "spikes": (lambda h: h["phases"][0].update(exc_spikes=2**61), "more than there can be"),
    "wall": (lambda h: h["phases"][0].update(wall_s=1e200), "wall_s is 1e+200"),
    "wall NaN": (lambda h: h["phases"][0].update(wall_s=None), "wall_s must be a number"),
    "kind": (lambda h: h["phases"][0].update(kind="other"), "must be spiking or consolidation"),
    "label": (
        lambda h: h["phases"][0].update(label="other"),
        "phases[0] is not that of the schedule",
    ),
    "snapshot lost": (lambda h: h["snapshots"].pop(), "snapshots are not those"),
    "snapshot step": (lambda h: h["snapshots"][0].update(step=5), "snapshots are not those"),
}
for name in ("../../victim/snapshot-0.h5", "/tmp/x", "", "snapshot-1.h5", "a/b"):
    HEADERS[f"snapshot {name!r}"] = (
        lambda h, name=name: h["snapshots"][0].update(file=name),
        "snapshots[0].file must be snapshot-0.h5",
    )


@pytest.mark.parametrize("kind", HEADERS)
def test_header(engram: Path, run: Path, kind: str) -> None:
    change, message = HEADERS[kind]
    change_header(checkpoint(run), change)
    assert_refused(engram, run, message)


def test_other_texts_for_headers(engram: Path, run: Path) -> None:
    text = json.dumps(header_of(checkpoint(run)))
    for other, message in {
        "[" * 100_000: "nested too deeply",
        "{}": "phase_index is missing",
        "[]": "must be a map",
        text.replace('"step"', '"step": 3, "step"', 1): "'step' is given twice",
        text.replace('"within_phase": true', '"within_phase": 1e999'): "it is no JSON text",
        text[:-1]: "it is no JSON text",
    }.items():
        put_header(checkpoint(run), other)
        assert_refused(engram, run, message)


def test_the_configuration_in_the_header_is_read_as_any_other(engram: Path, run: Path) -> None:
    path = checkpoint(run)
    change_header(path, lambda h: h.update(configuration="simulation: {duration_s: -1}\n"))
    assert_refused(engram, run, f"{path}:1: simulation.duration_s", code=2)


VALUES: dict[str, tuple[str, Any, str]] = {
    "tag": ("synapses/tag", 3, "'synapses/tag' holds 3"),
    "g": ("synapses/g_mV", np.nan, "'synapses/g_mV' holds nan"),
    "h": ("synapses/g_mV", 1e12, "which cannot be"),
    "z": ("synapses/stored_z", -900.0, "which cannot be"),
    "p": ("neurons/protein_umol_per_l", -1.0, "'neurons/protein_umol_per_l' holds -1"),
    "p high": ("neurons/protein_umol_per_l", 1e6, "which is not between 0 and 10"),
    "X": ("neurons/shrinkage", 0.0, "'neurons/shrinkage' holds 0"),
    "V": ("neurons/v_mV", -np.inf, "'neurons/v_mV' holds -inf"),
    "calcium": ("shared/calcium_pre", -1.0, "'shared/calcium_pre' holds -1"),
    "calcium post": ("neurons/calcium_post", np.nan, "'neurons/calcium_post' holds nan"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_values(engram: Path, run: Path, kind: str) -> None:
    name, value, message = VALUES[kind]

    def change(values: Any) -> None:
        values[0] = value

    change_values(checkpoint(run), name, change)
    assert_refused(engram, run, message)


def test_spikes_on_their_way(engram: Path, run: Path) -> None:
    path = checkpoint(run)
    step = header_of(path)["step"]
    for spikes, message in (
        ([1, 0], "is not sorted"),
        ([15 << 32], "a spike that cannot be"),
        ([4_000_000_000], "a spike that cannot be"),
    ):
        change_values(path, "shared/arriving_spikes", lambda _, s=spikes: np.array(s, np.uint64))
        assert_refused(engram, run, message)
    change_values(path, "shared/arriving_spikes", lambda _: np.array([], np.uint64))
    for steps, neurons, message in (
        ([step - 1], [0], "when no calcium can be due"),
        ([2**62], [0], "when no calcium can be due"),
        ([step], [45], "which is no excitatory neuron"),
        ([step], [2**32 - 1], "which is no excitatory neuron"),
        ([step + 1, step], [0, 0], "is not sorted"),
        ([step], [0, 1], "'shared/calcium_due_step' is damaged"),
    ):
        change_values(path, "shared/calcium_due_step", lambda _, s=steps: np.array(s, np.int64))
        change_values(
            path, "shared/calcium_due_neuron", lambda _, n=neurons: np.array(n, np.uint32)
        )
        assert_refused(engram, run, message)


@pytest.mark.parametrize("name", ["partial", "trials"])
def test_directories_that_lead_out(engram: Path, run: Path, name: str) -> None:
    shutil.rmtree(run / name, ignore_errors=True)
    (run / name).symlink_to(run.parent / "victim")
    assert_refused(engram, run, f"{run / name}: is a link that leads out")
    victim = content(run.parent / "victim")
    command = [engram, "run", run.parent / "small.yaml", "-o", run, "--force"]
    (run.parent / "small.yaml").write_text(CONFIGURATION)
    assert outcome_of(command, run.parent / "errors").code == 3
    assert content(run.parent / "victim") == victim


def test_links_in_place_of_recordings(engram: Path, run: Path) -> None:
    (run / "partial").mkdir()
    for name in ("spikes.bin", "traces.bin", "snapshot-0.h5"):
        (run / "partial" / name).symlink_to(run.parent / "victim/file")
        assert_refused(engram, run, f"{name}: is not a regular file")
        (run / "partial" / name).unlink()
    os.link(run.parent / "victim/file", run / "partial/spikes.bin")
    assert_refused(engram, run, "has another name (a hard link)")


def test_links_in_place_of_what_is_written_are_replaced(engram: Path, run: Path) -> None:
    victim = content(run.parent / "victim")
    for name in (
        "config.yaml", "progress.json", "summary.json", "spikes.h5", "network.h5", "traces.h5",
        "checkpoint-0000000000151500.h5", "partial/spikes.bin", "partial/snapshot-0.h5",
    ):  # fmt: skip
        (run / name).parent.mkdir(exist_ok=True)
        if not name.startswith("partial"):
            (run / f"{name}.tmp").symlink_to(run.parent / "victim/file")
    (run / "progress.json").unlink()
    (run / "progress.json").symlink_to(run.parent / "victim/file")
    outcome = resume(engram, run)
    assert outcome.code == 0, outcome
    assert content(run.parent / "victim") == victim
    assert not any(path.is_symlink() for path in run.rglob("*") if path.suffix != ".tmp")


def test_the_output_directory_may_be_a_link(engram: Path, run: Path) -> None:
    (run.parent / "link").symlink_to(run)
    outcome = resume(engram, run.parent / "link")
    assert outcome.code == 0, outcome


@pytest.mark.parametrize("name", ["config.yaml", "summary.json", "checkpoint", "spikes.h5"])
def test_pipes_are_not_waited_for(engram: Path, run: Path, name: str) -> None:
    path = checkpoint(run) if name == "checkpoint" else run / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    assert_refused(engram, run, "not a regular file")
    if name == "summary.json":
        return
    outcome = outcome_of([engram, "inspect", path], run.parent / "errors", 60)
    assert outcome.code == 3 and "is not a regular file" in outcome.message


def inspected(engram: Path, path: Path) -> Any:
    return run_program([engram, "inspect", path])


def test_inspect_tells_what_no_checksum_vouches_for(engram: Path, run: Path) -> None:
    path = run / "spikes.h5"
    with h5py.File(path, "r+") as file:
        file["extra"] = np.zeros(3)
    result = inspected(engram, path)
    assert result.returncode == 3 and "the checksum of 'extra' is missing" in result.stderr
    with h5py.File(path, "r+") as file:
        del file["extra"]
        del file["checksums"]
    result = inspected(engram, path)
    assert result.returncode == 3 and "not verified: its checksums are missing" in result.stderr
    assert "spikes/exc/timestamps" in result.stdout


@pytest.mark.parametrize(
    "kind",
    ["link", "external", "virtual", "huge", "huge contiguous", "compound", "scalar", "rank 3"],
)
def test_inspect_reads_only_what_is_there(engram: Path, run: Path, kind: str) -> None:
    path, name, victim = run / "spikes.h5", "spikes/exc/timestamps", run.parent / "victim"
    with h5py.File(path, "r+", libver="latest") as file:
        del file[name]
        if kind == "link":
            file[name] = h5py.ExternalLink(str(victim / "pipe"), "/data")
        elif kind == "external":
            file.create_dataset(name, (3,), "f8", external=[(str(victim / "pipe"), 0, 24)])
        elif kind == "virtual":
            layout = h5py.VirtualLayout((3,), "f8")
            layout[:] = h5py.VirtualSource(str(victim / "pipe"), "data", shape=(3,))
            file.create_virtual_dataset(name, layout)
        elif kind == "huge":
            file.create_dataset(name, (2**40,), "f8", chunks=(1024,))
        elif kind == "huge contiguous":
            file.create_dataset(name, (2**40,), "f8")
        elif kind == "compound":
            file[name] = np.zeros(3, [("a", "f8")])
        else:
            file[name] = np.float64(3) if kind == "scalar" else np.zeros((2, 2, 2))
    outcome = outcome_of([engram, "inspect", path], run.parent / "errors", 60)
    assert outcome.code == 3 and len(outcome.message.splitlines()) == 1, outcome
    assert str(path) in outcome.message and name in outcome.message
    assert outcome.cpu_s < LONGEST_CPU_S and outcome.memory_MB < MOST_MEMORY_MB
    # Nor does an extension take anything from it.
    (run / "summary.json").write_text('{"duration_s": 30.3}')
    outcome = resume(engram, run, "--set", "simulation.duration_s=30.4")
    assert outcome.code == 3 and "internal error" not in outcome.message, outcome


def test_hdf5_says_nothing_of_its_own(engram: Path, run: Path) -> None:
    """About what it cannot close of damaged files, or take back of empty lists."""
    path = run / "spikes.h5"
    with h5py.File(path, "r+") as file:
        kinds = {name: file["checksums"][name].dtype for name in ("datasets", "sums")}
        for name, kind in kinds.items():
            del file[f"checksums/{name}"]
            file["checksums"].create_dataset(name, (0,), kind)
    assert len(inspected(engram, path).stderr.splitlines()) == 1
    path = checkpoint(run)
    whole, source = path.read_bytes(), random.Random(1)
    for _ in range(12):
        damaged = bytearray(whole)
        for position in source.choices(range(8000), k=20):
            damaged[position] ^= 1 << source.randrange(8)
        path.write_bytes(damaged)
        result = inspected(engram, path)
        assert result.returncode == 3 and len(result.stderr.splitlines()) == 1, result.stderr


def test_inspect_shows_control_characters(engram: Path, run: Path) -> None:
    with h5py.File(run / "spikes.h5", "r+") as file:
        file["\x1b[31mred\nEvery dataset was read"] = np.zeros(3)
    result = inspected(engram, run / "spikes.h5")
    assert "\x1b" not in result.stdout + result.stderr and "\\x1b[31mred" in result.stdout
    assert result.stdout.count("\nEvery dataset was read") == 1


def check(engram: Path, directory: Path, what: str, *command: str) -> int:
    """Exit codes as documented, bounded means, nothing changed outside, nor within if refused."""
    before, victim = content(directory), content(directory.parent / "victim")
    outcome = outcome_of([engram, *command], directory.parent / "errors", 100)
    where = f"{what}: {' '.join(command)}: {outcome}"
    assert outcome.code in (0, 2, 3), where
    assert "internal error" not in outcome.message, where
    assert outcome.cpu_s < LONGEST_CPU_S and outcome.memory_MB < MOST_MEMORY_MB, where
    assert content(directory.parent / "victim") == victim, where
    if outcome.code != 0:
        assert outcome.message, where
        after = content(directory)
        assert {name: after.get(name) for name in before} == before, where
    return outcome.code


@pytest.mark.parametrize(
    "block",
    [0, *(pytest.param(block, marks=pytest.mark.slow) for block in range(1, 41))],
)
def test_harm(engram: Path, complete: Path, pristine: Path, tmp_path: Path, block: int) -> None:
    """Fifty ways each of harming an interrupted run, or a complete one that is to become longer."""
    codes = []
    for seed in range(50 * block, 50 * (block + 1)):
        extends = seed % 3 == 0
        place = tmp_path / str(seed)
        directory = prepared(complete if extends else pristine, place)
        if seed % 4 != 0:  # else an older one may take its place
            min(directory.glob("checkpoint-*.h5")).unlink()
        what = f"{seed} {Harm(seed).do(directory)}"
        for name in ("spikes.h5", max(path.name for path in directory.glob("checkpoint-*.h5"))):
            if seed % 5 == 0:
                check(engram, directory, what, "inspect", str(directory / name))
        arguments = ["--set", "simulation.duration_s=30.4"] if extends else []
        codes.append(check(engram, directory, what, "resume", str(directory), "-q", *arguments))
        shutil.rmtree(place)
    assert codes.count(3) > 5 and codes.count(0) > 5
