"""Facts about findings as another importer read them, held against observations of ours.

A fact counts only when its value stands in the report: everything else is that importer's own table or default. Paths,
names of packages and vectors are compared in a normal form. docs/quality/README.md tells the rules to people.
"""
import dataclasses
import html
import io
import json
import re
import urllib.parse
import zipfile
from functools import cached_property

MEMBERS_AT_MOST = 64 << 20
VECTOR = re.compile(r"\bAV:[NALP]/[A-Za-z]+:[A-Za-z0-9.]+(?:/[A-Za-z]+:[A-Za-z0-9.]+)+")
CWE_NEAR = r"cwe[\s\"'`:=\[\](){{}},;#&\w./<>-]{{0,240}}?(?<!\d)0*{0}(?!\d)"
LEVELS = {"information": "info", "informational": "info"}  # other words for a level of ours
NOTHING = {"none", "n/a", "null"}  # words that tools write where they have no value
EDGE = "[\"'`<>,;|\\t\\[\\](){}:=*]"
FIELDS = ("severity", "file_path", "line", "cwe", "vuln_ids", "component_name", "component_version",
          "vuln_id_from_tool", "cvssv3", "fix_version", "is_mitigated", "false_p")


def decoded(data):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def unescaped(text):
    """The text without the escapes of JSON."""
    if "\\" not in text:
        return text
    simple = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
    def one(match):
        code = match.group(1)
        return chr(int(code[1:], 16)) if code[0] == "u" and len(code) == 5 else simple.get(code, code)
    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", one, text)


class Literal:
    """The text of a report, and whether a value stands in it."""

    def __init__(self, data):
        self.texts = self.with_escapes_undone(self.members(data))
        self.lower = [it.lower() for it in self.texts]
        self.known = {}  # answers that take a search of the whole text

    def remembered(self, kind, value, search):
        if (kind, value) not in self.known:
            self.known[kind, value] = search()
        return self.known[kind, value]

    @staticmethod
    def members(data):
        if not data.startswith(b"PK\x03\x04"):
            return [decoded(data)]
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [decoded(archive.read(it)) for it in archive.infolist() if it.file_size <= MEMBERS_AT_MOST]

    @staticmethod
    def with_escapes_undone(raw):
        texts = []
        for text in raw:
            texts += dict.fromkeys((text, unescaped(text), html.unescape(text)))
        return texts

    def has(self, value):
        wanted = str(value).strip().lower()
        return bool(wanted) and any(wanted in it for it in self.lower)

    def has_path(self, path):
        """With slashes of any kind."""
        return any(path.lower() in it or path.lower() in it.replace("\\", "/") for it in self.lower)

    def has_word(self, value):
        """As a value of its own, not as a part of some sentence."""
        pattern = rf"(?:^|{EDGE})[ ]*{re.escape(str(value).lower())}[ ]*(?:$|{EDGE})"
        return self.remembered("word", value, lambda: any(re.search(pattern, it, re.MULTILINE) for it in self.lower))

    def has_number(self, value):
        return any(re.search(rf"(?<!\d){int(value)}(?!\d)", it) for it in self.texts)

    def has_cwe(self, value):
        """The number behind the word, or as a cell of a table whose header has the word."""
        near = re.compile(CWE_NEAR.format(int(value)))
        cell = re.compile(rf"(?:^|[,;\t|])\"?(?:cwe-)?{int(value)}\"?(?=[,;\t|]|$)", re.MULTILINE)
        def found(text):
            in_column = "cwe" in text.split("\n", 1)[0] and not text.startswith(("{", "[", "<"))
            return near.search(text) or (in_column and cell.search(text))
        return self.remembered("cwe", int(value), lambda: any(map(found, self.lower)))

    @cached_property
    def vectors(self):
        return [metrics_of(it) for text in self.texts for it in VECTOR.findall(text)]


def metrics_of(vector):
    """Independent of the order, and of the version, which not every tool writes."""
    return frozenset(it for it in str(vector).upper().strip("()/ ").split("/") if not it.startswith("CVSS:") and it)


def plain_path(path):
    path = urllib.parse.unquote(str(path)).replace("\\", "/")
    path = re.sub(r"^(?:file:/*|[A-Za-z]:/)", "/", path)
    parts = [it for it in path.split("/") if it not in ("", ".")]
    return "/".join(parts).lower()


def same_path(theirs, ours):
    """Ours may lack the folder of the build agent, or the key of the project, that the tool wrote in front."""
    theirs, ours = plain_path(theirs), plain_path(ours)
    return bool(ours) and (theirs == ours or theirs.endswith(("/" + ours, ":" + ours)))


def last_part(name):
    return re.split(r"[/:]", str(name).strip("/: "))[-1].lower()


def parts_of(name):
    """A composed name, and what stands between its colons."""
    name = str(name).lower()
    return {name, *name.split(":")} - {""}


def plain_version(version):
    """Without an epoch in front and a v, as Go writes it."""
    return re.sub(r"^(?:\d+:|v(?=\d))", "", str(version).strip().lower())


def as_list(value):
    return value if isinstance(value, list) else [value]


def cwe_number(value):
    digits = re.search(r"\d+", str(value))
    return int(digits.group()) if digits else 0


class Seen:
    """One observation as the sets of values that a fact may agree with."""

    def __init__(self, one):
        places = [one, *one.get("locations", [])]
        claims = [one.get("severity", {}), *one.get("severities", [])]
        endpoint = one.get("endpoint", {})
        self.things = [it for it in (one.get("resource"), one.get("image"), endpoint.get("url")) if it]
        self.severity = {it.get("label") for it in claims} - {None}
        self.paths = [it["path"] for it in places if it.get("path")] + self.things
        self.lines = {it[key] for it in places for key in ("line", "end_line") if key in it}
        self.cwe = set(one.get("cwe", []))
        self.ids = {str(it).lower() for it in one.get("advisories", [])}
        self.ids |= parts_of(one.get("rule", "")) | parts_of(one.get("uid", ""))
        self.versions = self.versions_of(one)
        self.names = self.names_of(one)
        self.purl = urllib.parse.unquote(one.get("purl", "").split("?")[0]).lower()
        self.chain = ">".join(one.get("dependency_path", [])).lower()
        self.vectors = {metrics_of(it["vector"]) for it in claims if it.get("vector")}
        self.fixed = {it.lower() for it in one.get("fixed_versions", [])}
        self.fixes = " ".join(it.get("description", "") for it in one.get("fixes", [])).lower()
        self.set_aside = bool(one.get("suppressed")) or one.get("vendor_status") in (
            "not_affected", "fixed", "resolved", "false_positive")

    @staticmethod
    def names_of(one):
        purl = urllib.parse.unquote(re.sub(r"[@?#].*$", "", re.sub(r"^pkg:[^/]+/", "", one.get("purl", ""))))
        return {it.lower() for it in (one.get("package", ""), purl, *(purl.replace("/", it) for it in ": ")) if it}

    @staticmethod
    def versions_of(one):
        """Of the package, and of an image its tag."""
        tag = re.search(r"^[^@]*:([^/:@]+)", one.get("image", ""))
        return {one.get("version", "").lower(), tag.group(1).lower() if tag else ""} - {""}

    def fits_name(self, name):
        name = str(name).strip().lower()
        if name in self.names or last_part(name) in {last_part(it) for it in self.names}:
            return True
        if self.is_package(name) or name in {f"{it}-{version}" for it in self.names for version in self.versions}:
            return True
        return any(name in it.lower() or same_path(name, it) for it in self.things)  # a host, an image, a workload

    def fits_version(self, version):
        """Theirs may lack the epoch and the release that ours has."""
        plain = plain_version(version)
        return any(re.fullmatch(rf"{re.escape(plain)}(?:-\d.*)?", plain_version(it)) for it in self.versions)

    def is_package(self, text):
        """A package URL, or how some tools write one: deb://debian:libc:1.2."""
        if urllib.parse.unquote(text.split("?")[0]) == self.purl != "":
            return True
        return any(re.fullmatch(rf"[a-z]+://(?:.+[:/])?{re.escape(name)}:{re.escape(version)}", text)
                   for name in self.names for version in self.versions)

    def fits_place(self, place, literal):
        """A file, of which ours may be the longer path; or in its place a package, or the chain of packages to it."""
        if any(same_path(place, it) or (same_path(it, place) and literal.has_path(it)) for it in self.paths):
            return True
        place = str(place).strip().lower()
        return place in self.names or place == self.chain != "" or self.is_package(place)

    def fits_fix(self, versions):
        parts = [it for it in re.split(r"[\s,|;]+|\bor\b|\band\b", str(versions).lower()) if re.search(r"\d", it)]
        fixed = {plain_version(it) for it in self.fixed}
        return all(plain_version(it) in fixed or it in self.fixes for it in parts)


def counts(field, value, literal):
    """Whether the fact can be expected from somebody who reads the same file."""
    if value in (None, "", []) or str(value).strip().lower() in NOTHING:
        return False
    if field == "severity":
        return literal.has_word(value)
    if field in ("is_mitigated", "false_p"):
        return value is True
    if field == "line":
        return str(value).isdigit() and int(value) > 0 and literal.has_number(value)
    if field == "cwe":
        return any(cwe_number(it) and literal.has_cwe(cwe_number(it)) for it in as_list(value))
    if field == "vuln_ids":
        return any(literal.has(it) for it in as_list(value))
    if field == "cvssv3":
        return metrics_of(value) in literal.vectors
    if field == "file_path" and not plain_path(value):
        return False  # "./" is no file
    return literal.has(value)


def agrees(field, value, seen, literal):
    if field == "severity":
        return LEVELS.get(str(value).lower(), str(value).lower()) in seen.severity
    if field == "file_path":
        return seen.fits_place(value, literal)
    if field == "line":
        return int(value) in seen.lines
    if field == "cwe":
        return {cwe_number(it) for it in as_list(value) if literal.has_cwe(cwe_number(it))} <= seen.cwe
    if field == "vuln_ids":
        return {str(it).lower() for it in as_list(value) if literal.has(it)} <= seen.ids
    if field == "component_name":
        return seen.fits_name(value)
    if field == "component_version":
        return seen.fits_version(value)
    if field == "vuln_id_from_tool":
        return str(value).lower() in seen.ids
    if field == "cvssv3":
        return metrics_of(value) in seen.vectors
    if field == "fix_version":
        return seen.fits_fix(value)
    return seen.set_aside  # is_mitigated, false_p


def ours(field, seen):
    """What we have in the place of a fact, for a person."""
    value = {"severity": seen.severity, "file_path": seen.paths, "line": seen.lines, "cwe": seen.cwe,
             "vuln_ids": seen.ids, "component_name": seen.names, "component_version": seen.versions,
             "vuln_id_from_tool": seen.ids, "cvssv3": {"/".join(sorted(it)) for it in seen.vectors},
             "fix_version": seen.fixed}.get(field, seen.set_aside)
    return json.dumps(sorted(value) if isinstance(value, (set, list)) else value)


@dataclasses.dataclass
class Missing:
    """A finding of the reference, our nearest observation (None without any), and the facts that it lacks."""
    index: int
    facts: dict
    nearest: int | None
    fields: list


def matching(edges, right):
    """Most pairs of a bipartite graph: {left: right}."""
    taken = {}
    def place(left, tried):
        for one in edges[left]:
            if one not in tried:
                tried.add(one)
                if one not in taken or place(taken[one], tried):
                    taken[one] = left
                    return True
        return False
    for left in range(len(edges)):
        place(left, set())
    return {left: one for one, left in taken.items() if one < right}


def compare(findings, observations, literal):
    """(number of facts compared by field, findings that no observation of their own agrees with)."""
    seen = [Seen(it) for it in observations]
    compared = dict.fromkeys(FIELDS, 0)
    expected = []
    for finding in findings:
        unknown = set(finding) - set(FIELDS)
        if unknown:
            raise ValueError(f"the reference has facts that nobody compares: {sorted(unknown)}")
        facts = {key: value for key, value in finding.items() if counts(key, value, literal)}
        for key in facts:
            compared[key] += 1
        expected.append(facts)
    lacks = [[[key for key, value in facts.items() if not agrees(key, value, it, literal)] for it in seen]
             for facts in expected]
    edges = [[at for at, lack in enumerate(row) if facts and not lack] for facts, row in zip(expected, lacks)]
    pairs = matching(edges, len(seen))
    left = set(range(len(seen))) - set(pairs.values())
    missing = []
    for index in sorted(range(len(expected)), key=lambda it: -len(expected[it])):  # who tells most chooses first
        facts = expected[index]
        # Where we have fewer observations than the reference has findings, one may answer for several: the count tells.
        if not facts or index in pairs or (len(seen) < len(findings) and any(not lack for lack in lacks[index])):
            continue
        candidates = sorted(left) or range(len(seen))
        nearest = min(candidates, key=lambda at: (len(lacks[index][at]), at), default=None)
        left.discard(nearest)
        fields = list(facts) if nearest is None else lacks[index][nearest]
        if fields:
            missing.append(Missing(index, facts, nearest, fields))
    return compared, sorted(missing, key=lambda it: it.index)
