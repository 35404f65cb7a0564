"""src/app/inputs.def as values: what a pipeline can tell gatepost."""
import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "src" / "app" / "inputs.def"
LINE = re.compile(r'^GATEPOST_INPUT\("([^"]*)", (\w+), "([^"]*)", "([^"]*)", "([^"]*)", (\w+),\s*"([^"]*)"\)$', re.MULTILINE)
KINDS = {"path", "patterns", "choice", "number", "boolean", "words", "secret"}


@dataclasses.dataclass(frozen=True)
class Input:
    name: str
    kind: str
    values: tuple
    fallback: str
    flag: str
    where: str
    description: str

    @property
    def variable(self):
        return "GATEPOST_INPUT_" + self.name.upper().replace("-", "_")

    @property
    def described(self):
        """For a list that has no column of values."""
        return self.description + (f" ({', '.join(self.values)})" if self.values else "")


def inputs(where=None):
    text = FILE.read_text(encoding="utf-8")
    found = [Input(name, kind, tuple(values.split("|")) if values else (), fallback, flag, place, description)
             for name, kind, values, fallback, flag, place, description in LINE.findall(text)]
    if len(found) != len(re.findall(r"^GATEPOST_INPUT\(", text, re.MULTILINE)):
        raise ValueError(f"{FILE}: a line of another shape")
    for it in found:
        if it.kind not in KINDS or it.where not in {"all", "github", "gitlab"} or (it.kind in {"choice", "boolean"}) != bool(it.values):
            raise ValueError(f"{FILE}: {it.name} has a kind, values or place that does not exist")
    return [it for it in found if where is None or it.where in ("all", where)]
