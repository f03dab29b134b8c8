# SPDX-License-Identifier: Apache-2.0
"""Damage of a recording or a snapshot never passes: an older checkpoint does without it, or the run stops."""

import json
import os
import random
import shutil
import signal
from pathlib import Path
from typing import Any

import h5py
import pytest
from conftest import PATIENCE_S, run_program
from results_equal import assert_equal, assert_equal_but_for_losses
from test_checkpoint import checkpoints, interrupted_at, resume, start, step_of, wait_for

SPIKE_BYTES = 12
ROW_BYTES = 8 * (1 + 6 * 6)  # six recorded neurons


def header(checkpoint: Path) -> Any:
    with h5py.File(checkpoint) as file:
        return json.loads(file["header"][()].tobytes())


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 0x10
    path.write_bytes(data)


def needs(checkpoint: Path, file: str, position: int) -> bool:
    """Whether a byte of a file in partial/ belongs to a checkpoint."""
    found = header(checkpoint)
    if file == "spikes.bin":
        return position < SPIKE_BYTES * found["recorded_spikes"]["count"]
    if file == "traces.bin":
        return position < ROW_BYTES * found["recorded_trace_rows"]["count"]
    return file in [snapshot["file"] for snapshot in found["snapshots"]]


def value_bytes(path: Path) -> list[int]:
    """Positions in a snapshot that hold values; flips elsewhere may change nothing that is read."""
    with h5py.File(path) as file:
        return [
            file[name].id.get_offset() + i
            for name in ("h_mV", "z")
            for i in range(8 * file[name].size)
        ]


@pytest.fixture(scope="session")
def unfinished(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Interrupted at 1.3 s, behind two snapshots, with checkpoints every 0.1 s."""
    output = interrupted_at(engram, tmp_path_factory.mktemp("recordings") / "run", 1, 1.3, 0.1)
    assert len(header(checkpoints(output)[-1])["snapshots"]) == 2
    return output


FILES = ("spikes.bin", "traces.bin", "snapshot-0.h5", "snapshot-1.h5")


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(i, marks=pytest.mark.slow) for i in range(1, 60))]
)
def test_flipped_byte(
    engram: Path, whole: Path, unfinished: Path, tmp_path: Path, seed: int  # noqa: F811
) -> None:
    source = random.Random(seed)
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    name = FILES[seed % len(FILES)]
    damaged = output / "partial" / name
    position = (
        source.choice(value_bytes(damaged))
        if name.endswith(".h5")
        else source.randrange(damaged.stat().st_size)
    )
    flip(damaged, position)
    concerned = [path for path in checkpoints(output) if needs(path, name, position)]
    others = [path for path in checkpoints(output) if path not in concerned]
    result = resume(engram, output, source.choice([1, 2, 3]))
    assert result.stderr.count("checkpoint not usable") == len(concerned), result.stderr
    for path in concerned:
        assert f"checkpoint not usable: {path}: " in result.stderr
    assert result.stderr.count("damaged") == len(concerned)
    if not others:
        assert result.returncode == 3 and "no usable checkpoint" in result.stderr
        assert checkpoints(output) == concerned
        assert f"'engram resume {output} --salvage'" in result.stderr
        result = resume(engram, output, source.choice([1, 2, 3]), "--salvage")
        assert result.returncode == 0, result.stderr
        assert f"continuing from {concerned[-1]}" in result.stderr
        summary = assert_equal_but_for_losses(whole, output)
        assert [*summary.get("recording_gaps", []), *summary.get("lost_snapshots_s", [])]
        return
    assert result.returncode == 0, result.stderr
    assert f"continuing from {others[-1]}" in result.stderr
    assert_equal(whole, output)


@pytest.mark.parametrize(
    "name", ["spikes.bin", "traces.bin", pytest.param("snapshot-0.h5", marks=pytest.mark.slow)]
)
def test_damage_while_the_run_goes_on(
    engram: Path, whole: Path, tmp_path: Path, name: str  # noqa: F811
) -> None:
    """Found when the recordings become results; the run goes on from before the damage."""
    output = tmp_path / "run"
    run = start(engram, output, 1, "checkpoint.every_simulated_s=0.1", "checkpoint.keep=1000")
    wait_for(lambda: any(step_of(path) >= 2 * 5000 for path in checkpoints(output)), run)
    os.kill(run.pid, signal.SIGSTOP)
    damaged = output / "partial" / name
    position = value_bytes(damaged)[77] if name.endswith(".h5") else damaged.stat().st_size // 2
    with damaged.open("r+b") as file:  # the run has it open
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 1]))
    os.kill(run.pid, signal.SIGCONT)
    assert run.wait(timeout=PATIENCE_S) == 3
    assert run.stderr is not None
    assert f"{damaged}: the " in (message := run.stderr.read()) and "is damaged" in message
    assert not (output / "summary.json").exists()
    result = resume(engram, output)
    assert result.returncode == 0 and "checkpoint not usable" in result.stderr, result.stderr
    assert_equal(whole, output)


@pytest.mark.parametrize(
    "name,damage",
    [("spikes.bin", "replaced"), ("spikes.bin", "truncated"), ("traces.bin", "removed")],
)
def test_no_checkpoint_relies_on_a_recording_that_is_gone(
    engram: Path, whole: Path, tmp_path: Path, name: str, damage: str  # noqa: F811
) -> None:
    output = tmp_path / "run"
    run = start(engram, output, 1, "checkpoint.every_simulated_s=0.1", "checkpoint.keep=1000")
    wait_for(lambda: any(step_of(path) >= 2 * 5000 for path in checkpoints(output)), run)
    os.kill(run.pid, signal.SIGSTOP)
    before = checkpoints(output)
    damaged = output / "partial" / name
    copy = Path(shutil.copy(damaged, tmp_path / name))
    if damage == "truncated":
        os.truncate(damaged, damaged.stat().st_size // 2)
    else:
        damaged.unlink()
    if damage == "replaced":
        shutil.copy(copy, damaged)
    os.kill(run.pid, signal.SIGCONT)
    assert run.wait(timeout=PATIENCE_S) == 3
    assert run.stderr is not None
    assert (
        f"{damaged}: the recording was {'truncated' if damage == 'truncated' else 'removed or'}"
        in (message := run.stderr.read())
    )
    assert "resume" in message
    # One may have been on its way.
    assert set(before) <= set(checkpoints(output)) and len(checkpoints(output)) <= len(before) + 1
    salvaged = Path(shutil.copytree(output, tmp_path / "salvaged"))
    result = resume(engram, salvaged, 1, "--salvage")
    assert result.returncode == 0, result.stderr
    assert_equal_but_for_losses(whole, salvaged)
    shutil.copy(copy, damaged)
    result = resume(engram, output)
    assert result.returncode == 0, result.stderr
    assert_equal(whole, output)


@pytest.mark.parametrize("damage", ["renamed", "removed"])
def test_a_directory_that_is_gone(
    engram: Path, whole: Path, tmp_path: Path, damage: str  # noqa: F811
) -> None:
    """It is what is named, not one of its files; under its new name the run goes on."""
    output = tmp_path / "run"
    run = start(engram, output, 1, "checkpoint.every_simulated_s=0.1")
    wait_for(lambda: any(step_of(path) >= 2 * 5000 for path in checkpoints(output)), run)
    os.kill(run.pid, signal.SIGSTOP)
    moved = output.rename(tmp_path / "moved")
    if damage == "removed":
        shutil.rmtree(moved)
    os.kill(run.pid, signal.SIGCONT)
    assert run.wait(timeout=PATIENCE_S) == 3
    assert run.stderr is not None
    assert f"{output}: the directory was removed or renamed" in run.stderr.read()
    if damage == "renamed":
        result = resume(engram, moved)
        assert result.returncode == 0, result.stderr
        assert_equal(whole, moved)


@pytest.mark.parametrize("missing", ["partial", *(f"partial/{name}" for name in FILES)])
def test_missing_recordings(
    engram: Path, whole: Path, unfinished: Path, tmp_path: Path, missing: str  # noqa: F811
) -> None:
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    path = output / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    result = resume(engram, output)
    assert f"{path}: " in result.stderr
    if "snapshot" in missing:
        assert result.returncode == 0, result.stderr
        assert_equal(whole, output)
        return
    assert result.returncode == 3
    for text in (
        "missing" if missing == "partial" else "No such file",
        "no usable checkpoint",
        "from a backup",
        "--force",
    ):
        assert text in result.stderr
    # Nothing was changed: the file may come back.
    if missing == "partial":
        shutil.copytree(unfinished / missing, path)
    else:
        shutil.copy(unfinished / missing, path)
    assert resume(engram, output).returncode == 0
    assert_equal(whole, output)


def test_a_file_in_place_of_the_recordings(
    engram: Path, unfinished: Path, tmp_path: Path  # noqa: F811
) -> None:
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    shutil.move(output / "partial", tmp_path / "aside")
    (output / "partial").write_text("")
    for arguments in ([], ["--salvage"]):
        result = resume(engram, output, 1, *arguments)
        assert result.returncode == 3
        assert f"{output}/partial: is a file, not " in result.stderr
        assert "choose another --output" not in result.stderr


def test_missing_configuration(
    engram: Path, whole: Path, unfinished: Path, tmp_path: Path
) -> None:  # noqa: F811
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    (output / "config.yaml").unlink()
    result = resume(engram, output, 2)
    assert result.returncode == 0, result.stderr
    assert_equal(whole, output)
    assert (output / "config.yaml").exists()


def test_broken_configuration(
    engram: Path, whole: Path, unfinished: Path, tmp_path: Path
) -> None:  # noqa: F811
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    (output / "config.yaml").write_text("simulation: {")
    result = resume(engram, output)
    assert result.returncode == 2 and "remove the file" in result.stderr
    (output / "config.yaml").unlink()
    assert resume(engram, output).returncode == 0
    assert_equal(whole, output)


def test_edited_configuration(engram: Path, unfinished: Path, tmp_path: Path) -> None:
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    text = (output / "config.yaml").read_text()
    (output / "config.yaml").write_text(text.replace("seed: 3", "seed: 4"))
    result = resume(engram, output)
    assert result.returncode == 2 and "simulation.seed: cannot be changed" in result.stderr
    assert "config.yaml" in result.stderr


def test_foreign_files(
    engram: Path, whole: Path, unfinished: Path, tmp_path: Path
) -> None:  # noqa: F811
    """A checkpoint of another run and what else lies about are passed over, and stay."""
    other = tmp_path / "other"
    settings = ("simulation.seed=4", "simulation.duration_s=29")
    sets = [part for setting in settings for part in ("--set", setting)]
    config = unfinished / "config.yaml"
    sets += ["--set", "record.snapshots_s=[]", "--set", "stimuli.recall.start_s=28"]
    assert run_program([engram, "run", config, "-o", other, "-q", *sets]).returncode == 0
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    foreign = output / checkpoints(other)[-1].name
    shutil.copy(checkpoints(other)[-1], foreign)
    (output / "checkpoint-notes.h5").write_text("no checkpoint")
    (output / "partial/notes.txt").write_text("mine")
    (output / "notes.txt").write_text("mine")
    result = resume(engram, output)
    assert result.returncode == 0, result.stderr
    assert f"checkpoint not usable: {output / 'checkpoint-notes.h5'}" in result.stderr
    assert f"checkpoint not used: {foreign}" in result.stderr and "simulation.seed" in result.stderr
    assert_equal(whole, output)
    assert Path(f"{foreign}.unused").read_bytes() == checkpoints(other)[-1].read_bytes()
    assert (output / "notes.txt").read_text() == "mine"
    # As the only one it cannot be told from a change of the configuration.
    alone = Path(shutil.copytree(unfinished, tmp_path / "alone"))
    for path in checkpoints(alone):
        path.unlink()
    shutil.copy(checkpoints(other)[-1], alone)
    result = resume(engram, alone)
    assert result.returncode == 2
    assert (
        f"the conflicting value comes from {alone / foreign.name}; if that file belongs to another"
        in result.stderr
    )


def test_fallback_with_one_checkpoint_kept(
    engram: Path, whole: Path, unfinished: Path, tmp_path: Path  # noqa: F811
) -> None:
    """A damaged checkpoint must not count as the newest: those written after it are worth more."""
    output = Path(shutil.copytree(unfinished, tmp_path / "run"))
    for path in checkpoints(output)[:-2]:
        path.unlink()
    newest = checkpoints(output)[-1]
    newest.write_bytes(newest.read_bytes()[:5000])
    run = resume(
        engram,
        output,
        1,
        "--set",
        "checkpoint.keep=1",
        "--set",
        "checkpoint.every_simulated_s=0.01",
        "--set",
        "simulation.duration_s=31",
    )
    assert run.returncode == 0, run.stderr
    assert [header(path)["within_phase"] for path in checkpoints(output)] == [True]
    assert Path(f"{newest}.unused").exists()
