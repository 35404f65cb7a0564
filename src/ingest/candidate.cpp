#include <algorithm>

#include "doc/json.hpp"
#include "ingest/format.hpp"

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
    auto text = bytes_.all(limits_.document_bytes);
    auto document = text ? doc::parse_json(std::move(*text).substr(start_), name_, limits_) : text.error();
    if (document) {
      json_ = std::move(*document);
    } else {
      problem_ = document.error().message;
    }
  }
  return json_ ? json_->root() : doc::View();
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

std::span<const Note> Candidate::parser_notes() const {
  return json_ ? std::span<const Note>(json_->notes()) : std::span<const Note>();
}

}  // namespace gatepost::ingest
