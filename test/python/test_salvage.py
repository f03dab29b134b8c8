# SPDX-License-Identifier: Apache-2.0
"""A run whose recordings are damaged goes on: what is sound is kept, and the results name what is not."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import run_program
from results_equal import assert_equal, assert_equal_but_for_losses, gaps_of
from test_checkpoint import (
    NETWORK,
    checkpoints,
    interrupt_resumed,
    interrupted_at,
    resume,
)
from tool import run_tool

EVERY_MS = 100.0  # from checkpoint to checkpoint


@pytest.fixture(scope="session")
def unfinished(engram: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Interrupted at 1.3 s, behind two snapshots, with the newest of its checkpoints alone."""
    output = interrupted_at(
        engram, tmp_path_factory.mktemp("salvage") / "run", 1, 1.3, EVERY_MS / 1000
    )
    for path in checkpoints(output)[:-1]:
        path.unlink()
    return output


@pytest.fixture
def copy(unfinished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(unfinished, tmp_path / "run"))


def salvage(engram: Path, output: Path, ranks: int = 1, *arguments: Any) -> Any:
    result = resume(engram, output, ranks, "--salvage", *arguments)
    assert result.returncode == 0, f"{result.returncode} {result.stderr}"
    return result


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 0x10
    path.write_bytes(data)


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def damage(partial: Path, source: random.Random) -> None:
    """Bytes flipped, ends cut off, files removed, replaced by others, or emptied."""
    path = source.choice(sorted(partial.iterdir()))
    size = path.stat().st_size
    kind = source.choice(("flip", "flip", "flip", "cut", "remove", "foreign"))
    if kind == "flip" and size > 0:
        flip(path, source.randrange(size))
    elif kind == "cut":
        cut(path, source.randrange(size + 1))
    elif kind == "foreign":
        path.write_bytes(source.randbytes(source.randrange(2 * size + 1)))
    else:
        path.unlink()


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(i, marks=pytest.mark.slow) for i in range(2, 200))]
)
def test_random_damage(engram: Path, whole: Path, copy: Path, seed: int) -> None:
    source = random.Random(seed)
    for _ in range(source.randint(1, 3)):
        damage(copy / "partial", source)
    result = salvage(engram, copy, source.choice([1, 2]))
    summary = assert_equal_but_for_losses(whole, copy)
    is_lossy = "recording_gaps" in summary or "lost_snapshots_s" in summary
    assert ("warning: damaged recordings are left out" in result.stderr) == is_lossy
    assert ("but its results lack" in result.stderr) == is_lossy
    assert not (copy / "partial").exists()


@pytest.mark.parametrize("name", ["spikes", "traces"])
def test_one_byte_costs_one_piece(engram: Path, whole: Path, copy: Path, name: str) -> None:
    damaged = copy / f"partial/{name}.bin"
    flip(damaged, damaged.stat().st_size // 2)
    result = resume(engram, copy)
    assert result.returncode == 3
    assert f"{damaged}: the recording is damaged" in result.stderr
    assert f"'engram resume {copy} --salvage'" in result.stderr
    result = salvage(engram, copy)
    assert result.stderr.count(f"{name} from ") == 2, result.stderr
    summary = assert_equal_but_for_losses(whole, copy)
    assert len(summary["recording_gaps"]) == 1
    assert "lost_snapshots_s" not in summary
    [(begin, end)] = gaps_of(copy / f"{name}.h5", name)
    assert 0 < end - begin <= 1.1 * EVERY_MS


def test_without_the_log_of_marks_more_is_lost(engram: Path, whole: Path, copy: Path) -> None:
    flip(copy / "partial/spikes.bin", 100)
    (copy / "partial/marks.bin").unlink()
    salvage(engram, copy)
    assert_equal_but_for_losses(whole, copy)
    [(begin, end)] = gaps_of(copy / "spikes.h5", "spikes")
    assert begin == 0 and end >= 1200


def test_checkpoints_stand_in_for_the_log(engram: Path, whole: Path, tmp_path: Path) -> None:
    output = interrupted_at(engram, tmp_path / "run", 1, 0.6, EVERY_MS / 1000)
    spikes = output / "partial/spikes.bin"
    flip(spikes, 5)  # all checkpoints need it
    (output / "partial/marks.bin").write_bytes(b"no marks")
    salvage(engram, output)
    assert_equal_but_for_losses(whole, output)
    [(begin, end)] = gaps_of(output / "spikes.h5", "spikes")
    assert begin == 0 and end <= 1.1 * EVERY_MS


def test_no_recordings_at_all(engram: Path, whole: Path, copy: Path) -> None:
    shutil.rmtree(copy / "partial")
    result = resume(engram, copy)
    assert result.returncode == 3 and "--salvage" in result.stderr
    salvage(engram, copy, 2)
    summary = assert_equal_but_for_losses(whole, copy)
    assert {gap["recording"] for gap in summary["recording_gaps"]} == {"spikes", "traces"}
    assert len(summary["lost_snapshots_s"]) == 2


def test_nothing_is_lost_without_damage(engram: Path, whole: Path, copy: Path) -> None:
    result = salvage(engram, copy)
    assert "warning" not in result.stderr
    assert_equal(whole, copy)


def test_the_newest_sound_state_is_continued(engram: Path, whole: Path, tmp_path: Path) -> None:
    """Whatever recordings an older one would need; a damaged state is none."""
    output = interrupted_at(engram, tmp_path / "run", 1, 0.6, EVERY_MS / 1000)
    newest, previous = checkpoints(output)[-1], checkpoints(output)[-2]
    newest.write_bytes(newest.read_bytes()[:5000])
    flip(output / "partial/traces.bin", 1000)
    result = salvage(engram, output)
    assert f"checkpoint not usable: {newest}" in result.stderr
    assert f"continuing from {previous}" in result.stderr
    assert_equal_but_for_losses(whole, output)


def test_gaps_survive_interruptions_and_an_extension(
    engram: Path, whole: Path, copy: Path, tmp_path: Path
) -> None:
    flip(copy / "partial/spikes.bin", 100)
    flip(copy / "partial/traces.bin", 5000)
    (copy / "partial/snapshot-0.h5").unlink()
    for arguments in (["--salvage"], []):
        interrupt_resumed(engram, copy, *arguments)
        assert not (copy / "summary.json").exists()
    inspected = run_program([engram, "inspect", checkpoints(copy)[-1]])
    assert inspected.returncode == 0 and "lost: snapshot of step" in inspected.stdout
    assert inspected.stdout.count("lost:") == 3
    # Once more damage comes, all but the newest checkpoint gone.
    for path in checkpoints(copy)[:-1]:
        path.unlink()
    flip(copy / "partial/spikes.bin", (copy / "partial/spikes.bin").stat().st_size * 2 // 3)
    salvage(engram, copy)
    summary = assert_equal_but_for_losses(whole, copy)
    assert len(gaps_of(copy / "spikes.h5", "spikes")) == 2
    assert len(gaps_of(copy / "traces.h5", "traces")) == 1
    assert len(summary["lost_snapshots_s"]) == 1
    before = gaps_of(copy / "spikes.h5", "spikes")
    longer = ("--set", "simulation.duration_s=31")
    assert resume(engram, copy, 1, *longer).returncode == 0
    assert gaps_of(copy / "spikes.h5", "spikes") == before
    reference = tmp_path / "long"
    assert run_program([engram, "run", NETWORK, "-o", reference, *longer]).returncode == 0
    assert_equal_but_for_losses(reference, copy)


def test_tools_say_what_is_lost(engram: Path, whole: Path, copy: Path, tmp_path: Path) -> None:
    flip(copy / "partial/spikes.bin", 100)
    (copy / "partial/snapshot-0.h5").unlink()
    salvage(engram, copy)
    for name, arguments in {
        "recall": [copy],
        "export": [copy, "-o", tmp_path / "export"],
        "plot": [copy, "-o", tmp_path / "plots", "--figures", "raster"],
        "compare": [whole, copy],
    }.items():
        result = run_tool(name, *arguments)
        assert result.returncode == (name == "compare"), result.stderr
        [line] = [line for line in result.stderr.splitlines() if " lack " in line]
        assert line.startswith(f"engram-{name}: note: {copy}: the results lack spikes from 0 s to ")
        assert ", the snapshot of " in line
    assert " lack " not in run_tool("recall", whole).stderr


def test_command_line(engram: Path, copy: Path) -> None:
    assert "--salvage" in run_program([engram, "resume", "--help"]).stdout
    assert run_program([engram, "run", copy / "config.yaml", "--salvage"]).returncode == 1
    ensemble = copy / "ensemble"
    text = (copy / "config.yaml").read_text() + "trials: 2\n"
    (copy / "ensemble.yaml").write_text(text)
    ensemble.mkdir()
    shutil.copy(copy / "ensemble.yaml", ensemble / "config.yaml")
    result = resume(engram, ensemble, 1, "--salvage")
    assert result.returncode == 1 and "begins anew" in result.stderr
