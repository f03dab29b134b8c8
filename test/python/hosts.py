# SPDX-License-Identifier: Apache-2.0
"""Several hosts on one machine: network namespaces with host names of their own, joined by a switch.

Needs root. Programs on different hosts talk through TCP alone, as Open MPI takes them for different
machines; a link can be cut, a host killed, and a directory hidden from a host.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from conftest import MPI_ENVIRONMENT, PATIENCE_S


def _ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def are_possible():
    """Whether this process may make namespaces."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "unshare", "nsenter"))):
        return False
    name = f"engram{os.getpid()}"
    try:
        _ip("netns", "add", name)
        _ip("netns", "exec", name, "ip", "link", "add", "switch", "type", "bridge")
    except (subprocess.CalledProcessError, OSError):
        return False
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return True


class Hosts:
    """A context: hosts `a`, `b`, ... of which the first runs mpirun."""

    def __init__(self, n_hosts):
        self.names = [chr(ord("a") + i) for i in range(n_hosts)]
        self._prefix = f"eg{os.getpid()}"
        self._files = Path(tempfile.mkdtemp(prefix="engram-hosts-"))
        self._hidden = {name: [] for name in self.names}

    def __enter__(self):
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in self.names:
            self.kill(name)
        for name in [*self.names, "switch"]:
            subprocess.run(
                ["ip", "netns", "del", self._net(name)], capture_output=True, check=False
            )
        shutil.rmtree(self._files, ignore_errors=True)

    def _make(self):
        _ip("netns", "add", self._net("switch"))
        inside = ("netns", "exec", self._net("switch"), "ip")
        _ip(*inside, "link", "add", "switch", "type", "bridge")
        _ip(*inside, "link", "set", "switch", "up")
        for name in self.names:
            _ip("netns", "add", self._net(name))
            own = ("netns", "exec", self._net(name), "ip")
            ends = f"{self._net(name)}0", f"{self._net(name)}1"
            _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
            _ip("link", "set", ends[0], "netns", self._net(name), "name", "eth0")
            _ip("link", "set", ends[1], "netns", self._net("switch"), "name", name)
            _ip(*inside, "link", "set", "dev", name, "master", "switch", "up")
            _ip(*own, "address", "add", f"{self.address(name)}/24", "dev", "eth0")
            _ip(*own, "link", "set", "eth0", "up")
            _ip(*own, "link", "set", "lo", "up")

    def _net(self, name):
        return f"{self._prefix}-{name}"

    def address(self, name):
        return f"10.77.7.{self.names.index(name) + 1}"

    def hide(self, name, directory):
        """From now on, programs that start on a host see an empty directory of their own there."""
        self._hidden[name].append(Path(directory))

    def cut(self, name):
        """The link of a host, for good."""
        _ip("netns", "exec", self._net("switch"), "ip", "link", "set", "dev", name, "down")

    def join(self, name):
        _ip("netns", "exec", self._net("switch"), "ip", "link", "set", "dev", name, "up")

    def processes(self, name):
        found = subprocess.run(
            ["ip", "netns", "pids", self._net(name)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in found.stdout.split()]

    def kill(self, name):
        """All that runs on a host, at once."""
        self._signal(name, signal.SIGKILL)

    def pause(self, name):
        """All that runs on a host, until it goes on."""
        self._signal(name, signal.SIGSTOP)

    def go_on(self, name):
        self._signal(name, signal.SIGCONT)

    def _signal(self, name, number):
        for pid in self.processes(name):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def command(self, name, command):
        """A command line that runs a command on a host."""
        hidden = "".join(f"mount -t tmpfs tmpfs '{path}' && " for path in self._hidden[name])
        inner = f'hostname engram-{name} && {hidden}exec "$@"'
        return [
            *("ip", "netns", "exec", self._net(name)),
            *("unshare", "--uts", "--mount", "sh", "-c", inner, "sh"),
            *map(str, command),
        ]

    def mpirun(self, ranks, command, *, environment=()):
        """A command line for one or more ranks on each host, in turn: {"a": 2, "b": 1}."""
        agent = self._write_agent()
        where = ",".join(f"{self.address(name)}:{n}" for name, n in ranks.items())
        options = {
            "plm_rsh_agent": agent,
            "btl": "tcp,self",
            "btl_tcp_if_include": "eth0",
            "oob_tcp_if_include": "eth0",
        }
        parameters = [part for key, value in options.items() for part in ("--mca", key, value)]
        exported = [part for name in environment for part in ("-x", name)]
        return self.command(
            next(iter(ranks)),
            [
                *("mpirun", "--host", where, "-n", sum(ranks.values()), "--bind-to", "none"),
                *parameters,
                *exported,
                *command,
            ],
        )

    def _write_agent(self):
        """What Open MPI uses instead of ssh: AGENT HOST COMMAND..."""
        lines = ["#!/bin/bash", "host=$1; shift", "case $host in"]
        for name in self.names:
            run = " ".join(f"'{part}'" if " " in part else part for part in self.command(name, []))
            lines.append(f'{self.address(name)}) exec {run} bash -c "$*" ;;')
        lines.append("esac")
        agent = self._files / "agent.sh"
        agent.write_text("\n".join(lines) + "\n")
        agent.chmod(0o755)
        return agent

    def start(self, command, **options):
        return subprocess.Popen(
            [str(part) for part in command],
            env=dict(os.environ, **MPI_ENVIRONMENT),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )


def end_of(process):
    """Exit code, standard output and standard error of a process that ends by itself."""
    try:
        output, errors = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode, output, errors


def wait_until(condition, process=None):
    """Until a condition holds; fails if the process that should make it hold has ended."""
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert process is None or process.poll() is None, end_of(process)
        assert time.monotonic() < give_up
        time.sleep(0.02)
