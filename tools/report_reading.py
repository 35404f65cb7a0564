"""Reports read by `gatepost convert`, and what kind of document a file is: what the quality suites have in common."""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("GATEPOST_SHARED", ROOT / ".." / "shared"))
OWN_REPORTS = ROOT / "tests" / "data" / "reports"
TIMEOUT = 300
BATCH = 16
COMPLETE = {"complete", "complete-empty"}
REFUSED = {"unrecognised", "tool-error"}
PACKED = (b"PK\x03\x04", b"\x1f\x8b")


@dataclasses.dataclass
class Outcome:
    """What became of one file."""
    state: str
    format: str = ""
    tools: list = dataclasses.field(default_factory=list)
    records: dict = dataclasses.field(default_factory=dict)
    notes: list = dataclasses.field(default_factory=list)
    observations: list = dataclasses.field(default_factory=list)

    @property
    def why_whole(self):
        """The note that explains the state best."""
        ranked = sorted(self.notes, key=lambda it: {"error": 0, "warning": 1}.get(it.get("level"), 2))
        return ranked[0]["text"] if ranked else ""

    @property
    def why(self):
        return self.why_whole[:160]

    @property
    def codes(self):
        return {it.get("code") for it in self.notes}


def environment():
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
            **{key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}}


def own_mappings():
    """Mappings that are being written, GATEPOST_MAPPINGS=config/mappings: read without building anything."""
    folder = os.environ.get("GATEPOST_MAPPINGS")
    return ["--mappings", folder] if folder else []


def run_once(binary, files, words):
    """The outcomes of the files of one call, or the reason why there are none."""
    command = [str(binary), "convert", "--format", "json", "--threads", "1", *own_mappings(), *words, "--", *map(str, files)]
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return f"not finished after {TIMEOUT} s"
    if done.returncode not in (0, 3):
        return f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-300:].strip()}"
    try:
        document = json.loads(done.stdout)
        outcomes = {it["path"]: Outcome(it["state"], it.get("format", ""), it.get("tools") or [it.get("tool", {})],
                                        it["records"], it["notes"]) for it in document["reports"]}
        paths = [it["path"] for it in document["reports"]]  # sorted, not in the order of the command
        for one in document["observations"]:
            outcomes[paths[one["report"]]].observations.append(one)
        return [outcomes[str(it)] for it in files]
    except (ValueError, KeyError, IndexError) as error:
        return f"the output is not observations/1 of these files: {type(error).__name__}: {error}"


def read_batch(binary, files, words=()):
    """One outcome for each file. A call that fails is repeated file by file, so that the culprit is known."""
    outcomes = run_once(binary, files, words)
    if not isinstance(outcomes, str):
        return outcomes
    if len(files) == 1:
        return [Outcome("failed", notes=[{"level": "error", "code": "failed", "text": outcomes}])]
    return [read_batch(binary, [it], words)[0] for it in files]


def read_hinted(binary, jobs, hinted):
    """{(hint, file): outcome} of {hint: files}, in a few processes at a time; without a hint the format is found."""
    batches = [(hint, files[start:start + BATCH]) for hint, files in hinted.items()
               for start in range(0, len(files), BATCH)]
    def one(batch):
        hint, files = batch
        return read_batch(binary, files, ("--tool", hint) if hint else ())
    with concurrent.futures.ThreadPoolExecutor(max(jobs, 1)) as pool:
        return {(hint, file): outcome for (hint, files), outcomes in zip(batches, pool.map(one, batches))
                for file, outcome in zip(files, outcomes)}


def read_all(binary, jobs, files):
    """{file: outcome}; the formats are found."""
    return {file: outcome for (_, file), outcome in read_hinted(binary, jobs, {"": files}).items()}


def formats(binary):
    """What `gatepost formats --json` lists. "clean_reports" are whole files that its tool writes for a clean scan."""
    done = subprocess.run([str(binary), "formats", "--json"], env=environment(), capture_output=True, timeout=60,
                          check=True)
    known = json.loads(done.stdout)
    for file in sorted(pathlib.Path(it) for it in own_mappings()[1:]):
        for mapping in sorted(file.glob("*.yaml")):
            clean = ["[]"] if "\nempty_ok: true" in mapping.read_text() else []
            known = [it for it in known if it["id"] != mapping.stem]
            known.append({"id": mapping.stem, "clean_reports": clean})
    return known


def report_files(folder):
    return sorted(it for it in folder.rglob("*") if it.is_file())


def is_packed(data):
    return data.startswith(PACKED)


def json_within(text):
    """(value, end) of the first JSON value in the text, which tools may write other lines before."""
    inside = re.search(r"^\s*[{\[]", text, re.MULTILINE)
    if inside is None:
        raise ValueError("no JSON")
    return json.JSONDecoder(strict=False).raw_decode(text, inside.end() - 1)


def document_end(data):
    """(whether JSON or XML, offset behind its last byte). What a tool writes after its document is no part of it."""
    text = data.decode("latin-1")
    stripped = text.lstrip("\xef\xbb\xbf \t\r\n")
    if stripped[:1] in ("{", "<"):
        return True, max(map(text.rfind, "]}>")) + 1
    try:
        end = json_within(text)[1]
        if stripped[:1] == "[" or end > len(text) // 2:
            return True, end
    except ValueError:
        pass
    return False, len(text.rstrip())
