#include "ledger/canonical.hpp"

#include <fmt/core.h>

#include <charconv>

#include "base/assert.hpp"
#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"

namespace gatepost::ledger {
namespace {

constexpr std::string_view kShortEscapes = "\"\\bfnrt", kShortValues = "\"\\\b\f\n\r\t";

bool is_lower_hex(char c) { return text::is_digit(c) || (c >= 'a' && c <= 'f'); }

bool is_ascii(std::string_view s) {
  for (const char c : s) {
    if (static_cast<std::uint8_t>(c) >= 0x80) return false;
  }
  return true;
}

// The first of the code units that UTF-16 has for it: characters beyond U+FFFF come before U+E000.
std::uint32_t first_unit(char32_t c) {
  return c < 0x10000 ? static_cast<std::uint32_t>(c) : 0xD800U + ((static_cast<std::uint32_t>(c) - 0x10000U) >> 10U);
}

}  // namespace

void append_canonical(std::string& out, std::string_view s) {
  out += '"';
  for (std::size_t i = 0; i < s.size();) {
    const std::size_t end = end_of_printable<'"', '\\'>(s, i);
    out.append(s, i, end - i);
    i = end;
    if (i == s.size()) break;
    if (const std::size_t named = kShortValues.find(s[i]); named != std::string_view::npos) {
      out += '\\';
      out += kShortEscapes[named];
      ++i;
    } else if (static_cast<std::uint8_t>(s[i]) < ' ') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<std::uint8_t>(s[i++])));
    } else {
      const text::CodePoint point = text::code_point_at(s, i);
      text::append_utf8(out, point.value);
      i += point.bytes;
    }
  }
  out += '"';
}

bool comes_before(std::string_view a, std::string_view b) {
  if (is_ascii(a) && is_ascii(b)) return a < b;
  std::size_t i = 0, k = 0;
  while (i < a.size() && k < b.size()) {
    const text::CodePoint left = text::code_point_at(a, i), right = text::code_point_at(b, k);
    if (left.value != right.value) {
      const std::uint32_t first = first_unit(left.value), second = first_unit(right.value);
      return first != second ? first < second : left.value < right.value;
    }
    i += left.bytes;
    k += right.bytes;
  }
  return i >= a.size() && k < b.size();
}

void CanonicalWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (open_.empty()) return;
  if (!open_.back().empty) out_ += ',';
  open_.back().empty = false;
}

CanonicalWriter& CanonicalWriter::open(char bracket, bool object) {
  separate();
  out_ += bracket;
  open_.push_back({.object = object, .empty = true, .last_key = {}});
  return *this;
}

CanonicalWriter& CanonicalWriter::close(char bracket) {
  GP_ASSERT(!open_.empty() && !after_key_);
  open_.pop_back();
  out_ += bracket;
  return *this;
}

CanonicalWriter& CanonicalWriter::key(std::string_view key) {
  GP_ASSERT(!open_.empty() && open_.back().object && !after_key_);
  GP_ASSERT(open_.back().empty || comes_before(open_.back().last_key, key));
  separate();
  open_.back().last_key.assign(key);
  append_canonical(out_, key);
  out_ += ':';
  after_key_ = true;
  return *this;
}

CanonicalWriter& CanonicalWriter::value(std::string_view text) {
  separate();
  append_canonical(out_, text);
  return *this;
}

CanonicalWriter& CanonicalWriter::value(std::span<const std::string> texts) {
  begin_array();
  for (const std::string& text : texts) value(std::string_view(text));
  return end_array();
}

CanonicalWriter& CanonicalWriter::integer(std::int64_t number) {
  GP_ASSERT(number >= -kMostInteger && number <= kMostInteger);
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return raw({digits, static_cast<std::size_t>(end - digits)});
}

CanonicalWriter& CanonicalWriter::raw(std::string_view canonical) {
  separate();
  out_ += canonical;
  return *this;
}

CanonicalText::Item CanonicalText::Item::at(std::string_view key) const {
  Item found;
  if (kind() != Kind::object) return found;
  for (std::uint32_t child = node_ + 1; child < node().end; child = of_->nodes_[child].end) {
    if (of_->nodes_[child].key == key) return {of_, child};
  }
  return found;
}

std::string CanonicalText::Item::text() const {
  if (kind() != Kind::text) return {};
  return node().escaped ? unescape_json(node().text) : std::string(node().text);
}

bool CanonicalText::Item::is(std::string_view words) const {
  return kind() == Kind::text && !node().escaped && node().text == words;
}

std::optional<std::int64_t> CanonicalText::Item::integer() const {
  if (kind() != Kind::number) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(node().text.data(), node().text.data() + node().text.size(), number);
  return number;
}

std::optional<bool> CanonicalText::Item::boolean() const {
  if (kind() != Kind::boolean) return std::nullopt;
  return node().text == "true";
}

bool CanonicalText::fail(const char* what) {
  if (problem_.empty()) problem_ = fmt::format("byte {}: {}", at_ + 1, what);
  return false;
}

bool CanonicalText::take(char c) {
  if (at_ >= in_.size() || in_[at_] != c) return false;
  ++at_;
  return true;
}

bool CanonicalText::read(std::string_view text, const CanonicalLimits& limits) {
  in_ = text;
  at_ = 0;
  limits_ = limits;
  nodes_.clear();
  problem_.clear();
  const bool fits = text.size() <= limits.bytes || fail("longer than the limit of a line");
  const bool good = fits && value(0, {}, 0) && (at_ == in_.size() || fail("text behind the end of the value"));
  if (!good) nodes_.clear();
  return good;
}

bool CanonicalText::value(std::size_t depth, std::string_view key, std::size_t key_at) {
  if (depth > limits_.depth) return fail("nested too deeply");
  if (nodes_.size() >= limits_.values) return fail("more values than a line may have");
  const auto self = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({.key_at = static_cast<std::uint32_t>(key_at), .key = key, .text = {}});
  const char first = at_ < in_.size() ? in_[at_] : '\0';
  bool good = false;
  if (first == '{') {
    good = object(self, depth);
  } else if (first == '[') {
    good = array(self, depth);
  } else if (first == '"') {
    std::string_view raw;
    bool escaped = false;
    good = literal(raw, escaped);
    nodes_[self].kind = Kind::text;
    nodes_[self].text = raw;
    nodes_[self].escaped = escaped;
  } else if (first == 't' || first == 'f') {
    good = word(self, first == 't' ? "true" : "false");
  } else {
    good = number(self);
  }
  nodes_[self].end = static_cast<std::uint32_t>(nodes_.size());
  nodes_[self].text_end = static_cast<std::uint32_t>(at_);
  return good;
}

bool CanonicalText::object(std::uint32_t self, std::size_t depth) {
  nodes_[self].kind = Kind::object;
  ++at_;
  if (take('}')) return true;
  std::string_view last;
  for (bool first = true;; first = false) {
    const std::size_t key_at = at_;
    std::string_view key;
    bool escaped = false;
    if (at_ >= in_.size() || in_[at_] != '"') return fail("expected a key");
    if (!literal(key, escaped)) return false;
    // Keys with escapes or beyond ASCII are no event's; they are put into order all the same.
    const bool ordered = first || (escaped || last.find('\\') != std::string_view::npos
                                       ? comes_before(unescape_json(last), unescape_json(key))
                                       : comes_before(last, key));
    if (!ordered) {
      at_ = key_at;
      return fail("keys are not in order, or one is given twice");
    }
    if (!take(':')) return fail("expected a colon");
    if (!value(depth + 1, key, key_at)) return false;
    last = key;
    if (take('}')) return true;
    if (!take(',')) return fail("expected a comma or the end of the object");
  }
}

bool CanonicalText::array(std::uint32_t self, std::size_t depth) {
  nodes_[self].kind = Kind::array;
  ++at_;
  if (take(']')) return true;
  for (;;) {
    if (!value(depth + 1, {}, at_)) return false;
    if (take(']')) return true;
    if (!take(',')) return fail("expected a comma or the end of the list");
  }
}

bool CanonicalText::literal(std::string_view& raw, bool& escaped) {
  const std::size_t begin = ++at_;
  for (;;) {
    at_ = end_of_printable<'"', '\\'>(in_, at_);
    if (at_ >= in_.size()) return fail("a text without an end");
    const char c = in_[at_];
    if (c == '"') break;
    if (c == '\\') {
      escaped = true;
      if (!escape()) return false;
    } else if (static_cast<std::uint8_t>(c) < ' ') {
      return fail("a control character that is not escaped");
    } else if (c == 0x7F) {
      ++at_;
    } else {
      const text::CodePoint point = text::code_point_at(in_, at_);
      if (point.bytes == 1) return fail("not UTF-8");
      at_ += point.bytes;
    }
  }
  raw = in_.substr(begin, at_ - begin);
  ++at_;
  return true;
}

// Only what has to be escaped is, and in its shortest form.
bool CanonicalText::escape() {
  const std::string_view rest = in_.substr(at_ + 1, 5);
  if (rest.empty()) return fail("a text without an end");
  if (kShortEscapes.find(rest[0]) != std::string_view::npos) {
    at_ += 2;
    return true;
  }
  const bool control =
      rest.size() == 5 && rest.starts_with("u00") && (rest[3] == '0' || rest[3] == '1') && is_lower_hex(rest[4]);
  const bool has_name = control && rest[3] == '0' && std::string_view("89acd").find(rest[4]) != std::string_view::npos;
  if (!control || has_name) return fail("an escape that is not the canonical one");
  at_ += 6;
  return true;
}

bool CanonicalText::number(std::uint32_t self) {
  const std::size_t begin = at_;
  take('-');
  const std::size_t digits = at_;
  while (at_ < in_.size() && text::is_digit(in_[at_])) ++at_;
  const std::string_view all = in_.substr(begin, at_ - begin);
  const std::size_t count = at_ - digits;
  at_ = begin;
  if (count == 0) return fail("expected a value; there is no null");
  if (count > 16 || (in_[digits] == '0' && (count > 1 || digits > begin)))
    return fail("a number that is not canonical");
  std::int64_t value = 0;
  std::from_chars(all.data(), all.data() + all.size(), value);
  if (value > kMostInteger || value < -kMostInteger) return fail("a number beyond 53 bits");
  at_ = begin + all.size();
  nodes_[self].kind = Kind::number;
  nodes_[self].text = all;
  return true;
}

bool CanonicalText::word(std::uint32_t self, std::string_view expected) {
  if (in_.substr(at_, expected.size()) != expected) return fail("expected a value");
  at_ += expected.size();
  nodes_[self].kind = Kind::boolean;
  nodes_[self].text = expected;
  return true;
}

}  // namespace gatepost::ledger
