#include "context/runtime.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "doc/csv.hpp"
#include "doc/json.hpp"

namespace gatepost::context {
namespace {

constexpr std::size_t kMostNotes = 10, kLongestName = 200;

std::string name_of(std::string_view text) {
  return text::to_utf8(text::strip_controls(std::string(text::trim(text.substr(0, 4 * kLongestName)))), kLongestName);
}

std::string purl_of(std::string_view text) {
  const auto purl = Purl::parse(text);
  return purl ? purl->to_string() : "";
}

std::string type_of(std::string_view purl) {
  const std::size_t slash = purl.find('/');
  return slash == std::string_view::npos ? "" : std::string(purl.substr(4, slash - 4));
}

std::optional<RuntimeState> state_of(std::string_view word) {
  const auto* const known = std::ranges::find(kRuntimeStateNames, word);
  if (known == kRuntimeStateNames.end()) return std::nullopt;
  return static_cast<RuntimeState>(known - kRuntimeStateNames.begin());
}

// A share between 0 and 1, or percent behind "%".
int percent_of(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto whole = text::parse_number(text.substr(0, point));
  if (!whole || *whole > 100) return 0;
  if (percent) return static_cast<int>(*whole);
  if (*whole >= 1) return *whole == 1 ? 100 : 0;
  std::string digits(text.substr(std::min(point + 1, text.size()), 2));
  digits.resize(2, '0');
  return static_cast<int>(text::parse_number(digits).value_or(0));
}

class Reader {
 public:
  Reader(const std::string& name, RuntimeDocument& out) : name_(name), out_(out) {}

 protected:
  void note(const std::string& where, std::string_view text) {
    out_.damaged = true;
    if (++notes_ > kMostNotes) return;
    const std::string_view more = "more of it cannot be read; it is not listed";
    out_.notes.push_back({Note::Level::warning,
                          "runtime-evidence",
                          fmt::format("{}: {}", where, notes_ == kMostNotes ? more : text),
                          {}});
  }
  void add(RuntimeSighting it) {
    it.document = name_;
    if (out_.sightings.size() <= kMostSightings) out_.sightings.push_back(std::move(it));
  }

  const std::string& name_;
  RuntimeDocument& out_;
  std::size_t notes_ = 0;
};

// --- CycloneDX: our own properties, those of the Datadog agent, and the format's evidence ---

class CycloneDx : Reader {
 public:
  CycloneDx(const doc::View& root, const std::string& name, RuntimeDocument& out) : Reader(name, out), root_(root) {}

  void read() {
    out_.format = "CycloneDX";
    const doc::View metadata = root_.at("metadata"), subject = metadata.at("component");
    all_.service = name_of(subject.at("name").text());
    if (subject.at("type").text() == "container") {
      const std::string_view version = subject.at("version").text();
      all_.image = all_.service;
      if (!version.empty()) all_.image.append(version.starts_with("sha256:") ? "@" : ":").append(name_of(version));
      all_.service.clear();
    }
    until_ = metadata.at("timestamp").is_string() ? parse_timestamp(metadata.at("timestamp").text()) : std::nullopt;
    all_.state = RuntimeState::present;
    for (const doc::View& holder : {root_, metadata, subject}) {
      for (const doc::View it : holder.at("properties").items()) common(it.at("name").text(), it.at("value").scalar());
    }
    add(root_.at("components"));
    if (!observed_) {
      note(name_, "it says what is there, not what was seen at run time");
      return;
    }
    if (window_ == 0 && coverage_ == 0) return;
    for (const std::string& type : types_) {
      out_.watches.push_back({.service = all_.service,
                              .image = all_.image,
                              .ecosystem = type,
                              .window_seconds = window_,
                              .coverage_percent = coverage_,
                              .until = until_,
                              .source = all_.source,
                              .document = name_});
    }
  }

 private:
  // What holds for all of the document.
  void common(std::string_view name, std::string_view value) {
    if (!name.starts_with("gatepost:runtime:")) return;
    name.remove_prefix(17);
    observed_ = true;
    if (name == "service") all_.service = name_of(value);
    if (name == "image") all_.image = name_of(value);
    if (name == "source") all_.source = name_of(value);
    if (name == "window") window_ = parse_duration(value).value_or(0);
    if (name == "coverage") coverage_ = percent_of(value);
    if (name == "last_seen") all_.last_seen = parse_timestamp(value);
    if (name == "state") all_.state = state_of(value).value_or(RuntimeState::present);
  }

  void component_property(std::string_view name, std::string_view value, RuntimeSighting& it) {
    if (name == "LastSeenRunning") {  // of the Datadog agent: seconds, 0 for never
      const auto seconds = text::parse_number(value);
      if (!seconds || *seconds > 253'402'300'799U) return;
      observed_ = true;
      it.source = "datadog";
      it.state = *seconds == 0 ? RuntimeState::not_loaded : RuntimeState::loaded;
      if (*seconds > 0) it.last_seen = Timestamp{static_cast<std::int64_t>(*seconds) * 1000};
      return;
    }
    if (!name.starts_with("gatepost:runtime:")) return;
    name.remove_prefix(17);
    observed_ = true;
    if (name == "service") it.service = name_of(value);
    if (name == "image") it.image = name_of(value);
    if (name == "source") it.source = name_of(value);
    if (name == "last_seen") it.last_seen = parse_timestamp(value);
    if (name == "state") it.state = state_of(value).value_or(RuntimeState::present);
  }

  // The depth of the recursion is bounded by the depth of the document.
  void add(const doc::View& components) {
    for (const doc::View component : components.items()) {
      RuntimeSighting it = all_;
      it.purl = purl_of(component.at("purl").text());
      it.place = component.pointer();
      for (const doc::View property : component.at("properties").items())
        component_property(property.at("name").text(), property.at("value").scalar(), it);
      for (const doc::View frame : component.at("evidence").at("callstack").at("frames").items()) {
        if (frame.at("module").text().empty()) continue;
        it.state = RuntimeState::called;
        observed_ = true;
      }
      if (!it.last_seen) it.last_seen = until_;
      if (!it.purl.empty()) {
        types_.insert(type_of(it.purl));
        Reader::add(std::move(it));
      }
      add(component.at("components"));
    }
  }

  const doc::View root_;
  RuntimeSighting all_;
  std::optional<Timestamp> until_;
  std::int64_t window_ = 0;
  int coverage_ = 0;
  bool observed_ = false;
  std::set<std::string> types_;
};

// --- Kubescape: what its relevancy found to be loaded ---

class Kubescape : Reader {
 public:
  Kubescape(const doc::View& root, const std::string& name, RuntimeDocument& out) : Reader(name, out), root_(root) {}

  static bool is(const doc::View& root) {
    const std::string_view kind = root.at("kind").text();
    return (kind == "VulnerabilityManifest" || kind == "SBOMSyftFiltered") &&
           root.at("apiVersion").text().starts_with("spdx.softwarecomposition.kubescape.io/");
  }

  void read() {
    out_.format = "Kubescape";
    const doc::View metadata = root_.at("metadata"), spec = root_.at("spec");
    all_.service = name_of(metadata.at("labels").at("kubescape.io/workload-name").text());
    all_.image = name_of(metadata.at("annotations").at("kubescape.io/image-tag").text());
    all_.source = "kubescape";
    all_.state = RuntimeState::loaded;
    all_.last_seen = parse_timestamp(spec.at("metadata").at("report").at("createdAt").text());
    if (!all_.last_seen) all_.last_seen = parse_timestamp(metadata.at("creationTimestamp").text());
    if (root_.at("kind").text() == "SBOMSyftFiltered") {
      for (const doc::View it : spec.at("syft").at("artifacts").items()) add(it);
      return;
    }
    if (spec.at("metadata").at("withRelevancy").boolean() != true)
      return note(name_, "without relevancy, which alone says what was loaded (spec.metadata.withRelevancy)");
    for (const doc::View it : spec.at("payload").at("matches").items()) add(it.at("artifact"));
  }

 private:
  void add(const doc::View& artifact) {
    RuntimeSighting it = all_;
    it.purl = purl_of(artifact.at("purl").text());
    it.place = artifact.pointer();
    if (!it.purl.empty()) Reader::add(std::move(it));
  }

  const doc::View root_;
  RuntimeSighting all_;
};

// --- our own lines ---

class Lines : Reader {
 public:
  using Reader::Reader;

  // One object with a version, whatever follows on other lines.
  static bool is(std::string_view text) {
    const std::string_view line = text::trim(text.substr(0, text.find('\n')));
    if (!line.starts_with('{') || line.size() > kLongestLine) return false;
    const auto document = doc::parse_json(std::string(line), "line");
    return document && document->root().at("v").exists() && document->root().at("purl").exists();
  }

  void read(std::string_view text) {
    out_.format = "JSON lines";
    for (std::size_t number = 1; !text.empty(); ++number) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text::trim(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (!line.empty()) one(line, number);
    }
    for (auto& [key, watch] : watches_) out_.watches.push_back(std::move(watch));
  }

 private:
  static constexpr std::size_t kLongestLine = std::size_t{64} << 10;

  void one(std::string_view line, std::size_t number) {
    const std::string where = fmt::format("{}:{}", name_, number);
    if (line.size() > kLongestLine) return note(where, "too long for a line of evidence");
    const auto document = doc::parse_json(std::string(line), where);
    if (!document) return note(where, "not JSON; the line does not count");
    const doc::View it = document->root();
    if (it.at("v").integer() != 1) return note(where, "\"v\" is not 1; the line does not count");
    const auto state = state_of(it.at("state").text());
    RuntimeSighting sighting{.service = name_of(it.at("service").text()),
                             .image = name_of(it.at("image").text()),
                             .purl = purl_of(it.at("purl").text()),
                             .state = state.value_or(RuntimeState::present),
                             .last_seen = parse_timestamp(it.at("last_seen").text()),
                             .source = name_of(it.at("source").text()),
                             .document = {},
                             .place = fmt::format("{}", number)};
    if (sighting.purl.empty()) return note(where, "\"purl\" is no package URL; the line does not count");
    if (!state) return note(where, "\"state\" is none of loaded, called, not_loaded; the line does not count");
    watch(sighting, it.at("window_s").integer().value_or(0), percent_of(it.at("coverage").scalar()));
    add(std::move(sighting));
  }

  void watch(const RuntimeSighting& it, std::int64_t seconds, int coverage) {
    if (seconds <= 0 || coverage == 0) return;
    RuntimeWatch& known = watches_[{it.service, it.image, type_of(it.purl), seconds, coverage}];
    known = {.service = it.service,
             .image = it.image,
             .ecosystem = type_of(it.purl),
             .window_seconds = seconds,
             .coverage_percent = coverage,
             .until = std::max(known.until, it.last_seen),
             .source = it.source,
             .document = name_};
  }

  std::map<std::tuple<std::string, std::string, std::string, std::int64_t, int>, RuntimeWatch> watches_;
};

// --- "purl<TAB>service" ---

class List : Reader {
 public:
  using Reader::Reader;

  void read(std::string_view text) {
    out_.format = "list";
    for (std::size_t number = 1; !text.empty(); ++number) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text::trim(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.empty() || line.starts_with('#')) continue;
      const std::size_t tab = line.find('\t');
      RuntimeSighting it{
          .purl = purl_of(line.substr(0, tab)), .state = RuntimeState::loaded, .place = fmt::format("{}", number)};
      if (tab != std::string_view::npos) it.service = name_of(line.substr(tab + 1));
      if (it.purl.empty()) {
        note(fmt::format("{}:{}", name_, number), "no package URL; the line does not count");
      } else {
        add(std::move(it));
      }
    }
  }
};

// --- CSV exports by a map of columns ---

class Table : Reader {
 public:
  Table(const std::string& name, RuntimeDocument& out, const RuntimeColumns& columns)
      : Reader(name, out), columns_(columns) {}

  Status read(std::string_view text) {
    out_.format = "CSV";
    GP_TRY(const doc::CsvDocument table, doc::CsvDocument::parse(text, name_));
    const auto& header = table.header();
    const auto has = [&](const std::string& column) { return std::ranges::find(header, column) != header.end(); };
    if (!has(columns_.purl) && !(has(columns_.type) && has(columns_.name))) {
      return error(ErrorKind::bad_input,
                   fmt::format("{}: no runtime evidence; expected CycloneDX, Kubescape, lines of JSON, a list of "
                               "purls, or CSV with a column \"{}\"",
                               name_, columns_.purl),
                   "say under runtime.columns which columns of the export mean what");
    }
    if (!has(columns_.loaded)) {
      return error(ErrorKind::bad_input,
                   fmt::format("{}: has no column \"{}\", which says what was loaded", name_, columns_.loaded),
                   "say under runtime.columns which columns of the export mean what");
    }
    for (std::size_t row = 0; row < table.size(); ++row) one(table, row);
    return Done{};
  }

 private:
  void one(const doc::CsvDocument& table, std::size_t row) {
    const auto state = state_in(table.cell(row, columns_.loaded));
    const std::string where = fmt::format("{}:{}", name_, table.line(row));
    RuntimeSighting it{.service = name_of(table.cell(row, columns_.service)),
                       .image = name_of(table.cell(row, columns_.image)),
                       .purl = purl_of(table.cell(row, columns_.purl)),
                       .state = state.value_or(RuntimeState::present),
                       .last_seen = parse_timestamp(table.cell(row, columns_.last_seen)),
                       .place = fmt::format("{}", table.line(row))};
    if (it.purl.empty()) {
      const std::string_view name = table.cell(row, columns_.name);
      const std::size_t slash = name.rfind('/');
      const bool scoped = slash != std::string_view::npos;
      const auto purl = Purl::make(table.cell(row, columns_.type), scoped ? name.substr(0, slash) : "",
                                   scoped ? name.substr(slash + 1) : name, table.cell(row, columns_.version));
      if (purl) it.purl = purl->to_string();
    }
    if (it.purl.empty()) return note(where, "names no package; the row does not count");
    if (!state) return note(where, "does not say whether the package was loaded; the row does not count");
    add(std::move(it));
  }

  static std::optional<RuntimeState> state_in(std::string_view cell) {
    const std::string word = text::lower(text::trim(cell));
    for (const std::string_view yes : {"true", "yes", "1", "loaded", "in use", "in_use"}) {
      if (word == yes) return RuntimeState::loaded;
    }
    for (const std::string_view no : {"false", "no", "0", "not loaded", "not_loaded", "not in use"}) {
      if (word == no) return RuntimeState::not_loaded;
    }
    return word == "called" ? std::optional(RuntimeState::called) : std::nullopt;
  }

  const RuntimeColumns& columns_;
};

Status read_json(std::string text, const std::string& name, RuntimeDocument& out) {
  GP_TRY(const doc::Document document, doc::parse_json(std::move(text), name, Limits{.values = 10'000'000}));
  const doc::View root = document.root();
  if (text::equal_ignoring_case(root.at("bomFormat").text(), "CycloneDX")) {
    const auto parts = text::split(root.at("specVersion").text(), '.');
    const auto minor = parts.size() == 2 && parts[0] == "1" ? text::parse_number(parts[1]) : std::nullopt;
    if (!minor || *minor < 4)
      return error(ErrorKind::bad_input, name + ": runtime evidence can be read from CycloneDX 1.4 on");
    CycloneDx(root, name, out).read();
    return Done{};
  }
  if (Kubescape::is(root)) {
    Kubescape(root, name, out).read();
    return Done{};
  }
  return error(ErrorKind::bad_input,
               name +
                   ": no runtime evidence; expected CycloneDX, a manifest of Kubescape, or lines with \"v\" and "
                   "\"purl\"");
}

// What stands before the first thing that is no comment.
std::string_view first_line(std::string_view text) {
  for (;;) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text::trim(text.substr(0, end));
    if (!line.empty() && !line.starts_with('#')) return line;
    if (end == text.size()) return {};
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Result<RuntimeDocument> read_runtime(std::string text, const std::string& name, const RuntimeColumns& columns) {
  if (text.size() > kLargestRuntimeFile) {
    return error(ErrorKind::bad_input, fmt::format("{}: larger than {} MiB, which is too large for runtime evidence",
                                                   name, kLargestRuntimeFile >> 20U));
  }
  if (!text::is_utf8(text)) return error(ErrorKind::bad_input, name + ": not UTF-8, and so no runtime evidence");
  RuntimeDocument out;
  const std::string_view line = first_line(text);
  if (Lines::is(text)) {
    Lines(name, out).read(text);
  } else if (line.starts_with('{')) {
    GP_CHECK(read_json(std::move(text), name, out));
  } else if (line.starts_with("pkg:")) {
    List(name, out).read(text);
  } else {
    GP_CHECK(Table(name, out, columns).read(text));
  }
  if (out.sightings.size() > kMostSightings) {
    return error(ErrorKind::bad_input,
                 fmt::format("{}: more than {} packages; none of them counts", name, kMostSightings));
  }
  return out;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  constexpr std::int64_t kMost = std::int64_t{100} * 365 * 24 * 3600;
  std::int64_t total = 0;
  bool of_day = false, any = false;
  while (!text.empty()) {
    if (text[0] == 'T' && !of_day) {
      of_day = true;
      text.remove_prefix(1);
      continue;
    }
    std::size_t digits = 0;
    while (digits < text.size() && text::is_digit(text[digits])) ++digits;
    const auto number = text::parse_number(text.substr(0, digits));
    if (!number || digits > 9 || digits == text.size()) return std::nullopt;
    std::int64_t unit = 0;
    switch (text[digits]) {
      case 'W':
        unit = of_day ? 0 : std::int64_t{7} * 86400;
        break;
      case 'D':
        unit = of_day ? 0 : 86400;
        break;
      case 'H':
        unit = of_day ? 3600 : 0;
        break;
      case 'M':
        unit = of_day ? 60 : 0;
        break;
      case 'S':
        unit = of_day ? 1 : 0;
        break;
      default:
        break;
    }
    if (unit == 0) return std::nullopt;
    total = std::min(kMost, total + static_cast<std::int64_t>(*number) * unit);
    any = true;
    text.remove_prefix(digits + 1);
  }
  return any ? std::optional(total) : std::nullopt;
}

}  // namespace gatepost::context
