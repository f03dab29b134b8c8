# SPDX-License-Identifier: Apache-2.0
"""What a user meets: exit codes, texts, and that nothing is lost by a mistake."""

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE_S, ROOT, launcher, run_program
from results_equal import assert_equal

SMALL = "simulation: {duration_s: 0.05}\npopulations: {n_exc: 8, n_inh: 2}\n"


def call(engram: Path, *arguments: Any, ranks: int = 1) -> Any:
    return run_program(["timeout", PATIENCE_S, *launcher(ranks), engram, *arguments])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SMALL)
    return tmp_path / "small.yaml"


@pytest.mark.parametrize(
    "arguments,text",
    [
        ([], "no command given"),
        (["rum"], "unknown command 'rum' (did you mean 'run'?)"),
        (["run"], "no CONFIG given"),
        (["resume"], "no DIR given"),
        (["inspect"], "no FILE given"),
        (["run", "a", "b"], "more than one CONFIG given: 'a', 'b'"),
        (["run", "a", "--forse"], "--forse"),
        (["run", "a", "--output", ""], "--output"),
        (["check", ""], "the CONFIG is empty"),
        (["resume", ""], "the DIR is empty"),
        (["a\nengram: error: b"], r"unknown command 'a\nengram: error: b'"),
        (["plan", "a", "--ranks", "0"], "--ranks must be at least 1"),
        (["plan", "a", "--ranks", "two"], "two"),
        (
            ["check", "a", "--from", "b", "--set", "initial_state.from=c"],
            "--from and '--set initial_state.from=c' both say what to begin with; see",
        ),
    ],
)
def test_usage_errors(engram: Path, arguments: list[str], text: str) -> None:
    result = call(engram, *arguments)
    assert result.returncode == 1 and result.stdout == ""
    assert text in result.stderr and "--help'" in result.stderr


@pytest.mark.parametrize("command", ["run", "resume", "check", "plan", "inspect"])
def test_help(engram: Path, command: str) -> None:
    assert f"engram {command}" in call(engram, "--help").stdout
    result = call(engram, command, "--help")
    assert result.returncode == 0 and result.stdout.startswith(f"Usage: engram {command}")


@pytest.mark.parametrize(
    "arguments,code,texts",
    [
        (["check", "loop.yaml"], 3, ["symbolic links", "remove the symbolic links"]),
        (["check", "SMALL", "--set", "connectivity.file=loop.yaml"], 2, ["symbolic links"]),
        (["run", "SMALL", "-o", "a" * 300], 3, ["File name too long", "choose a shorter name"]),
        (["check", "a\nengram: error: b"], 3, [r"a\nengram: error: b: there is no such file"]),
    ],
)
def test_paths_of_no_use(
    engram: Path, config: Path, arguments: list[str], code: int, texts: list[str]
) -> None:
    (config.parent / "loop.yaml").symlink_to("loop.yaml")
    command = [engram, *(str(config) if part == "SMALL" else part for part in arguments)]
    result = run_program(command, cwd=config.parent)
    assert result.returncode == code
    assert len(result.stderr.splitlines()) == 1
    assert all(text in result.stderr for text in texts), result.stderr


def test_version(engram: Path) -> None:
    result = call(engram, "--version")
    assert result.returncode == 0 and re.fullmatch(
        r"engram \d+\.\d+\.\d+ \(commit ([0-9a-f]{12,40}(-dirty)?|unknown)\)\n"
        r"(built without CUDA|CUDA \d+\.\d+ \(sm_.*\))\n",
        result.stdout,
    )


def test_all_problems_with_their_lines_on_rank_0_only(engram: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("simulation:\n  duration_s: -1\n  sed: 3\npopulations: {n_exc: many}\n")
    result = call(engram, "run", path, "-o", tmp_path / "out", ranks=3)
    assert result.returncode == 2
    for place in (
        ":2: simulation.duration_s: must be greater than 0 and at most 1e10 (is -1)",
        ":3: simulation.sed: unknown key",
        ":4: populations.n_exc: must be an integer",
    ):
        assert result.stderr.count(f"{path}{place}") == 1, result.stderr
    assert "seed" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "setting",
    [
        "simulation.duration_s",
        "simulation.duration_s=x",
        "simulation.sed=1",
        "=1",
        "simulation.dt_ms=0",
    ],
)
def test_set_errors(engram: Path, config: Path, setting: str) -> None:
    result = call(engram, "check", config, "--set", setting)
    assert result.returncode in (1, 2) and setting.split("=")[0] in result.stderr


@pytest.mark.parametrize("command", ["run", "check", "plan", "inspect", "resume"])
def test_missing_file(engram: Path, tmp_path: Path, command: str) -> None:
    result = call(engram, command, tmp_path / "absent.yaml")
    assert result.returncode in (2, 3) and "absent.yaml" in result.stderr


def test_never_overwrites(engram: Path, config: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert call(engram, "run", config, "-o", output).returncode == 0
    before = {p.name: p.read_bytes() for p in output.iterdir()}
    result = call(engram, "run", config, "-o", output)
    assert result.returncode == 3 and "--force" in result.stderr
    assert {p.name: p.read_bytes() for p in output.iterdir()} == before
    assert call(engram, "run", config, "-o", output, "--force").returncode == 0


def test_output_is_a_file_or_cannot_be_made(engram: Path, config: Path) -> None:
    for output in (config, "/proc/engram"):
        result = call(engram, "run", config, "-o", output)
        assert result.returncode == 3 and str(output) in result.stderr
    assert config.read_text() == SMALL


def test_too_many_ranks(engram: Path, tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text("simulation: {duration_s: 0.05}\npopulations: {n_exc: 2, n_inh: 0}\n")
    result = call(engram, "run", path, "-o", tmp_path / "out", ranks=3)
    assert result.returncode == 1 and "ranks" in result.stderr
    assert not (tmp_path / "out").exists()


def test_missing_synapse(engram: Path, config: Path, tmp_path: Path) -> None:
    result = call(
        engram,
        "run",
        config,
        "-o",
        tmp_path / "out",
        "--set",
        "connectivity.probability=0",
        "--set",
        "record.synapses=[[0, 1]]",
        ranks=2,
    )
    assert result.returncode == 2
    assert result.stderr.count("no synapse from neuron 0 to neuron 1") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "matrix,text",
    [
        ("0 1\n2 0\n", "matrix.txt:2: entry '2' in column 1 is not 0 or 1"),
        ("1 0\n0 0\n", "matrix.txt:1: neuron 0 is connected to itself"),
        ("0 1\n", "has 1 rows"),
        ("0 1 0\n0 0 0\n", "matrix.txt:1: row has 3 entries; the matrix must be 2 x 2"),
        ("0\n0 0\n", "matrix.txt:1: row has 1 entries"),
    ],
)
def test_matrix_errors(engram: Path, tmp_path: Path, matrix: str, text: str) -> None:
    (tmp_path / "matrix.txt").write_text(matrix)
    path = tmp_path / "matrix.yaml"
    path.write_text(
        "simulation: {duration_s: 0.05}\npopulations: {n_exc: 2, n_inh: 0}\n"
        "connectivity: {file: matrix.txt}\n"
    )
    result = call(engram, "run", path, "-o", tmp_path / "out")
    assert result.returncode == 3 and text in result.stderr
    assert not (tmp_path / "out").exists()


def test_missing_matrix(engram: Path, config: Path, tmp_path: Path) -> None:
    """A wrong name is a problem of the configuration, found with all others."""
    result = call(engram, "check", config, "--set", "connectivity.file=absent.txt")
    assert result.returncode == 2 and "there is no file" in result.stderr


@pytest.mark.memory
def test_failure_of_one_rank_ends_all_ranks(engram: Path, tmp_path: Path) -> None:
    config = ROOT / "test/python/networks/recall200.yaml"
    short_of_memory = '[ "$OMPI_COMM_WORLD_RANK" = 1 ] && ulimit -v 600000; exec "$@"'
    result = run_program(
        [
            "timeout",
            PATIENCE_S,
            "mpirun",
            "--oversubscribe",
            "-n",
            3,
            "bash",
            "-c",
            short_of_memory,
            "bash",
            engram,
            "run",
            config,
            "-o",
            tmp_path / "out",
            "--set",
            "populations.n_exc=30000",
        ]
    )
    assert result.returncode == 4 and "rank 1: out of memory" in result.stderr


def test_check_prints_what_can_be_run(engram: Path, tmp_path: Path) -> None:
    first = call(
        engram, "check", ROOT / "configs/defaultnet_8h_recall.yaml", "--set", "simulation.seed=9"
    )
    assert first.returncode == 0 and "learn - consolidate - recall" in first.stderr
    (tmp_path / "resolved.yaml").write_text(first.stdout)
    second = call(engram, "check", tmp_path / "resolved.yaml")
    assert second.stdout == first.stdout and "seed: 9" in second.stdout


def test_plan(engram: Path) -> None:
    result = call(engram, "plan", ROOT / "configs/defaultnet_8h_recall.yaml", "--ranks", 4)
    assert result.returncode == 0
    for word in ("Schedule:", "Memory:", "Time:", "4 ranks"):
        assert word in result.stdout


# --- The configuration from standard input


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_from_standard_input(engram: Path, config: Path, tmp_path: Path, ranks: int) -> None:
    """Rank 0 alone reads it; the directory keeps it, and is all that an extension needs."""
    text = config.read_text() + "connectivity: {file: wiring.txt}\n"
    row = ["0 " + " ".join("1" * 9), *["0 " * 10] * 9]
    (tmp_path / "wiring.txt").write_text("\n".join(row) + "\n")
    command = [*launcher(ranks), engram, "run", "-", "-o", "results", "--set", "simulation.seed=5"]
    result = run_program(["timeout", PATIENCE_S, *command], input=text, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("engram: stdin on") == 1
    resolved = (tmp_path / "results/config.yaml").read_text()
    assert "seed: 5\n" in resolved and f'file: "{tmp_path}/wiring.txt"' in resolved
    (tmp_path / "whole.yaml").write_text(text)
    whole = call(engram, "run", tmp_path / "whole.yaml", "-o", tmp_path / "whole", "--set",
                 "simulation.seed=5", "--set", "simulation.duration_s=0.1")  # fmt: skip
    assert whole.returncode == 0, whole.stderr
    longer = run_program(
        [engram, "resume", tmp_path / "results", "--set", "simulation.duration_s=0.1"],
        cwd=tmp_path.parent,
    )
    assert longer.returncode == 0, longer.stderr
    assert_equal(tmp_path / "results", tmp_path / "whole")


def test_check_and_plan_of_standard_input(engram: Path, config: Path, tmp_path: Path) -> None:
    checked = run_program([engram, "check", "-"], input=SMALL, cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "duration_s: 0.05\n" in checked.stdout
    assert 'directory: "results/stdin"\n' in checked.stdout
    planned = run_program([engram, "plan", "-", "--ranks", "2"], input=SMALL, cwd=tmp_path)
    assert planned.returncode == 0 and "10" in planned.stdout, planned.stderr
    ensemble = run_program([engram, "plan", "-"], input=SMALL + "trials: 3\n", cwd=tmp_path)
    assert ensemble.returncode == 0, ensemble.stderr
    assert list(tmp_path.iterdir()) == [config]


@pytest.mark.parametrize(
    "text,code,problem",
    [
        ("", 3, "standard input: is empty; give a configuration"),
        (" \n\t\n", 3, "standard input: is empty"),
        (SMALL + "neuron: {V_thh_mV: 1}\n", 2, "stdin:3: neuron.V_thh_mV: unknown key"),
        ("a: [", 2, "stdin:1"),
        ("a: \x07", 2, "stdin:1: holds the control character U+0007 in column 4"),
    ],
)
def test_errors_of_standard_input(engram: Path, tmp_path: Path, text, code, problem) -> None:
    for command in ("run", "check", "plan"):
        result = run_program([engram, command, "-"], input=text, cwd=tmp_path)
        assert result.returncode == code and result.stdout == ""
        assert problem in result.stderr and result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_ensemble_from_standard_input(engram: Path, tmp_path: Path) -> None:
    command = ["mpirun", "--oversubscribe", "-n", 2, engram, "run", "-", "-o", "results"]
    result = run_program(
        ["timeout", PATIENCE_S, *command], input=SMALL + "trials: 3\n", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "results/ensemble.h5").is_file()
    assert "trials: 3\n" in (tmp_path / "results/config.yaml").read_text()


def test_check_of_an_ensemble_shows_each_course_once(engram: Path, config: Path) -> None:
    sweep = "sweep=[{populations.n_exc: [8, 9]}, {simulation.duration_s: [0.05, 0.06]}]"
    result = call(engram, "check", config, "--set", sweep)
    assert result.returncode == 0
    lines = [line for line in result.stderr.splitlines() if " 0 s to" in line or "point" in line]
    assert [line.rpartition(" ")[2] for line in lines if "as at point" in line] == ["0", "1"]
    assert len([line for line in lines if " 0 s to" in line]) == 2
