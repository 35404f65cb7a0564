#include <algorithm>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_cut.hpp"
#include "ingest/format.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::size_t kHeadBytes = 64 * 1024;

// Where a JSON object starts at the beginning of a line: some tools write warnings before their report.
std::size_t object_on_a_line(std::string_view text) {
  for (std::size_t at = text.find("\n{"); at != std::string_view::npos; at = text.find("\n{", at + 1)) return at + 1;
  return std::string_view::npos;
}

}  // namespace

Candidate::Candidate(std::string name, Bytes bytes, const Limits& limits)
    : name_(std::move(name)), bytes_(std::move(bytes)), limits_(limits) {
  head_.resize(kHeadBytes);
  const auto got = bytes_.read(0, head_);
  head_.resize(got ? *got : 0);
  if (!got) problem_ = got.error().message;
  const doc::FirstLook look = doc::first_look(head_);
  shape_ = look.shape;
  start_ = look.start;
  const std::size_t object = shape_ == doc::Shape::text ? object_on_a_line(head_) : std::string::npos;
  if (object != std::string::npos) {
    start_ = object;
    shape_ = doc::Shape::json_object;
    text_before_ = true;
  }
  head_.erase(0, static_cast<std::size_t>(start_));
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

void Candidate::parse() {
  auto text = bytes_.all(limits_.document_bytes);
  if (!text) {
    problem_ = text.error().message;
    return;
  }
  json_ = parse_text(std::move(*text).substr(static_cast<std::size_t>(start_)));
  if (json_) return;
  // A report is rarely damaged: only now its end is looked at, and its bytes are read once more.
  const std::string problem = problem_;
  text = bytes_.all(limits_.document_bytes);
  if (!text) return;
  const std::string_view document = std::string_view(*text).substr(static_cast<std::size_t>(start_));
  const auto whole_records = doc::close_cut_json(document, shape_ == doc::Shape::json_array ? 1 : 2);
  if (whole_records) json_ = parse_text(*whole_records);
  truncated_ = json_.has_value();
  if (truncated_)
    seen_ = doc::parse_json(text::to_utf8(*doc::close_cut_json(document, doc::kAnyDepth)), name_, limits_);
  problem_ = truncated_ ? "" : problem;
}

// Bytes that are not UTF-8 are replaced; the reason why it cannot be read goes to problem_.
std::optional<doc::Document> Candidate::parse_text(std::string text) {
  const bool broken = !text::is_utf8(text);
  if (broken) text = text::to_utf8(text);
  auto document = doc::parse_json(std::move(text), name_, limits_);
  if (!document) {
    problem_ = document.error().message;
    return std::nullopt;
  }
  notes_.assign(document->notes().begin(), document->notes().end());
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
    auto document = text ? doc::XmlDocument::parse(std::move(*text).substr(start_), name_, limits_) : text.error();
    if (document) {
      xml_ = std::move(*document);
    } else {
      problem_ = document.error().message;
    }
  }
  return xml_ ? xml_->root() : doc::XmlView();
}

}  // namespace gatepost::ingest
