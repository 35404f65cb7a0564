"""Whole processes, timed in turn: A B C, A B C, … The machine is never quiet, so only ratios within a round count."""
import os
import statistics
import tempfile
import time
from typing import NamedTuple


class Run(NamedTuple):
    wall: float  # seconds
    cpu: float   # seconds, of all threads
    peak: float  # MB; at least what the caller itself has used, so keep that small
    out: bytes


class CommandFailed(Exception):
    pass


def run(command, environment=None, stdin=os.devnull, codes=(0,)):
    """Of a command that may end with one of `codes`; what it says on standard error is shown only when it does not."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        actions = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
                   (os.POSIX_SPAWN_DUP2, err.fileno(), 2)]
        begin = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, os.environ if environment is None else environment,
                              file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - begin
        code = os.waitstatus_to_exitcode(status)
        if code not in codes:
            err.seek(0)
            raise CommandFailed(f"exit code {code} of: {' '.join(command)}\n{err.read(2000).decode(errors='replace')}")
        out.seek(0)
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read())


def interleaved(commands, rounds, **options):
    """The runs of each command; a first round warms up and does not count."""
    turns = [[run(command, **options) for command in commands] for _ in range(rounds + 1)][1:]
    return list(zip(*turns))


class Ratio(NamedTuple):
    median: float
    low: float
    high: float

    @property
    def noisy(self):
        return self.high - self.low > 0.4 * self.median


def ratio(ours, theirs, what="wall"):
    each = [getattr(a, what) / getattr(b, what) for a, b in zip(ours, theirs)]
    return Ratio(statistics.median(each), min(each), max(each))


def median(runs, what="wall"):
    return statistics.median(getattr(it, what) for it in runs)


def free_cores(command, most):
    """How many copies of a one-thread command run side by side as fast as one alone: what others leave us."""
    alone = median([run(command) for _ in range(3)])
    rates = []
    for _ in range(3):
        begin = time.perf_counter()
        pids = [os.posix_spawnp(command[0], command, os.environ,
                                file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]) for _ in range(most)]
        for pid in pids:
            os.waitpid(pid, 0)
        rates.append(most * alone / (time.perf_counter() - begin))
    return statistics.median(rates)
