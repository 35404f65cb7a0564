#include "ingest/mapping/source.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "doc/csv.hpp"
#include "doc/csv_paged.hpp"
#include "doc/html.hpp"
#include "doc/json.hpp"
#include "doc/lines.hpp"
#include "doc/shape.hpp"
#include "doc/xml.hpp"
#include "doc/xml_paged.hpp"
#include "doc/yaml.hpp"

namespace gatepost::ingest::mapping {
namespace {

constexpr std::array<std::string_view, 8> kNames = {"json", "jsonl", "json-stream", "xml",
                                                    "csv",  "yaml",  "text",        "html"};

Source of_document(SourceFormat format, doc::Document document) {
  Source source{.format = format};
  source.notes = document.notes();
  source.roots.push_back(document.root());
  source.documents.push_back(std::move(document));
  return source;
}

void take(doc::Records records, Source& source) {
  const auto& notes = records.document.notes();
  source.notes.insert(source.notes.end(), notes.begin(), notes.end());
  source.rejected = std::move(records.rejected);
  source.rejected_count = records.rejected_count;
  source.truncated = records.truncated;
  source.documents.push_back(std::move(records.document));
}

Source of_values(SourceFormat format, doc::Records records) {
  Source source{.format = format};
  take(std::move(records), source);
  for (const doc::View value : source.documents.front().root().items()) source.roots.push_back(value);
  return source;
}

Source of_csv(doc::CsvTree csv) {
  Source source{.format = SourceFormat::csv, .header = std::move(csv.header), .notes = std::move(csv.notes)};
  take(std::move(csv.records), source);
  source.roots.push_back(source.documents.front().root());
  return source;
}

// Of an XmlTree or HtmlTree.
template <class Tree>
Source of_markup(SourceFormat format, Tree tree) {
  Source source = of_document(format, std::move(tree.document));
  source.truncated = tree.truncated;
  source.notes.insert(source.notes.end(), tree.notes.begin(), tree.notes.end());
  return source;
}

// The problems of the library name the file; where is enough here.
std::string without_name(std::string problem, const std::string& name) {
  if (!problem.starts_with(name + ":")) return problem;
  problem.erase(0, name.size() + 1);
  return "line " + problem;
}

Result<Source> of_yaml(std::string_view text, const std::string& name, const Limits& limits) {
  doc::YamlDocuments yaml = doc::parse_yaml_documents(text, name, limits);
  Source source{.format = SourceFormat::yaml};
  for (doc::Document& document : yaml.documents) {
    if (!document.root().is_object() && !document.root().is_array()) continue;
    source.notes.insert(source.notes.end(), document.notes().begin(), document.notes().end());
    source.roots.push_back(document.root());
    source.documents.push_back(std::move(document));
  }
  source.rejected_count = yaml.problems.size();
  for (std::string& problem : yaml.problems) {
    if (source.rejected.size() < doc::Records::kMostRejected)
      source.rejected.push_back(without_name(std::move(problem), name));
  }
  if (!source.roots.empty()) return source;
  return error(ErrorKind::bad_input,
               name + ": " + (source.rejected.empty() ? "no mapping or list in it" : source.rejected.front()));
}

// A key, a list's entry, or what begins a document.
bool is_yaml_line(std::string_view line) {
  const std::string_view content = text::trim(line);
  if (content.starts_with("---") || content.starts_with("%YAML") || content == "-" || content.starts_with("- "))
    return true;
  const std::size_t colon = content.find(':');
  return colon != std::string_view::npos && colon > 0 && (colon + 1 == content.size() || content[colon + 1] == ' ');
}

// By the first line that says something.
bool may_be_yaml(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    const std::string_view line = text::trim(head.substr(0, end));
    if (!line.empty() && line[0] != '#') return is_yaml_line(line);
    if (end == std::string_view::npos) return false;
    head.remove_prefix(end + 1);
  }
  return false;
}

// Some tools write a NUL into their text.
bool is_nearly_text(std::string_view head) {
  const auto strange = std::ranges::count_if(head, [](char c) { return text::has_controls({&c, 1}); });
  return static_cast<std::size_t>(strange) * 20 < head.size();
}

// Many tools leave the last line without an end, and so does a file that was cut there: nobody can tell.
bool is_unfinished(std::string_view text) { return !text.empty() && text.back() != '\n'; }

bool is_unfinished(const Bytes& bytes) {
  std::string last(1, '\0');
  return bytes.size() > 0 && bytes.read(bytes.size() - 1, last) && is_unfinished(last);
}

Source told(Source source, bool unfinished) {
  if (unfinished)
    source.notes.push_back({Note::Level::info, "unfinished-line", "the last line has no end; is the file whole?", {}});
  return source;
}

}  // namespace

std::string_view to_string(SourceFormat format) { return kNames[static_cast<std::size_t>(format)]; }

bool may_be(SourceFormat format, std::string_view head) {
  using doc::Shape;
  Shape shape = doc::first_look(head).shape;
  if (shape == Shape::binary && is_nearly_text(head)) shape = Shape::text;
  if (shape == Shape::empty || shape == Shape::gzip || shape == Shape::zip || shape == Shape::utf16) return false;
  const bool json = shape == Shape::json_object || shape == Shape::json_array;
  switch (format) {
    case SourceFormat::json:
      return json || shape == Shape::json_other;
    case SourceFormat::jsonl:
      return shape == Shape::json_object || shape == Shape::text;
    case SourceFormat::json_stream:
      return json || shape == Shape::text;
    case SourceFormat::xml:
      return shape == Shape::xml;
    case SourceFormat::csv:
      return shape == Shape::text || shape == Shape::json_other;  // a cell in quotes
    case SourceFormat::yaml:
      return shape == Shape::text && may_be_yaml(head);
    case SourceFormat::text:
      return shape != Shape::binary;
    case SourceFormat::html:
      return shape == Shape::html;
  }
  return false;
}

Result<Source> read_source(SourceFormat format, std::string text, const std::string& name,
                           std::span<const std::string> columns, const Limits& limits) {
  switch (format) {
    case SourceFormat::json: {
      GP_TRY(auto document, doc::parse_json(std::move(text), name, limits, doc::JsonReading::lenient));
      return of_document(format, std::move(document));
    }
    case SourceFormat::jsonl: {
      GP_TRY(auto records, doc::parse_json_lines(std::move(text), name, limits));
      return of_values(format, std::move(records));
    }
    case SourceFormat::json_stream: {
      GP_TRY(auto records, doc::parse_json_values(std::move(text), name, limits));
      return of_values(format, std::move(records));
    }
    case SourceFormat::xml: {
      GP_TRY(auto xml, doc::parse_xml(std::move(text), name, limits));
      return of_markup(format, std::move(xml));
    }
    case SourceFormat::csv: {
      const bool unfinished = is_unfinished(text);
      GP_TRY(auto csv, doc::parse_csv(std::move(text), name, columns, limits));
      return told(of_csv(std::move(csv)), unfinished);
    }
    case SourceFormat::yaml: {
      GP_TRY(Source source, of_yaml(text, name, limits));
      return told(std::move(source), is_unfinished(text));
    }
    case SourceFormat::text: {
      const bool unfinished = is_unfinished(text);
      GP_TRY(auto document, doc::parse_lines(std::move(text), name, limits));
      return told(of_document(format, std::move(document)), unfinished);
    }
    case SourceFormat::html: {
      GP_TRY(auto html, doc::parse_html(std::move(text), name, limits));
      return of_markup(format, std::move(html));
    }
  }
  return error(ErrorKind::bad_input, name + ": a notation nobody reads");
}

std::optional<Source> read_source_in_pages(SourceFormat format, const Bytes& bytes, const std::string& name,
                                           std::span<const std::string> columns, const Limits& limits) {
  std::optional<Source> source;
  if (format == SourceFormat::xml) {
    auto document = doc::parse_paged_xml(bytes, name, limits);
    if (document) source = of_document(format, std::move(*document));
  }
  if (format == SourceFormat::csv) {
    auto csv = doc::parse_paged_csv(bytes, name, columns, limits);
    if (csv) source = told(of_csv(std::move(*csv)), is_unfinished(bytes));
  }
  if (source) source->in_pages = true;
  return source;
}

}  // namespace gatepost::ingest::mapping
