"""The repository itself: manifests, catalogue, settings."""
import json

import evidence


def requirements(packages):
    return "".join(f"{it.name}=={it.version}\n" for it in packages)


def go_mod(name, packages):
    return f"module example.com/acme/{name}\n\ngo 1.24\n\nrequire (\n" + "".join(
        f"\t{it.name} {it.version}\n" for it in packages) + ")\n"


def pom(name, packages):
    out = ['<project xmlns="http://maven.apache.org/POM/4.0.0">', "  <modelVersion>4.0.0</modelVersion>",
           "  <groupId>com.example.acme</groupId>", f"  <artifactId>{name}</artifactId>", "  <version>1.0.0</version>",
           "  <dependencies>"]
    for it in packages:
        group, artifact = it.name.split(":")
        scope = "<scope>test</scope>" if it.scope == "dev" else ""
        out.append(f"    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
                   f"<version>{it.version}</version>{scope}</dependency>")
    return "\n".join(out + ["  </dependencies>", "</project>", ""])


def package_lock(name, packages):
    entries = {"": {"name": name, "version": "1.0.0"}}
    for it in packages:
        entries[f"node_modules/{it.name}"] = {"version": it.version, **({"dev": True} if it.scope == "dev" else {})}
    lock = {"name": name, "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": entries}
    return json.dumps(lock, indent=2) + "\n"


def manifests(service):
    packages = sorted(service.packages, key=lambda it: it.name)
    by_path = {}
    for it in packages:
        by_path.setdefault(it.manifest, []).append(it)
    for path, listed in sorted(by_path.items()):
        if path.endswith(".txt"):
            yield path, requirements(listed)
        elif path.endswith("go.mod"):
            yield path, go_mod(service.name, listed)
        elif path.endswith("pom.xml"):
            yield path, pom(service.name, listed)
        else:
            yield path, package_lock(service.name, listed)


def catalogue(services):
    out = "services:\n"
    for it in services:
        out += f"  - name: {it.name}\n    paths: [{it.path}]\n    images: [{it.image}]\n"
        out += f'    owner: "@acme/{it.name}"\n    criticality: {it.criticality}\n    exposure: {it.exposure}\n'
        out += f"    environment: {it.environment}\n"
        if it.data:
            out += f"    data_classes: [{', '.join(it.data)}]\n"
    return out


SETTINGS = """\
version: 1
reports: ["reports/**"]
feeds:
  epss: feeds/epss.csv
  kev: feeds/kev.json
  vulnrichment: feeds/vulnrichment.jsonl
runtime:
  files: ["runtime/*"]
vex:
  files: [".gatepost/vex/*.json", "vendor/vex/*.json"]
  trust:
    - {author: Velnoria Project, may: [not_affected, fixed]}
    - {author: Rynkadex Foundation, may: [not_affected, fixed]}
    - {author: Lumora Images, may: [not_affected, fixed]}
"""

IGNORED = "/reports/\n/runtime/\n/vendor/\n/feeds/\n/gatepost-out/\n"


def files(world):
    """Path and text of everything that is committed."""
    yield ".gatepost.yml", SETTINGS
    yield ".gatepost/services.yml", catalogue(world.services)
    yield ".gatepost/vex/ours.openvex.json", evidence.ours(world)
    yield ".gitignore", IGNORED
    for service in world.services:
        yield from manifests(service)
