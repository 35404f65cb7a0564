#!/usr/bin/env python3
"""Writes a file that is small to send and large, deep or slow to read: bombs.py KIND FILE."""
import gzip
import io
import sys
import zipfile

LAUGHS = 30


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


def yaml_aliases():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 9) + "]" for i in range(1, LAUGHS)]
    return "\n".join(lines) + "\n"


def xml_entities():
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 9}">' for i in range(1, LAUGHS))
    return f'<?xml version="1.0"?><!DOCTYPE checkstyle [<!ENTITY l0 "lol">{entities}]><checkstyle version="10"><file name="&l{LAUGHS - 1};"/></checkstyle>'


def bandit(filename):
    """A report that is recognised, of one result."""
    return ('{"errors": [], "generated_at": "2024-03-05T12:15:00Z", "metrics": {"_totals": {"loc": 1}}, "results": [{"code": "x", '
            '"filename": "' + filename + '", "issue_confidence": "HIGH", "issue_severity": "LOW", "issue_text": "text", "line_number": 3, '
            '"line_range": [3], "more_info": "", "test_id": "B101", "test_name": "assert_used"}]}')


def workbook(sheet):
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return zipped({
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>'})


KINDS = {
    "gzip": lambda: gzip.compress(b" " * (300 << 20), 6),
    "zip": lambda: zipped({f"{i}.json": " " * (8 << 20) for i in range(40)}),
    "yaml-aliases": yaml_aliases,
    "xml-entities": xml_entities,
    "json-depth": lambda: '{"results": ' + "[" * 2_000_000,
    "json-depth-closed": lambda: '{"results": ' + "[" * 1_000_000 + "]" * 1_000_000 + "}",
    "xml-depth": lambda: "<checkstyle>" + "<a>" * 1_000_000,
    "yaml-depth": lambda: "a: " + "[" * 200_000,
    "keys": lambda: "{" + ", ".join(f'"key{i}": {i}' for i in range(1_000_000)) + "}",
    "equal-keys": lambda: "{" + ", ".join(['"key": 1'] * 1_000_000) + "}",
    "string": lambda: bandit("a" * (100 << 20)),
    "quotes": lambda: '{"a": "' + '\\"' * (10 << 20),
    "brackets-in-lines": lambda: '{"a":1}\n' + "{[" * (5 << 20),
    "records": lambda: '{"scanner": "slow", "hits": [' + ", ".join(f'{{"id": "r{i}"}}' for i in range(20_000)) + "]}",
    "workbook": lambda: workbook("<row>" + "<c/>" * 30_000_000 + "</row>"),
    "wide-workbook": lambda: workbook("".join(f'<row r="{i}"><c r="XFD{i}"><v>{i * 7919}</v></c></row>' for i in range(1, 200_000))),
}


def main():
    content = KINDS[sys.argv[1]]()
    with open(sys.argv[2], "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


if __name__ == "__main__":
    main()
