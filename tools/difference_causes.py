"""Why a reading differs from the reference: a closed list of causes, and what can be verified of each without trusting
the entry that claims it. docs/quality/README.md tells the causes to people."""
import csv
import dataclasses
import io
import json
import re
from xml.etree import ElementTree

import report_facts

COUNTS = ("count-more", "count-fewer")
MORE, FEWER = COUNTS


@dataclasses.dataclass(frozen=True)
class Cause:
    """`literal`: the report does not say what the reference has, so that there is nothing to agree with."""
    meaning: str
    fields: tuple
    literal: bool


FACTS = report_facts.FIELDS
CAUSES = {
    "reference-folds": Cause("the reference makes one finding of several records", (MORE,), True),
    "reference-drops": Cause("the reference leaves records out", (MORE,), True),
    "reference-adds": Cause("the reference makes findings of what the report calls passed, or does not have",
                            (FEWER, *FACTS), True),
    "reference-splits": Cause("the reference makes several findings of what the report counts as one", (FEWER,), True),
    "not-in-report": Cause("the value is the reference's own; the record does not have it", FACTS, True),
    "reference-misfiles": Cause("the report has the value, but as something else than the reference takes it for",
                                FACTS, True),
    "no-id": Cause("what the reference takes for an id has no form that an id of its kind may have", ("vuln_ids",), True),
    "rows-beyond-header": Cause("read, with the state partial because rows of the report have cells that its header does "
                                "not name", ("state",), True),
    "report-unfinished": Cause("read, with the state partial because the report itself says that it is not all",
                               ("state", "unrecognised"), True),
    "read-as-what-it-is": Cause("a whole report of another format than the reference took it for; refused when that "
                                "one is named", ("accepted",), True),
    "empty-proves-nothing": Cause("nothing stands in the report, not even who wrote it",
                                  ("unrecognised", "state"), True),
    "another-reading": Cause("both stand in the report, and gatepost takes the other", (*COUNTS, *FACTS), False),
    "not-read": Cause("gatepost does not read what the reference reads",
                      ("unrecognised", "state", *COUNTS, *FACTS), False),
}
# The forms of ids, by how they begin.
ID_FORMS = {"CVE-": re.compile(r"CVE-\d{4}-\d{4,}", re.IGNORECASE)}
# Notes that repeat what the report says of itself.
OWN_WORDS = {"scanner-message", "inventory-only", "unfinished-line"}


def told(observation):
    """The facts by which records can be told apart or left out, each as text."""
    endpoint = observation.get("endpoint", {})
    url = endpoint.get("url", "")
    facts = {"url": url, "host": re.sub(r"^(\w+://[^/]*).*", r"\1", url), "parameter": endpoint.get("parameter"),
             "severity": observation.get("severity", {}).get("label")}
    for key in ("rule", "title", "message", "kind", "engine", "path", "line", "symbol", "package", "version", "resource",
                "suppressed", "needs_review", "cwe", "fixes", "at"):
        facts[key] = observation.get(key)
    facts["parent"] = observation.get("at", "").rsplit("/", 2)[0]  # the record that the list of records is in
    return {key: "" if value is None else str(value) for key, value in facts.items()}


def check_keys(entry):
    """What is wrong with an entry itself, or nothing."""
    cause = CAUSES.get(entry.cause)
    if cause is None:
        return f"cause {entry.cause!r} is none of {', '.join(CAUSES)}"
    if wrong := set(entry.fields) - set(cause.fields):
        return f"{', '.join(sorted(wrong))} cannot differ by {entry.cause}"
    if unknown := {*entry.by, *entry.without} - set(told({})):
        return f"no fact is called {', '.join(sorted(unknown))}; known are {', '.join(sorted(told({})))}"
    if (entry.cause == "read-as-what-it-is") != bool(entry.refused_as):
        return "refused_as goes with read-as-what-it-is: the formats that refuse the report when they are named"
    if entry.cause != "another-reading" and (entry.record_has or entry.noted):
        return "record_has and noted go with another-reading: what in the report, or in the notes, speaks for it"
    return None


def doubt(entry, field, verdict, report):
    """Why the cause of a difference could not be verified; None when it is verified, or nothing can be. `report` is its
    bytes."""
    checks = {"reference-folds": folds, "reference-drops": drops, "reference-adds": adds, "reference-splits": splits,
              "not-in-report": invented, "empty-proves-nothing": empty, "report-unfinished": unfinished,
              "reference-misfiles": misfiled, "another-reading": supported, "no-id": malformed,
              "rows-beyond-header": beyond_header}
    check = checks.get(entry.cause)
    return check(entry, field, verdict, report) if check else None


def supported(entry, field, verdict, report):
    """The record has what speaks for our reading of it, or a note says how the whole report was read."""
    if entry.noted:
        return None if entry.noted in {it["code"] for it in verdict.outcome.notes} else f"no note {entry.noted}"
    if not entry.record_has:
        return "neither `record_has` nor `noted` says what speaks for this reading"
    for one in verdict.missing:
        if field in one.fields:
            record = None if one.nearest is None else node_at(report, verdict.outcome.observations[one.nearest]["at"])
            has = {key: str((record or {}).get(key)) for key in entry.record_has}
            if has != entry.record_has:
                return f"the record has {has}"
    return None


def malformed(entry, field, verdict, report):
    """Of the ids that we lack none has the form of one."""
    for one in verdict.missing:
        near = None if one.nearest is None else report_facts.Seen(verdict.outcome.observations[one.nearest])
        for value in report_facts.as_list(one.facts[field]) if field in one.fields else []:
            form = next((it for begin, it in ID_FORMS.items() if str(value).upper().startswith(begin)), None)
            if (form is None or form.fullmatch(str(value))) and str(value).lower() not in (near.ids if near else ()):
                return f"{value!r} may be an id"
    return None


def beyond_header(entry, field, verdict, report):
    told = [it["text"] for it in verdict.outcome.notes if it["level"] != "info"]
    rows = [it for it in told if re.search(r"\d+ cells, but the header has \d+", it)]
    others = [it for it in told if it not in rows and it != "more of the same are not listed"]
    return None if rows and not others else f"notes: {'; '.join(others) or 'none of rows'}"


def folds(entry, field, verdict, report):
    if not entry.by:
        return "`by` does not say by which facts the reference folds"
    facts = [told(it) for it in verdict.outcome.observations]
    number = len({tuple(it[key] for key in entry.by) for it in facts})
    return None if number == verdict.count else f"by {', '.join(entry.by)} there are {number}, not {verdict.count}"


def drops(entry, field, verdict, report):
    if not entry.without:
        return "`without` does not say what the reference leaves out"
    facts = [told(it) for it in verdict.outcome.observations]
    number = sum(not any(re.search(pattern, it[key]) for key, pattern in entry.without.items()) for it in facts)
    return None if number == verdict.count else f"without those there are {number}, not {verdict.count}"


def adds(entry, field, verdict, report):
    missing = verdict.count - len(verdict.outcome.observations)
    skipped = verdict.outcome.records["skipped"]
    return None if 0 < missing <= skipped else f"{skipped} records are skipped, and {missing} findings are missing"


def splits(entry, field, verdict, report):
    if entry.counted_by:
        return counted(entry.counted_by, verdict, report)
    places = sum(len(it.get("locations", [])) or 1 for it in verdict.outcome.observations)
    return None if places == verdict.count else f"there are {places} places, not {verdict.count}"


def counted(member, verdict, report):
    """The report's own count is ours."""
    number = sum(int(it) for name, it in leaves(report) if name == member and str(it).isdigit())
    ours = len(verdict.outcome.observations)
    return None if number == ours else f"{member} gives {number}, not {ours}"


def misfiled(entry, field, verdict, report):
    """Wherever the whole value stands, it stands as what the entry says."""
    if not entry.stands_as:
        return "`stands_as` names no member, attribute or column"
    names = {}
    for name, value in leaves(report):
        names.setdefault(str(value).strip().lower(), set()).add(name)
    for one in verdict.missing:
        for value in report_facts.as_list(one.facts[field]) if field in one.fields else []:
            found = names.get(str(value).strip().lower(), set())
            if not found or found - set(entry.stands_as):
                return f"{value!r} stands as {', '.join(sorted(found)) or 'a part of something'}"
    return None


def leaves(report):
    """(name, value) of every member, attribute, element or cell. Of a list its name counts for each item."""
    text = report_facts.decoded(report)
    for read in (json_leaves, xml_leaves, csv_leaves):
        try:
            return list(read(text))
        except (ValueError, ElementTree.ParseError, csv.Error):
            continue
    return []


def json_leaves(text):
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [json.loads(it) for it in text.splitlines() if it.strip()]
    waiting = [("", it) for it in documents]
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.items()
        elif isinstance(node, list):
            waiting += ((name, it) for it in node)
        else:
            yield name, node


def xml_leaves(text):
    for element in ElementTree.fromstring(text.encode()).iter():
        yield from element.attrib.items()
        if element.text and element.text.strip():
            yield element.tag.rsplit("}", 1)[-1], element.text


def csv_leaves(text):
    for row in csv.DictReader(io.StringIO(text), strict=True):
        yield from ((name, value) for name, value in row.items() if name is not None)


def invented(entry, field, verdict, report):
    """The record, as far as its place in the report can be followed, has no such word."""
    for one in verdict.missing:
        if field in one.fields:
            record = None if one.nearest is None else record_at(report, verdict.outcome.observations[one.nearest]["at"])
            value = one.facts[field]
            if record is None:
                return f"the record in which {value!r} should stand cannot be found"
            if re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", record, re.IGNORECASE):
                return f"{value!r} stands in the record"
    return None


def record_at(report, pointer):
    """The text of a record of a JSON report."""
    node = node_at(report, pointer)
    return None if node is None else json.dumps(node, ensure_ascii=False)


def node_at(report, pointer):
    """A record of a JSON report; None when it is none, or has no such record."""
    try:
        node = json.loads(report)
        for part in pointer.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            node = node[int(part)] if isinstance(node, list) else node[part]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return node


def empty(entry, field, verdict, report):
    if verdict.count or verdict.outcome.observations:
        return "there are findings"
    try:
        return None if not report.strip() or not has_value(json.loads(report)) else "there is something in the report"
    except ValueError:
        return "there is something in the report"


def has_value(node):
    if isinstance(node, (dict, list)):
        return any(has_value(it) for it in (node.values() if isinstance(node, dict) else node))
    return node is not None


def unfinished(entry, field, verdict, report):
    if verdict.outcome.state == "tool-error":
        return None
    codes = {it["code"] for it in verdict.outcome.notes if it["level"] != "info"}
    return f"notes: {', '.join(sorted(codes - OWN_WORDS))}" if codes - OWN_WORDS else None
