#!/usr/bin/env python3
"""Holds `gatepost cvss` against an independent library: `cvss` of PyPI, in a virtual environment of its own.

    cvss_peer_test.py [--gatepost FILE] [--random N]     the last line is `N passed, N failed, N skipped`

All base vectors of v2, v3.0 and v3.1, a part of v4.0's, and random ones with all other metrics, from a stated seed. Skipped,
and counted as such, where the library cannot be installed.
"""
import argparse
import itertools
import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "build" / "release" / "src" / "gatepost"
LIBRARY = "cvss==3.6"
SEED = 20261121
WORST_SHOWN = 10

V2_BASE = {"AV": "LAN", "AC": "HML", "Au": "MSN", "C": "NPC", "I": "NPC", "A": "NPC"}
V2_MORE = {"E": ["U", "POC", "F", "H", "ND"], "RL": ["OF", "TF", "W", "U", "ND"], "RC": ["UC", "UR", "C", "ND"],
           "CDP": ["N", "L", "LM", "MH", "H", "ND"], "TD": ["N", "L", "M", "H", "ND"], "CR": ["L", "M", "H", "ND"],
           "IR": ["L", "M", "H", "ND"], "AR": ["L", "M", "H", "ND"]}
V3_BASE = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "HLN", "I": "HLN", "A": "HLN"}
V3_MORE = {"E": "XHFPU", "RL": "XUWTO", "RC": "XCRU", "CR": "XHML", "IR": "XHML", "AR": "XHML",
           **{"M" + name: "X" + values for name, values in V3_BASE.items()}}
V4_BASE = {"AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA", "VC": "HLN", "VI": "HLN", "VA": "HLN",
           "SC": "HLN", "SI": "HLN", "SA": "HLN"}
V4_MORE = {"E": "XAPU", "CR": "XHML", "IR": "XHML", "AR": "XHML",
           **{"M" + name: "X" + values for name, values in V4_BASE.items() if name not in ("SI", "SA")},
           "MSI": "XSHLN", "MSA": "XSHLN"}
V4_ORDER = ["E", "CR", "IR", "AR", "MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA"]

# What runs inside the environment: a vector a line, its scores a line.
PEER = """
import json, sys
from cvss import CVSS2, CVSS3, CVSS4
for line in sys.stdin:
    vector = line.strip()
    if vector.startswith('CVSS:4'):
        scores = [None, None, None, CVSS4(vector).base_score]
    else:
        it = (CVSS3 if vector.startswith('CVSS:3') else CVSS2)(vector)
        scores = [*it.scores(), None]
    print(json.dumps([None if it is None else float(it) for it in scores]))
"""


def every(prefix, metrics):
    for values in itertools.product(*metrics.values()):
        yield prefix + "/".join(f"{name}:{value}" for name, value in zip(metrics, values))


def some(chance, count, prefix, base, more, order):
    """Base metrics, and of the others about half."""
    for _ in range(count):
        chosen = [f"{name}:{chance.choice(values)}" for name, values in base.items()]
        chosen += [f"{name}:{chance.choice(more[name])}" for name in order if chance.random() < 0.5]
        yield prefix + "/".join(chosen)


def vectors(count):
    chance = random.Random(SEED)
    all_v4 = list(every("CVSS:4.0/", V4_BASE))
    return {
        "v2 base": list(every("", V2_BASE)),
        "v3.0 base": list(every("CVSS:3.0/", V3_BASE)),
        "v3.1 base": list(every("CVSS:3.1/", V3_BASE)),
        "v4.0 base": chance.sample(all_v4, min(count, len(all_v4))),
        "v2 temporal and environmental": list(some(chance, count, "", V2_BASE, V2_MORE, list(V2_MORE))),
        "v3.0 temporal and environmental": list(some(chance, count, "CVSS:3.0/", V3_BASE, V3_MORE, list(V3_MORE))),
        "v3.1 temporal and environmental": list(some(chance, count, "CVSS:3.1/", V3_BASE, V3_MORE, list(V3_MORE))),
        "v4.0 threat and environmental": list(some(chance, count, "CVSS:4.0/", V4_BASE, V4_MORE, V4_ORDER)),
    }


def ask(command, lines):
    result = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=1200)
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {result.returncode}: {result.stderr[-500:]}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def differences(gatepost, python, lines):
    """Vectors on which the two are not of one mind, and how many there were in all."""
    ours = ask([gatepost, "cvss", "--json", "-"], lines)
    theirs = ask([python, "-c", PEER], lines)
    if not len(ours) == len(theirs) == len(lines):
        raise RuntimeError(f"{len(lines)} vectors, {len(ours)} answers of ours, {len(theirs)} of the library")
    wrong = []
    for vector, our, (base, temporal, environmental, overall) in zip(lines, ours, theirs):
        expected = {"base": base, "temporal": temporal, "environmental": environmental, "overall": overall}
        # Without metrics of that group we give no score of it, and the library repeats the one before.
        bad = [f"{name} {our.get(name)}, not {score}" for name, score in expected.items()
               if score is not None and our.get(name, score) != score]
        if "error" in our:
            bad = [our["error"]]
        if bad:
            wrong.append(f"{vector}: {'; '.join(bad)}")
    return wrong


def environment(folder):
    """The interpreter of a virtual environment with the library; None when it cannot be had."""
    try:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True, timeout=300)
        python = str(pathlib.Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", LIBRARY], check=True,
                       capture_output=True, timeout=300)
        return python
    except (OSError, subprocess.SubprocessError):
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatepost", default=str(BINARY))
    parser.add_argument("--random", type=int, default=10_000, metavar="N")
    options = parser.parse_args()
    groups = vectors(options.random)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        python = environment(folder)
        if python is None:
            print(f"skipped: cvss-peer: {LIBRARY} cannot be installed from PyPI")
            print(f"0 passed, 0 failed, {len(groups)} skipped")
            return 0
        for name, lines in groups.items():
            wrong = differences(options.gatepost, python, lines)
            if wrong:
                failed += 1
                print(f"failed: {name}: {len(wrong)} of {len(lines)} differ")
                print("\n".join(f"  {it}" for it in wrong[:WORST_SHOWN]))
            else:
                passed += 1
                print(f"passed: {name}: {len(lines)} vectors")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
