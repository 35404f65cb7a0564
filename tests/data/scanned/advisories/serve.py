#!/usr/bin/env python3
"""Answers on the loopback as the advisory services do that `npm audit` and `pip-audit --vulnerability-service osv` ask:

    serve.py PORT

Versions are compared by their numbers only, which is enough for the packages of the scanned application.
"""
import gzip
import http.server
import json
import sys

from make import HERE, other_entries

FACTS = json.loads((HERE / "../../../../examples/advisories/advisories.json").read_text())


def number(version):
    return [int(part) for part in version.split(".") if part.isdigit()]


def is_hit(entry, name, ecosystem, version):
    place = entry["affected"][0]
    if (place["package"]["name"], place["package"]["ecosystem"]) != (name.lower(), ecosystem):
        return False
    introduced, fixed = place["ranges"][0]["events"]
    return number(introduced["introduced"]) <= number(version) < number(fixed["fixed"])


def osv(question):
    package = question["package"]
    return {"vulns": [it for it in other_entries() if is_hit(it, package["name"], package["ecosystem"], question["version"])]}


def npm_bulk(question):
    answer = {}
    for index, it in enumerate(FACTS):
        if it["ecosystem"] == "npm" and it["package"] in question:
            answer.setdefault(it["package"], []).append({
                "id": 1100000 + index, "url": "https://github.com/advisories/" + it["ghsa"], "title": it["title"],
                "severity": it["severity"].replace("medium", "moderate"), "vulnerable_versions": it["vulnerable"],
                "cwe": ["CWE-%d" % cwe for cwe in it["cwe"]], "cvss": {"score": it["score"], "vectorString": it["vector"]}})
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":  # as npm sends it
            asked = gzip.decompress(asked)
        question = json.loads(asked)
        body = json.dumps(osv(question) if self.path == "/v1/query" else npm_bulk(question)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):  # npm also asks for the packages; it does without
        self.send_error(404)

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
