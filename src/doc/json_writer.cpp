#include "doc/json_writer.hpp"

#include "base/assert.hpp"
#include "base/json_text.hpp"

namespace gatepost::doc {

void JsonWriter::new_line() {
  if (style_ == Style::compact) {
    if (break_) out_ += '\n';
    break_ = false;
    return;
  }
  out_ += '\n';
  out_.append(has_items_.size() * 2, ' ');
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_items_.empty()) return;
  if (has_items_.back() != 0) out_ += ',';
  has_items_.back() = 1;
  new_line();
}

JsonWriter& JsonWriter::begin(char bracket) {
  separate();
  out_ += bracket;
  has_items_.push_back(0);
  return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
  GP_ASSERT(!has_items_.empty() && !after_key_);
  const bool had_items = has_items_.back() != 0;
  has_items_.pop_back();
  if (had_items) new_line();
  break_ = false;
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view key) {
  GP_ASSERT(!has_items_.empty() && !after_key_);
  separate();
  append_json_string(out_, key);
  out_ += style_ == Style::compact ? ":" : ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::tenths(std::int64_t tenths) {
  const std::int64_t magnitude = tenths < 0 ? -tenths : tenths;
  std::string number = (tenths < 0 ? "-" : "") + std::to_string(magnitude / 10);
  if (magnitude % 10 != 0) number += "." + std::to_string(magnitude % 10);
  return raw(number);
}

}  // namespace gatepost::doc
