#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_cut.hpp"
#include "doc/json_paged.hpp"
#include "ingest/crash_text.hpp"
#include "ingest/format.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kHeadBytes = 64 * 1024;
// What is recognised in the beginning is recognised in so much of a file.
constexpr std::size_t kBeginningBytes = 256 * 1024;
// Smaller documents are parsed once, into memory.
constexpr std::size_t kLargeDocument = 4 * 1024 * 1024;

// What stands before the document becomes blanks, so that lines and columns are those of the file.
std::string blanked(std::string text, std::size_t start) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(start, text.size()));
  std::replace_if(text.begin(), end, [](char c) { return c != '\n'; }, ' ');
  return text;
}

// True for "{", and for the "[" of a list of objects, which other lines do not begin with: logs write "[INFO]".
bool begins_document(std::string_view line) {
  if (line.starts_with('{')) return true;
  if (!line.starts_with('[')) return false;
  const std::string_view rest = text::trim(line.substr(1, 256));
  return rest.starts_with('{') || rest == "]";
}

// Where JSON starts at the beginning of a line: some tools write warnings before their report.
std::size_t json_on_a_line(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    if (begins_document(text.substr(at + 1))) return at + 1;
  }
  return std::string_view::npos;
}

// Where a JSON document ends behind which there are words, as of a tool that says goodbye; empty when there are none,
// or more JSON, which is no document but records.
std::optional<std::size_t> end_before_words(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = doc::end_of_json(text, begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text::trim(text.substr(end));
  const bool words = !rest.empty() && std::string_view("{[,]}\"").find(rest.front()) == std::string_view::npos &&
                     rest.find('\0') == std::string_view::npos;
  return words && json_on_a_line(rest) == std::string_view::npos ? std::optional(end) : std::nullopt;
}

// The same for XML.
std::size_t xml_on_a_line(std::string_view text) {
  const std::size_t at = text.find("\n<?xml");
  return at == std::string_view::npos ? at : at + 1;
}

// Behind `prefix` at the beginning of the text; npos when it is not there.
std::size_t behind_prefix(std::string_view text, std::string_view prefix) {
  prefix = text::trim(prefix);
  const auto begin = static_cast<std::size_t>(text::trim(text).data() - text.data());
  return text.substr(begin).starts_with(prefix) ? begin + prefix.size() : std::string_view::npos;
}

// A file of records in lines, which is no document: of those, too, only parts lie in memory. One list of all records.
std::optional<mapping::Source> lines_in_parts(const Bytes& bytes, const std::string& name, const Limits& limits) {
  auto lines = doc::parse_paged_lines(bytes, name, limits);
  if (!lines) return std::nullopt;
  mapping::Source source{.format = mapping::SourceFormat::jsonl};
  source.roots.push_back(lines->root());
  source.documents.push_back(std::move(*lines));
  return source;
}

}  // namespace

Candidate::Candidate(std::string name, Bytes bytes, const Limits& limits)
    : name_(std::move(name)), bytes_(std::move(bytes)), limits_(limits) {
  decode();
  head_.resize(kHeadBytes);
  const auto got = bytes_.read(0, head_);
  head_.resize(got ? *got : 0);
  if (!got) problem_ = got.error().message;
  beginning_ = head_;
  const doc::FirstLook look = doc::first_look(head_);
  shape_ = look.shape;
  start_ = look.start;
  const std::size_t json = shape_ == doc::Shape::text ? json_on_a_line(head_) : std::string::npos;
  if (json != std::string::npos) {
    start_ = json;
    shape_ = head_[json] == '{' ? doc::Shape::json_object : doc::Shape::json_array;
    text_before_ = true;
  }
  head_.erase(0, static_cast<std::size_t>(start_));
}

// A byte order mark goes, and what begins as UTF-16 does becomes UTF-8.
void Candidate::decode() {
  std::string mark(kByteOrderMark.size(), '\0');
  const auto got = bytes_.read(0, mark);
  if (!got) return;
  if (mark == kByteOrderMark) {
    bytes_ = bytes_.part(*got, bytes_.size() - *got);
    decoded_ = {Note::Level::info, "byte-order-mark", "the byte order mark at the beginning was left out", {}};
    return;
  }
  if (!text::utf16_to_utf8(std::string_view(mark).substr(0, std::min<std::size_t>(*got, 2)))) return;
  const auto text = bytes_.all(limits_.document_bytes);
  if (!text) return;
  bytes_ = Bytes::of(*text::utf16_to_utf8(*text));
  decoded_ = {Note::Level::info, "utf-16", "the file is UTF-16 text; read as such", {}};
}

doc::View Candidate::json() {
  const bool promised =
      shape_ == doc::Shape::json_object || shape_ == doc::Shape::json_array || shape_ == doc::Shape::json_other;
  if (promised && !parsed_) {
    parsed_ = true;
    parse();
  }
  return json_ ? json_->root() : doc::View();
}

doc::View Candidate::json_in_memory() {
  if (json().exists() && in_parts_) parse_in_memory();
  return json();
}

void Candidate::parse() {
  if (bytes_.size() < kLargeDocument || !parse_in_parts()) parse_in_memory();
}

bool Candidate::parse_in_parts() {
  auto parts = doc::parse_paged_json(bytes_, start_, name_, limits_);
  if (!parts && start_ == 0 && shape_ == doc::Shape::json_object) {
    auto lines = lines_in_parts(bytes_, name_, limits_);
    if (!lines) return false;
    problem_ = name_ + ": records in lines, not one document";
    sources_[std::string(mapping::to_string(mapping::SourceFormat::jsonl))].source = std::move(*lines);
    return true;
  }
  if (!parts) return false;
  json_ = std::move(parts->document);
  one_line_ = parts->one_line;
  as_written_ = in_parts_ = true;
  return true;
}

void Candidate::show_beginnings(bool only) {
  if (json().exists()) json_->show_beginnings(only);
}

void Candidate::parse_in_memory() {
  in_parts_ = false;
  auto text = bytes_.all(limits_.document_bytes);
  if (!text) {
    problem_ = text.error().message;
    return;
  }
  one_line_ = text::trim(*text).find('\n') == std::string_view::npos;
  json_ = parse_text(blanked(std::move(*text), static_cast<std::size_t>(start_)));
  if (json_) return;
  // A report is rarely damaged: only now its end is looked at, and its bytes are read once more.
  const std::string problem = problem_;
  text = bytes_.all(limits_.document_bytes);
  if (!text) return;
  std::string document = blanked(std::move(*text), static_cast<std::size_t>(start_));
  if (const auto end = end_before_words(document)) {
    crash_ = crash_in(std::string_view(document).substr(*end));
    document.resize(*end);
    json_ = parse_text(std::move(document));
    if (json_)
      notes_.push_back({Note::Level::warning, "text-after-document", "other text behind the document was skipped", ""});
    problem_ = json_ ? "" : problem;
    return;
  }
  const auto whole_records = doc::close_cut_json(document, shape_ == doc::Shape::json_array ? 1 : 2);
  if (whole_records) json_ = parse_text(*whole_records);
  truncated_ = json_.has_value();
  if (truncated_)
    seen_ = doc::parse_json(text::to_utf8(*doc::close_cut_json(document, doc::kAnyDepth)), name_, limits_,
                            doc::JsonReading::lenient);
  problem_ = truncated_ ? "" : problem;
}

// Bytes that are not UTF-8 are replaced; the reason why it cannot be read goes to problem_.
std::optional<doc::Document> Candidate::parse_text(std::string text) {
  const bool broken = !text::is_utf8(text);
  if (broken) text = text::to_utf8(text);
  auto document = doc::parse_json(std::move(text), name_, limits_, doc::JsonReading::lenient);
  if (!document) {
    problem_ = document.error().message;
    return std::nullopt;
  }
  notes_.assign(document->notes().begin(), document->notes().end());
  as_written_ = !broken;
  if (broken) notes_.push_back({Note::Level::warning, "invalid-utf8", kReadAsReplacement, ""});
  return std::move(*document);
}

doc::View Candidate::json_so_far() {
  const doc::View whole = json();
  return seen_ && seen_->ok() ? (*seen_)->root() : whole;
}

doc::XmlView Candidate::xml() {
  if (shape_ == doc::Shape::xml && !parsed_) {
    parsed_ = true;
    auto text = bytes_.all(limits_.document_bytes);
    auto document = text ? doc::XmlDocument::parse(blanked(std::move(*text), start_), name_, limits_) : text.error();
    if (document) {
      xml_ = std::move(*document);
    } else {
      problem_ = document.error().message;
    }
  }
  return xml_ ? xml_->root() : doc::XmlView();
}

const mapping::Source* Candidate::source(mapping::SourceFormat format, mapping::Extent extent) {
  return look(format, {}, extent);
}

const mapping::Source* Candidate::csv(std::span<const std::string> columns, mapping::Extent extent) {
  return look(mapping::SourceFormat::csv, columns, extent);
}

const mapping::Source* Candidate::in_memory(const mapping::Source* source, std::span<const std::string> columns) {
  if (source == nullptr || !source->in_pages || bytes_.size() > limits_.document_bytes) return source;
  const auto [found, fresh] = sources_.try_emplace(std::string(mapping::to_string(source->format)) + " in memory");
  Looked& looked = found->second;
  if (fresh) {
    auto text = bytes_.all(limits_.document_bytes);
    keep(text ? mapping::read_source(source->format, std::move(*text), name_, columns, limits_) : text.error(), looked);
  }
  return looked.source ? &*looked.source : source;
}

bool Candidate::is_whole_document() {
  if (json().exists()) return !truncated_;
  const mapping::Source* const xml = shape_ == doc::Shape::xml ? source(mapping::SourceFormat::xml) : nullptr;
  return xml != nullptr && !xml->truncated;
}

void Candidate::keep_only(const mapping::Source* source) {
  std::erase_if(sources_, [source](const auto& it) { return it.second.source && &*it.second.source != source; });
}

const mapping::Source* Candidate::json_after(std::string_view prefix) {
  const auto [found, fresh] = sources_.try_emplace("json after " + std::string(prefix));
  Looked& looked = found->second;
  if (fresh && behind_prefix(beginning_, prefix) == std::string::npos) {
    looked.problem = "does not begin with the text before the document";
  } else if (fresh) {
    auto text = bytes_.all(limits_.document_bytes);
    if (text) {
      const std::size_t behind = behind_prefix(*text, prefix);
      *text = blanked(std::move(*text), behind);
      if (text::trim(*text).ends_with(';')) text->resize(text->rfind(';'));
    }
    auto source = text ? mapping::read_source(mapping::SourceFormat::json, std::move(*text), name_, {}, limits_)
                       : Result<mapping::Source>(text.error());
    keep(std::move(source), looked);
  }
  return shown(looked);
}

const mapping::Source* Candidate::look(mapping::SourceFormat format, std::span<const std::string> columns,
                                       mapping::Extent extent) {
  using mapping::SourceFormat;
  const bool in_parts = format == SourceFormat::jsonl || format == SourceFormat::json_stream ||
                        format == SourceFormat::csv || format == SourceFormat::text;
  if (!in_parts || bytes_.size() <= kBeginningBytes) extent = mapping::Extent::whole;
  std::string key(mapping::to_string(format));
  if (extent == mapping::Extent::beginning) key += ", beginning";
  for (const std::string& column : columns) key += '\n' + column;
  const auto [found, fresh] = sources_.try_emplace(std::move(key));
  if (fresh) keep(read(format, columns, extent), found->second);
  return shown(found->second);
}

void Candidate::keep(Result<mapping::Source> source, Looked& looked) {
  if (source) {
    looked.source = std::move(*source);
  } else {
    looked.problem = source.error().message;
  }
}

const mapping::Source* Candidate::shown(const Looked& looked) {
  if (looked.source) return &*looked.source;
  source_problem_ = looked.problem;
  return nullptr;
}

Result<mapping::Source> Candidate::read(mapping::SourceFormat format, std::span<const std::string> columns,
                                        mapping::Extent extent) {
  using mapping::SourceFormat;
  if (format == SourceFormat::json) return json_source();
  if (auto value = value_of_document(format)) return std::move(*value);
  const std::size_t xml = format == SourceFormat::xml ? xml_on_a_line(beginning_) : std::string::npos;
  const bool text_first = xml != std::string::npos && doc::first_look(beginning_).shape == doc::Shape::text;
  if (!text_first && !mapping::may_be(format, beginning_)) {
    return error(ErrorKind::bad_input, "not of this notation");
  }
  if (extent == mapping::Extent::whole && !text_first && bytes_.size() >= kLargeDocument) {
    if (auto source = mapping::read_source_in_pages(format, bytes_, name_, columns, limits_)) return std::move(*source);
  }
  GP_TRY(std::string text, extent == mapping::Extent::whole ? bytes_.all(limits_.document_bytes) : first_lines());
  if (text_first) text = blanked(std::move(text), xml);
  auto source = mapping::read_source(format, std::move(text), name_, columns, limits_);
  if (source && text_first) {
    source->notes.push_back(
        {Note::Level::warning, "text-before-document", "other text before the document was skipped", ""});
  }
  return source;
}

// As many whole lines as are in the beginning of the file, at least one; but of one that has no end there its
// beginning.
Result<std::string> Candidate::first_lines() const {
  for (std::size_t size = kBeginningBytes;; size *= 4) {
    std::string text(std::min<std::uint64_t>(size, bytes_.size()), '\0');
    GP_TRY(const std::size_t got, bytes_.read(0, text));
    text.resize(got);
    const std::size_t end = text.rfind('\n');
    if (got == bytes_.size() || size >= 4 * kBeginningBytes) return text.substr(0, got);
    if (end != std::string::npos) return text.substr(0, end + 1);
  }
}

// A JSON document is a row of values, too: of one, and when it stands in one line, of lines. Its tree is there already.
std::optional<mapping::Source> Candidate::value_of_document(mapping::SourceFormat format) {
  using mapping::SourceFormat;
  if (format != SourceFormat::jsonl && format != SourceFormat::json_stream) return std::nullopt;
  if (text_before_ || shape_ == doc::Shape::json_other) return std::nullopt;
  if (format == SourceFormat::jsonl && shape_ != doc::Shape::json_object) return std::nullopt;
  auto source = json_source();
  if (!source || source->truncated || !as_written_ || (format == SourceFormat::jsonl && !one_line_))
    return std::nullopt;
  source->format = format;
  source->place = "/0";
  return std::move(*source);
}

// The same tree as json() has.
Result<mapping::Source> Candidate::json_source() {
  const doc::View root = json();
  if (!root.exists()) return error(ErrorKind::bad_input, problem_.empty() ? "not of this notation" : problem_);
  mapping::Source source{.format = mapping::SourceFormat::json};
  source.roots.push_back(root);
  source.truncated = truncated_;
  source.notes = notes_;
  return source;
}

}  // namespace gatepost::ingest
