#include "context/manifests.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "model/version.hpp"

namespace gatepost::context {
namespace {

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "registry.npmjs.org" of "https://registry.npmjs.org/a/-/a-1.tgz"; also of "registry+https://…".
std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  return text::lower(rest);
}

// Calls with each line and its number, from 1.
template <class Each>
void for_lines(std::string_view text, Each each) {
  std::uint32_t number = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    each(text::trim(line), ++number);
  }
}

// --- npm ---

std::optional<Manifest> package_json(std::string_view text) {
  const auto document = doc::parse_json(std::string(text), "package.json");
  if (!document || !document->root().is_object()) return std::nullopt;
  Manifest out{.ecosystem = "npm", .direct = {}};
  for (const auto& [list, dev] : {std::pair("dependencies", false), std::pair("optionalDependencies", false),
                                  std::pair("devDependencies", true)}) {
    for (const auto& [name, version] : document->root().at(list).members())
      out.direct.push_back({std::string(name), std::string(version.text()), version.position().line, dev});
  }
  return out;
}

// "node_modules/a/node_modules/@b/c" is "@b/c"; "" for what is not installed there.
std::string_view installed_name(std::string_view place) {
  constexpr std::string_view kFolder = "node_modules/";
  const std::size_t last = place.rfind(kFolder);
  return last == std::string_view::npos ? std::string_view{} : place.substr(last + kFolder.size());
}

std::optional<Lock> npm_lock(std::string_view text) {
  const auto document = doc::parse_json(std::string(text), "package-lock.json");
  const doc::View packages = document ? document->root().at("packages") : doc::View();
  if (!packages.is_object()) return std::nullopt;  // the first version of the format is not told
  Lock out{.ecosystem = "npm", .packages = {}, .required = {}};
  for (const auto& [place, package] : packages.members()) {
    const std::string_view name = installed_name(place);
    if (name.empty() || package.at("link").boolean().value_or(false)) continue;
    out.packages.push_back({.name = std::string(name),
                            .version = std::string(package.at("version").text()),
                            .host = host_of(package.at("resolved").text()),
                            .install_script = package.at("hasInstallScript").boolean().value_or(false),
                            .line = package.position().line});
    for (const char* const list : {"dependencies", "optionalDependencies", "peerDependencies"}) {
      for (const auto& [needed, range] : package.at(list).members()) out.required.emplace(needed);
    }
  }
  return out;
}

// --- pip ---

bool is_requirements(std::string_view name) { return name.starts_with("requirements") && name.ends_with(".txt"); }

// The name at the beginning of "name[extra] >=1 ; marker"; "" when there is none.
std::string_view requirement_name(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && (text::is_alnum(text[end]) || text[end] == '-' || text[end] == '_' || text[end] == '.'))
    ++end;
  return text.substr(0, end);
}

// What follows the name: "==2.0".
std::string requirement_version(std::string_view text, std::size_t name) {
  std::string_view rest = text::trim(text.substr(name));
  if (rest.starts_with('[')) rest.remove_prefix(std::min(rest.find(']') + 1, rest.size()));
  return std::string(text::trim(rest.substr(0, rest.find_first_of(";#\\ "))));
}

void add_requirement(std::string_view text, std::uint32_t line, bool dev, Manifest& out) {
  const std::string_view name = requirement_name(text);
  if (name.empty()) return;
  out.direct.push_back({package_key("pypi", name), requirement_version(text, name.size()), line, dev});
}

Manifest requirements(std::string_view path, std::string_view text) {
  Manifest out{.ecosystem = "pypi", .direct = {}};
  const std::string_view name = name_of(path);
  const bool dev = name.find("dev") != std::string_view::npos || name.find("test") != std::string_view::npos;
  for_lines(text, [&](std::string_view line, std::uint32_t number) {
    if (line.starts_with("-i ") || line.starts_with("--index-url") || line.starts_with("--extra-index-url") ||
        line.starts_with("--find-links")) {
      if (std::string host = host_of(line); !host.empty()) out.sources.push_back({std::move(host), {}, number});
    } else if (!line.starts_with('-') && !line.starts_with('#')) {
      add_requirement(line, number, dev, out);
    }
  });
  return out;
}

// --- TOML, line by line ---

struct TomlLine {
  std::string_view table;  // "dependencies" of "[dependencies]"
  std::string_view key, value;
  std::string_view whole;
};

std::string_view unquoted(std::string_view s) {
  if (s.size() >= 2 && (s.front() == '"' || s.front() == '\'') && s.back() == s.front())
    return s.substr(1, s.size() - 2);
  return s;
}

// Calls with each line that is neither empty, a comment nor a heading; headings are told to `heading`.
template <class Each, class Heading>
void for_toml(std::string_view text, Each each, Heading heading) {
  std::string_view table;
  for_lines(text, [&](std::string_view line, std::uint32_t number) {
    if (line.empty() || line.starts_with('#')) return;
    if (line.starts_with('[') && line.find('=') == std::string_view::npos && line.find('"') != 1) {
      const std::size_t open = line.starts_with("[[") ? 2 : 1;
      table = text::trim(line.substr(open, line.find(']') - std::min(open, line.find(']'))));
      heading(table, number);
      return;
    }
    const std::size_t equals = line.find('=');
    const bool is_pair = equals != std::string_view::npos && !line.starts_with('"');
    each(TomlLine{table, is_pair ? unquoted(text::trim(line.substr(0, equals))) : std::string_view{},
                  is_pair ? text::trim(line.substr(equals + 1)) : line, line},
         number);
  });
}

// "1.2" of "1.2" in quotes and of { version = "1.2", … }.
std::string toml_version(std::string_view value) {
  if (value.starts_with('{')) {
    const std::size_t at = value.find("version");
    if (at == std::string_view::npos) return {};
    value = value.substr(at);
    value.remove_prefix(std::min(value.find('=') + 1, value.size()));
    value = text::trim(value);
  }
  if (value.empty() || (value.front() != '"' && value.front() != '\'')) return {};
  const std::size_t end = value.find(value.front(), 1);
  return std::string(value.substr(1, end == std::string_view::npos ? end : end - 1));
}

// "[dependencies]", "[target.'cfg(unix)'.dev-dependencies]" give "" with whether it is of development; the table of one
// dependency "[dependencies.serde]" gives its name.
struct CargoTable {
  bool dependencies = false, dev = false;
  std::string_view package;
};
CargoTable cargo_table(std::string_view table) {
  for (const auto& [word, dev] : {std::pair<std::string_view, bool>{"dev-dependencies", true},
                                  {"build-dependencies", true},
                                  {"dependencies", false}}) {
    const std::size_t at = table.rfind(word);
    if (at == std::string_view::npos || (at > 0 && table[at - 1] != '.')) continue;
    const std::string_view rest = table.substr(at + word.size());
    if (rest.empty()) return {true, dev, {}};
    if (rest.starts_with('.')) return {true, dev, unquoted(rest.substr(1))};
  }
  return {};
}

Manifest cargo_toml(std::string_view text) {
  Manifest out{.ecosystem = "cargo", .direct = {}};
  for_toml(
      text,
      [&](const TomlLine& line, std::uint32_t number) {
        const CargoTable table = cargo_table(line.table);
        if (!table.dependencies || line.key.empty()) return;
        if (table.package.empty()) {
          const std::string_view key = line.key.substr(0, line.key.find('.'));
          out.direct.push_back({std::string(key), toml_version(line.value), number, table.dev});
        } else if (line.key == "version" && !out.direct.empty()) {
          out.direct.back().version = toml_version(line.value);
        }
      },
      [&](std::string_view heading, std::uint32_t number) {
        const CargoTable table = cargo_table(heading);
        if (!table.package.empty()) out.direct.push_back({std::string(table.package), {}, number, table.dev});
      });
  return out;
}

// Texts in quotes on a line: the requirements of a list.
void add_quoted(std::string_view line, std::uint32_t number, bool dev, Manifest& out) {
  while (true) {
    const std::size_t begin = line.find_first_of("\"'");
    if (begin == std::string_view::npos) return;
    const std::size_t end = line.find(line[begin], begin + 1);
    if (end == std::string_view::npos) return;
    add_requirement(line.substr(begin + 1, end - begin - 1), number, dev, out);
    line.remove_prefix(end + 1);
  }
}

Manifest pyproject(std::string_view text) {
  Manifest out{.ecosystem = "pypi", .direct = {}};
  bool in_list = false;
  for_toml(
      text,
      [&](const TomlLine& line, std::uint32_t number) {
        const bool poetry_dev = line.table == "tool.poetry.dev-dependencies" ||
                                (line.table.starts_with("tool.poetry.group.") && line.table.ends_with(".dependencies"));
        if (line.table == "tool.poetry.dependencies" || poetry_dev) {
          if (!line.key.empty() && line.key != "python")
            out.direct.push_back({package_key("pypi", line.key), toml_version(line.value), number, poetry_dev});
        } else if (line.table == "project" && line.key == "dependencies") {
          add_quoted(line.value, number, false, out);
          in_list = line.value.find(']') == std::string_view::npos || line.value.ends_with(',');
        } else if (in_list && line.table == "project") {
          if (!line.whole.starts_with(']')) add_quoted(line.whole, number, false, out);
          in_list = !line.whole.starts_with(']') && !line.whole.ends_with("\"]");
        }
      },
      [&](std::string_view, std::uint32_t) { in_list = false; });
  return out;
}

// Cargo.lock, poetry.lock, uv.lock: [[package]] with name, version, source and what it needs.
Lock toml_lock(std::string_view text, std::string_view ecosystem) {
  Lock out{.ecosystem = std::string(ecosystem), .packages = {}, .required = {}};
  bool in_list = false, own = false, has_source = false;
  std::vector<std::string> needs;  // of the package so far; what the repository's own need does not count
  const auto end_package = [&] {
    if (out.packages.empty()) return;
    if (ecosystem == "cargo") own = !has_source;
    if (!own) out.required.insert(needs.begin(), needs.end());
    if (own) out.packages.pop_back();
    needs.clear();
    own = has_source = false;
  };
  const auto need = [&](std::string_view quoted) {
    const std::size_t begin = quoted.find('"');
    if (begin == std::string_view::npos) return;
    const std::string_view inside = quoted.substr(begin + 1);
    needs.push_back(package_key(ecosystem, inside.substr(0, inside.find_first_of("\" "))));
  };
  const auto take = [&](const TomlLine& line) {
    if (out.packages.empty()) return;
    Locked& package = out.packages.back();
    if (in_list) {
      need(line.whole);
      in_list = !line.whole.starts_with(']');
    } else if (line.table == "package.dependencies") {
      if (!line.key.empty()) needs.push_back(package_key(ecosystem, line.key));
    } else if (line.table != "package") {
      return;
    } else if (line.key == "name") {
      package.name = package_key(ecosystem, unquoted(line.value));
    } else if (line.key == "version") {
      package.version = unquoted(line.value);
    } else if (line.key == "source") {
      package.host = host_of(line.value);
      has_source = true;
      own =
          line.value.find("editable") != std::string_view::npos || line.value.find("virtual") != std::string_view::npos;
    } else if (line.key == "dependencies") {
      if (line.value != "[") need(line.value);
      in_list = line.value.find(']') == std::string_view::npos;
    }
  };
  for_toml(
      text, [&](const TomlLine& line, std::uint32_t) { take(line); },
      [&](std::string_view heading, std::uint32_t number) {
        in_list = false;
        if (heading != "package") return;
        end_package();
        out.packages.push_back({.name = {}, .version = {}, .host = {}, .line = number});
      });
  end_package();
  return out;
}

// --- Go ---

Manifest go_mod(std::string_view text) {
  Manifest out{.ecosystem = "golang", .direct = {}};
  std::string_view block;
  for_lines(text, [&](std::string_view line, std::uint32_t number) {
    const bool indirect = line.find("// indirect") != std::string_view::npos;
    line = text::trim(line.substr(0, line.find("//")));
    std::string_view verb = block;
    if (block.empty()) {
      verb = line.substr(0, line.find_first_of(" \t("));
      line = text::trim(line.substr(verb.size()));
      if (line.starts_with('(')) {
        block = verb;
        return;
      }
    } else if (line.starts_with(')')) {
      block = {};
      return;
    }
    const std::string_view module = unquoted(line.substr(0, line.find_first_of(" \t")));
    if (module.empty()) return;
    if (verb == "require") {
      const std::string_view rest = text::trim(line.substr(std::min(line.find_first_of(" \t"), line.size())));
      (indirect ? out.indirect : out.direct)
          .push_back({package_key("golang", module), std::string(rest), number, false});
    }
    const std::size_t arrow = line.find("=>");
    if (verb == "replace" && arrow != std::string_view::npos) {
      const std::string_view target = text::trim(line.substr(arrow + 2));
      out.sources.push_back({std::string(target.substr(0, target.find_first_of(" \t"))), {}, number});
    }
  });
  return out;
}

}  // namespace

const Declared* Manifest::find(std::string_view name) const {
  const auto found =
      std::ranges::lower_bound(direct, name, {}, [](const Declared& it) { return std::string_view(it.name); });
  return found != direct.end() && found->name == name ? &*found : nullptr;
}

bool is_manifest(std::string_view path) {
  const std::string_view name = name_of(path);
  constexpr std::string_view kNames[] = {"package.json", "pyproject.toml",    "go.mod",
                                         "Cargo.toml",   "package-lock.json", "npm-shrinkwrap.json",
                                         "Cargo.lock",   "poetry.lock",       "uv.lock"};
  return std::ranges::find(kNames, name) != std::end(kNames) || is_requirements(name);
}

std::optional<Manifest> read_manifest(std::string_view path, std::string_view text) {
  if (text.size() > kLargestManifest) return std::nullopt;
  const std::string_view name = name_of(path);
  std::optional<Manifest> out;
  if (name == "package.json") out = package_json(text);
  if (is_requirements(name)) out = requirements(path, text);
  if (name == "pyproject.toml") out = pyproject(text);
  if (name == "go.mod") out = go_mod(text);
  if (name == "Cargo.toml") out = cargo_toml(text);
  // Of a package that is named twice the one for running counts.
  if (out) std::ranges::stable_sort(out->direct, {}, [](const Declared& it) { return std::tie(it.name, it.dev); });
  return out;
}

std::optional<Lock> read_lock(std::string_view path, std::string_view text) {
  if (text.size() > kLargestManifest) return std::nullopt;
  const std::string_view name = name_of(path);
  std::optional<Lock> out;
  if (name == "package-lock.json" || name == "npm-shrinkwrap.json") out = npm_lock(text);
  if (name == "Cargo.lock") out = toml_lock(text, "cargo");
  if (name == "poetry.lock" || name == "uv.lock") out = toml_lock(text, "pypi");
  if (out) std::ranges::stable_sort(out->packages, {}, [](const Locked& it) { return std::tie(it.name, it.version); });
  return out;
}

std::string package_key(std::string_view ecosystem, std::string_view name) {
  if (ecosystem == "golang") return text::lower(name);
  if (ecosystem != "pypi") return std::string(name);
  return text::kebab_case(name);
}

std::string_view plain_version(std::string_view constraint) {
  constraint = text::trim(constraint);
  while (!constraint.empty() && !text::is_digit(constraint.front())) {
    if (std::string_view("^~=v ").find(constraint.front()) == std::string_view::npos) return {};
    constraint.remove_prefix(1);
  }
  const bool plain = std::ranges::all_of(constraint, [](char c) { return text::is_digit(c) || c == '.'; });
  return plain ? constraint : std::string_view{};
}

bool is_below(std::string_view ecosystem, std::string_view version, std::string_view other) {
  const auto scheme = version_scheme_of(ecosystem);
  return scheme && compare_versions(*scheme, version, other) == std::weak_ordering::less;
}

}  // namespace gatepost::context
