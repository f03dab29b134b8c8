# SPDX-License-Identifier: Apache-2.0
"""Running the program from Python: jobs, checks and forecasts of configurations."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Iterator, Mapping, Sequence

from .documents import Section, as_section, parse_yaml, read_yaml
from .ensemble import Ensemble, is_ensemble
from .errors import JobStopped, Problem, ProgramError, ResultsError, ValueProblem
from .files import SUMMARY
from .inputs import Config, about_values, as_map, settings, write_configuration
from .overrides import flat
from .program import EXIT_STOPPED, ask, command, environment, error_of, find_program, in_python
from .progress import read_progress
from .progress_bar import Bar, open_bar
from .results import Results

MPIRUN = ("mpirun",)
POLL_S = 0.1


def load(path: str | Path) -> Results | Ensemble:
    """The results of a finished job: of one run, or of an ensemble.

    >>> load(small_recall).schedule
    'learn - consolidate - recall'
    """
    return Ensemble(path) if is_ensemble(path) else Results(path)


def run(
    config: str | Path | Config,
    ranks: int = 1,
    output: str | Path | None = None,
    *,
    force: bool = False,
    device: str = "cpu",
    progress: bool | None = None,
    program: str | Path | None = None,
    launcher: Sequence[str] | str = MPIRUN,
    **overrides: Any,
) -> Results | Ensemble:
    """Runs a configuration and returns its results; an Ensemble if it has trials or a sweep.

    `config` is a file, nested dicts, or an object of engram.keys; `overrides` are values by key,
    whose dots may be written as `__`, or whole sections as dicts. Arrays stand where a file is
    named; they and a configuration that is no file are written to the directory OUTPUT.input.

    - ranks: MPI processes; results do not depend on it
    - output: directory of the results; unless given, output.directory, or results/ and the name of
      the file (results/run of what is no file)
    - force: replace the results that are there
    - device: cpu, gpu or auto
    - progress: whether to show a bar (needs tqdm); None: on a terminal or in a notebook, with tqdm
    - launcher: what starts several processes, such as ["srun", "--mpi=pmix"]

    Raises ConfigurationError with all problems, ProgramError for other ends. Ctrl-C, or the button
    that interrupts a notebook, stops the run after a checkpoint and raises JobStopped; a second
    one ends it at once.

    >>> results = run(
    ...     {"simulation": {"duration_s": 0.1}, "populations": {"n_exc": 80, "n_inh": 20}},
    ...     output="background", progress=False, simulation__seed=2,
    ... )
    >>> results.config["simulation"]["seed"]
    2
    """
    values = flat(overrides)
    directory = _output(config, output, values)
    values.pop("output.directory", None)
    path, options = _given(config, values, _inputs(directory))
    arguments = ["run", str(path), "--output", str(directory), "--device", device, *options]
    if force:
        arguments.append("--force")
    _work(find_program(program), arguments, directory, ranks, launcher, progress)
    return load(directory)


def resume(
    path: str | Path | Results | Ensemble,
    ranks: int = 1,
    *,
    salvage: bool = False,
    device: str = "cpu",
    progress: bool | None = None,
    program: str | Path | None = None,
    launcher: Sequence[str] | str = MPIRUN,
    **overrides: Any,
) -> Results | Ensemble:
    """Continues an interrupted run, or extends a complete one by simulation__duration_s.

    >>> resume(small_recall, progress=False).path == load(small_recall).path
    True
    """
    directory = Path(path.path if isinstance(path, (Results, Ensemble)) else path)
    arguments = ["resume", str(directory), "--device", device]
    if salvage:
        arguments.append("--salvage")
    arguments += settings(directory / "config.yaml", flat(overrides), _inputs(directory))
    _work(find_program(program), arguments, directory, ranks, launcher, progress)
    return load(directory)


@dataclass(frozen=True)
class Checked:
    """A valid configuration."""

    config: Section  # all values, with defaults; of an ensemble as it was given
    schedule: str  # such as 'learn - consolidate - recall'; of an ensemble that of the first point
    text: str  # what the program says of schedule and conditions

    def __str__(self) -> str:
        return self.text


def check(
    config: str | Path | Config, *, program: str | Path | None = None, **overrides: Any
) -> Checked:
    """All values of a configuration, and its schedule. Raises ConfigurationError.

    >>> check({"simulation": {"duration_s": 30}}).config["neuron"]["t_ref_ms"]
    2
    >>> try:
    ...     check({"simulation": {"duration_s": 30, "sead": 1}, "neuron": {"t_ref_ms": -2}})
    ... except ConfigurationError as error:
    ...     for problem in error.problems:
    ...         print(problem.key, "-", problem.message)
    simulation.sead - unknown key; did you mean 'seed'?
    neuron.t_ref_ms - must be greater than 0 and at most 1e5 (is -2)
    """
    with _asked("check", config, overrides, program) as (path, output, said):
        lines = [line.removeprefix("engram: ") for line in said.splitlines()]
        schedule = re.search(r"Schedule: (.+)", said)
        return Checked(
            as_section(parse_yaml(output, path), path),
            schedule[1] if schedule else "",
            "\n".join(lines),
        )


@dataclass(frozen=True)
class Plan:
    """A forecast of what a job needs."""

    entries: dict[str, str]  # by name: Memory, Files, Time, ...
    refused: list[str]  # what engram.run would refuse it for
    text: str

    def __str__(self) -> str:
        return self.text


def plan(
    config: str | Path | Config,
    ranks: int = 1,
    *,
    program: str | Path | None = None,
    **overrides: Any,
) -> Plan:
    """A forecast of memory, files and time. Raises ConfigurationError.

    >>> plan({"simulation": {"duration_s": 30}}, ranks=2).entries["Neurons"]
    '1600 exc + 400 inh; 1008 on the fullest of 2 ranks'
    """
    with _asked("plan", config, overrides, program, "--ranks", str(ranks)) as (_, output, _):
        entries = dict(re.findall(r"^(\w[\w ]*):\s+(\S.*)$", output, re.MULTILINE))
        refused = re.findall(r"'engram run' would refuse: (.+)", output)
        return Plan(entries, refused, output)


@contextlib.contextmanager
def _asked(
    what: str,
    config: str | Path | Config,
    overrides: Mapping[str, Any],
    program: str | Path | None,
    *arguments: str,
) -> Iterator[tuple[Path, str, str]]:
    """The path of a configuration, and what the program prints about it."""
    with tempfile.TemporaryDirectory(prefix="engram-") as scratch:
        path, options = _given(config, flat(overrides), Path(scratch))
        try:
            output, said = ask(find_program(program), [what, str(path), *options, *arguments])
        except ProgramError as error:
            told = _in_words_of_python(error, Path(scratch))
            raise _without_files_in(Path(scratch), told) from None
        yield path, output, said


def _inputs(directory: Path) -> Path:
    """Where the files lie that are written for a job with this directory of results."""
    return Path(f"{directory}.input")


def _in_words_of_python(error: ProgramError, inputs: Path) -> ProgramError:
    problems = [in_python(about_values(problem, inputs)) for problem in error.problems]
    return type(error)(error.exit_code, problems)


def _without_files_in(scratch: Path, error: ProgramError) -> ProgramError:
    """Problems that do not point to files which are gone when they are read."""
    inside = f"{scratch.resolve()}{os.sep}"
    problems = []
    for problem in error.problems:
        if problem.file and str(Path(problem.file).resolve()).startswith(inside):
            problem = replace(problem, file="", line=0)
        problems.append(replace(problem, message=problem.message.replace(inside, "")))
    return type(error)(error.exit_code, problems)


def _given(
    config: str | Path | Config, values: Mapping[str, Any], inputs: Path
) -> tuple[Path, list[str]]:
    """A configuration as a file, and the options that change it."""
    if isinstance(config, (str, Path)):
        path = Path(config)
        return path, settings(path, values, inputs)
    return write_configuration(config, values, inputs), []


def _output(
    config: str | Path | Config, output: str | Path | None, values: Mapping[str, Any]
) -> Path:
    if output is not None:
        return Path(output)
    if values.get("output.directory"):
        return Path(values["output.directory"])
    is_file = isinstance(config, (str, Path))
    try:
        whole: Mapping[str, Any] = read_yaml(Path(config)) if is_file else as_map(config)  # type: ignore[arg-type]
    except ResultsError:
        whole = {}  # what is wrong with it, the program says
    section = whole.get("output")
    named = section.get("directory") if isinstance(section, Mapping) else None
    return Path(named or Path("results") / (Path(config).stem if is_file else "run"))  # type: ignore[arg-type]


def _work(
    program: Path,
    arguments: Sequence[str],
    directory: Path,
    ranks: int,
    launcher: Sequence[str] | str,
    progress: bool | None,
) -> None:
    """Runs a job to its end. Raises ProgramError or JobStopped."""
    launcher = shlex.split(launcher) if isinstance(launcher, str) else launcher
    line = command(program, arguments, ranks, launcher)
    if ranks > 1 and shutil.which(line[0]) is None:
        raise ValueProblem(
            f"{line[0]} was not found, which starts several ranks; install Open MPI, or use ranks=1"
        )
    began_unix_s = time.time()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        # In a session of its own: Ctrl-C reaches this process alone, which asks for a checkpoint.
        with subprocess.Popen(
            [*line, "--quiet"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=environment(ranks),
            start_new_session=True,
        ) as process, open_bar(progress) as bar:
            try:
                _watch(process, directory, began_unix_s, bar)
            except KeyboardInterrupt:
                _stop(process)
            except BaseException:
                _kill(process)
                raise
        code = process.returncode
        if code == EXIT_STOPPED:
            raise JobStopped(directory)
        if code != 0:
            raise _in_words_of_python(error_of(code, _text_of(said)), _inputs(directory))
        if not (directory / SUMMARY).exists():
            raise ProgramError(code, [Problem(f"{program}: has left no results; is it engram?")])


def _text_of(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _watch(
    process: subprocess.Popen[bytes], directory: Path, began_unix_s: float, bar: Bar
) -> None:
    """Shows the progress until the job has ended."""
    while True:
        try:
            process.wait(POLL_S)
        except subprocess.TimeoutExpired:
            bar.show(_progress(directory, began_unix_s))
            continue
        bar.show(_progress(directory, began_unix_s))
        return


def _progress(directory: Path, began_unix_s: float) -> Any:
    """That of this job, if it has told any: not what an earlier one has left."""
    with contextlib.suppress(ResultsError, OSError):
        found = read_progress(directory)
        if (found.updated_unix_s or 0.0) >= began_unix_s - 1.0:
            return found
    return None


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Asks for a checkpoint and waits for it. mpirun passes this signal on, others end the job."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGUSR1)
    try:
        process.wait()
    except BaseException:  # a second interruption
        _kill(process)
        raise


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
