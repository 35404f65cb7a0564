"""What there is: a monorepo's services, the packages in them, and what is wrong with these.

Everything is invented: CVE ids of the year 2099, GHSA ids made of a hash, names of packages put together from syllables.
"""
from dataclasses import dataclass, field

from chance import Chance, hexdigits

SEED = "gatepost funnel 1"
TODAY = "2026-11-20"

# How many findings fall out where. The stages follow: 6,093 unique, 5,103 shipped, 894 loaded, 76 internet-facing, 23.
RAW = 10_000
DEV, NOT_DEPLOYED, NOT_LOADED, LOADED_INSIDE, EXCUSED = 402, 588, 4_209, 818, 53


@dataclass
class Service:
    name: str
    ecosystem: str  # type of its purls
    exposure: str
    environment: str
    criticality: str
    data: list
    runtime: str = ""  # the form of its runtime evidence
    packages: list = field(default_factory=list)

    @property
    def path(self):
        return f"services/{self.name}"

    @property
    def image(self):
        return f"registry.example/acme/{self.name}"

    @property
    def internet(self):
        return self.exposure == "internet" and self.environment == "production"

    def manifest(self, scope):
        dev = {"pypi": "requirements-dev.txt", "golang": "tools/go.mod"}
        run = {"pypi": "requirements.txt", "golang": "go.mod", "maven": "pom.xml", "npm": "package-lock.json"}
        names = run | dev if scope == "dev" else run
        return f"{self.path}/{names[self.ecosystem]}"


def services():
    return [
        Service("storefront", "npm", "internet", "production", "mission_critical", [], "cyclonedx"),
        Service("checkout", "pypi", "internet", "production", "mission_critical", ["payment", "pii"], "cyclonedx"),
        Service("accounts", "maven", "internet", "production", "high", ["credentials", "pii"], "lines"),
        Service("gateway", "golang", "internet", "production", "medium", [], "lines"),
        Service("handbook", "npm", "internet", "production", "low", ["public"], "cyclonedx"),
        Service("orders", "maven", "internal", "production", "high", ["pii"], "cyclonedx"),
        Service("pricing", "pypi", "internal", "production", "high", [], "lines"),
        Service("warehouse", "golang", "internal", "production", "medium", [], "lines"),
        Service("mailer", "pypi", "external_restricted", "staging", "medium", ["pii"], "cyclonedx"),
        Service("ledger", "maven", "isolated", "production", "mission_critical", ["financial"], "lines"),
        Service("old-shop", "npm", "internet", "not_deployed", "medium", []),
        Service("prototype", "pypi", "internal", "not_deployed", "low", []),
    ]


@dataclass(frozen=True)
class Flaw:
    cve: str  # "" for one that has only its GHSA id
    ghsa: str
    number: int
    score: float
    vector: str
    cwe: int
    what: str
    epss_ppm: int = 0
    kev: bool = False
    poc: bool = False

    @property
    def id(self):
        return self.cve or self.ghsa

    @property
    def severity(self):
        return next(name for least, name in ((9, "critical"), (7, "high"), (4, "medium"), (0, "low"))
                    if self.score >= least)


@dataclass
class Package:
    service: Service
    name: str  # as the ecosystem writes it: "@velnor/http", "com.example.velnor:http", "example.com/velnor/http"
    version: str
    fixed: str
    scope: str = "runtime"
    state: str = "not_loaded"
    flaws: list = field(default_factory=list)

    @property
    def purl(self):
        name = self.name.replace("@", "%40").replace(":", "/")
        return f"pkg:{self.service.ecosystem}/{name}@{self.version}"

    @property
    def manifest(self):
        return self.service.manifest(self.scope)


@dataclass
class Finding:
    package: Package
    flaw: Flaw
    tools: list = field(default_factory=list)
    mark: str = ""  # of those to act on: "", or the trap they are


VECTORS = [
    (9.8, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 502, "Deserialization of untrusted data"),
    (9.1, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N", 22, "Path traversal"),
    (8.8, "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 94, "Code injection through templates"),
    (8.1, "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", 295, "Improper certificate validation"),
    (7.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 400, "Uncontrolled resource consumption"),
    (7.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 200, "Information exposure"),
    (6.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N", 444, "Request smuggling"),
    (6.5, "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", 639, "Authorization bypass through a key of the user"),
    (6.1, "AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 79, "Cross-site scripting"),
    (5.9, "AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H", 362, "Race condition"),
    (5.5, "AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H", 674, "Uncontrolled recursion"),
    (5.3, "AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", 209, "Error messages with sensitive information"),
    (4.3, "AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", 863, "Incorrect authorization"),
    (3.7, "AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", 208, "Observable timing discrepancy"),
    (3.1, "AV:N/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", 532, "Sensitive information in log files"),
    (2.5, "AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", 377, "Insecure temporary file"),
]

# The 23 that remain: service, row of VECTORS, EPSS in ppm, known exploited, public exploit, called (else loaded), trap.
TO_ACT_ON = [
    ("checkout", 0, 940_000, True, True, True, ""),
    ("accounts", 0, 610_000, True, True, True, "other-version"),
    ("storefront", 0, 430_000, False, False, False, "other-product"),
    ("checkout", 1, 380_000, False, True, False, "untrusted-author"),
    ("checkout", 4, 42_000, False, False, False, "embedded"),
    ("accounts", 3, 120_000, False, True, False, ""),
    ("storefront", 2, 95_000, False, True, False, ""),
    ("accounts", 2, 61_000, False, False, False, ""),
    ("checkout", 11, 1_000, False, False, False, ""),
    ("checkout", 6, 3_000, False, False, False, ""),
    ("checkout", 10, 2_100, False, True, False, ""),
    ("storefront", 11, 1_700, False, True, False, ""),
    ("accounts", 11, 2_400, False, True, False, ""),
    ("storefront", 4, 1_000, False, False, False, ""),
    ("storefront", 8, 900, False, False, False, ""),
    ("storefront", 12, 1_000, False, False, False, ""),
    ("accounts", 5, 700, False, False, False, ""),
    ("accounts", 7, 800, False, False, False, ""),
    ("gateway", 0, 1_000, False, False, False, ""),
    ("gateway", 4, 1_100, False, False, False, ""),
    ("handbook", 4, 1_000, False, False, False, ""),
    ("handbook", 11, 900, False, False, False, ""),
    ("handbook", 11, 250, False, False, False, ""),
]

FIRST = ["vel", "zor", "quan", "bri", "tal", "mor", "fen", "kas", "lum", "ost", "pre", "ryn", "sil", "tor", "ull", "wex"]
MIDDLE = ["no", "vi", "dra", "ka", "lo", "mi", "ra", "se", "tu", "ze", "bo", "fi"]
LAST = ["ria", "dex", "lan", "mir", "nox", "pan", "quil", "sto", "tix", "var", "wick", "yon"]
PARTS = ["http", "json", "cache", "auth", "queue", "yaml", "codec", "pool", "tls", "route", "form", "log", "image", "xml"]


class World:
    """Deterministic: the same seed, the same world."""

    def __init__(self):
        self.chance = Chance(SEED)
        self.services = services()
        self.findings = []
        self.excused = []  # findings with a statement that applies
        self.flaw_count = 0
        self.names = set()
        self.shared = {}  # ecosystem -> packages that others may use as well
        self.settle()

    # --- names and numbers ---

    def new_name(self, ecosystem):
        while True:
            stem = self.chance.one_of(FIRST) + self.chance.one_of(MIDDLE) + self.chance.one_of(LAST)
            part = self.chance.one_of(PARTS)
            name = {"npm": f"@{stem}/{part}" if self.chance.percent(40) else f"{stem}-{part}", "pypi": f"{stem}-{part}",
                    "maven": f"com.example.{stem}:{stem}-{part}", "golang": f"example.com/{stem}/{part}"}[ecosystem]
            if name not in self.names:
                self.names.add(name)
                return name

    def new_version(self, ecosystem):
        major, minor, patch = self.chance.below(6), self.chance.below(20), self.chance.below(15)
        v = "v" if ecosystem == "golang" else ""
        if v:
            major = min(major, 1)  # above, the module's name would say it
        return f"{v}{major}.{minor}.{patch}", f"{v}{major}.{minor}.{patch + self.chance.between(1, 4)}"

    def new_flaw(self, kind=None, has_cve=False, **facts):
        self.flaw_count += 1
        number = self.flaw_count
        if kind is None:
            kind = self.chance.one_of([1, 2, 3, 4, 4, 4, 5, 5, 6, 7, 7, 8, 8, 8, 9, 10, 10, 11, 11, 12, 12, 13, 14, 15])
        score, vector, cwe, what = VECTORS[kind]
        letters = "23456789cfghjmpqrvwx"
        digits = hexdigits(f"ghsa {number}", 24)
        ghsa = [letters[int(digits[2 * i:2 * i + 2], 16) % len(letters)] for i in range(12)]
        ghsa = "GHSA-" + "-".join("".join(ghsa[i:i + 4]) for i in (0, 4, 8))
        if "epss_ppm" not in facts:
            facts["epss_ppm"] = self.chance.one_of([120, 180, 240, 310, 420, 560, 700, 900, 1300, 2600, 7400, 31_000])
            facts["kev"] = number % 701 == 0
            facts["poc"] = number % 41 == 0
        has_cve = has_cve or facts["kev"] or facts["poc"] or number % 29 != 0
        cve = f"CVE-2099-{10_000 + number}" if has_cve else ""
        return Flaw(cve, ghsa, number, score, "CVSS:3.1/" + vector, cwe, what, **facts)

    # --- packages ---

    def new_package(self, service, scope, state, flaws):
        version, fixed = self.new_version(service.ecosystem)
        package = Package(service, self.new_name(service.ecosystem), version, fixed, scope, state, flaws)
        service.packages.append(package)
        return package

    # The same release as in another service, where what was seen of it may be something else.
    def reused_package(self, service, scope, state):
        candidates = self.shared.get((service.ecosystem, scope), [])
        if not candidates or not self.chance.percent(35):
            return None
        known = self.chance.one_of(candidates)
        if any(it.name == known.name for it in service.packages):
            return None
        package = Package(service, known.name, known.version, known.fixed, scope, state, list(known.flaws))
        service.packages.append(package)
        return package

    def fill(self, services_, count, scope, state):
        """Packages with flaws, until there are `count` findings."""
        missing = count
        while missing > 0:
            service = self.chance.one_of(services_)
            package = self.reused_package(service, scope, state)
            if package is None:
                package = self.new_package(service, scope, state, [])
                package.flaws = [self.new_flaw() for _ in range(self.chance.one_of([1, 1, 2, 2, 3, 4, 7]))]
                self.shared.setdefault((service.ecosystem, scope), []).append(package)
            package.flaws = package.flaws[:missing]
            missing -= len(package.flaws)
            self.findings += [Finding(package, it) for it in package.flaws]

    def settle(self):
        deployed = [it for it in self.services if it.environment != "not_deployed"]
        internet = [it for it in deployed if it.internet]
        inside = [it for it in deployed if not it.internet]
        by_name = {it.name: it for it in self.services}
        for name, kind, epss, kev, poc, called, trap in TO_ACT_ON:
            flaw = self.new_flaw(kind, has_cve=True, epss_ppm=epss, kev=kev, poc=poc)
            package = self.new_package(by_name[name], "runtime", "called" if called else "loaded", [flaw])
            self.findings.append(Finding(package, flaw, mark=trap or "act"))
        for i in range(EXCUSED):
            service = internet[i % len(internet)]
            flaw = self.new_flaw(has_cve=True, epss_ppm=self.chance.one_of([300, 900, 4_000, 52_000]), kev=False, poc=False)
            finding = Finding(self.new_package(service, "runtime", "loaded", [flaw]), flaw)
            self.findings.append(finding)
            self.excused.append(finding)
        self.add_namesakes()
        namesakes = sum(it.package.state == "not_loaded" for it in self.findings)
        self.fill(inside, LOADED_INSIDE, "runtime", "loaded")
        self.fill(deployed, NOT_LOADED - namesakes, "runtime", "not_loaded")
        self.fill([it for it in self.services if it not in deployed], NOT_DEPLOYED, "runtime", "not_loaded")
        self.fill(self.services, DEV, "dev", "not_loaded")
        self.choose_tools()

    def add_namesakes(self):
        """Beside packages that are loaded, others with nearly their names that are not."""
        for finding in [it for it in self.findings if it.mark][:12]:
            known = finding.package
            other = {"npm": known.name.replace("@", "").replace("/", "-") if known.name.startswith("@") else
                     known.name + "s", "pypi": known.name + "2", "maven": known.name.replace("com.", "org.", 1),
                     "golang": known.name + "x"}[known.service.ecosystem]
            self.names.add(other)
            package = Package(known.service, other, known.version, known.fixed, "runtime", "not_loaded",
                              [self.new_flaw(has_cve=True, epss_ppm=400, kev=False, poc=False)])
            known.service.packages.append(package)
            self.findings.append(Finding(package, package.flaws[0]))

    # --- who reports what ---

    @staticmethod
    def tools_for(finding):
        """Those that can report it under the same name; the first always does."""
        if finding.package.scope == "dev":
            return ["depscan"]  # the only one here that is told to look at what is not shipped
        # Snyk names package.json where the others name the lock file, and no GHSA ids: there the others suffice.
        with_snyk = finding.package.service.ecosystem != "npm" and finding.flaw.cve
        return ["trivy", "grype", "snyk"] if with_snyk else ["trivy", "grype"]

    def choose_tools(self):
        raw = 1  # the supplier's statement of the trap "embedded"
        for finding in self.findings:
            possible = self.tools_for(finding)
            finding.tools = possible if finding.mark else [self.chance.one_of(possible)]
            raw += len(finding.tools)
        for finding in self.chance.shuffled(self.findings):
            if finding.mark or raw == RAW:
                continue
            missing = [it for it in self.tools_for(finding) if it not in finding.tools]
            some = missing[:self.chance.between(0, len(missing))][:RAW - raw]
            finding.tools = finding.tools + some
            raw += len(some)
        assert raw == RAW, f"{raw} reports"

    def of(self, service, tool):
        return [it for it in self.findings if it.package.service is service and tool in it.tools]
