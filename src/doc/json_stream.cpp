#include "doc/json_stream.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace gatepost::doc {
namespace {

constexpr std::size_t kWindowBytes = std::size_t{1} << 20;
constexpr std::size_t kLongestKey = 64;  // longer keys are none of those we stream

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Inside a nested element, outside of strings: what changes the depth or begins a string.
constexpr std::array<bool, 256> kStructural = [] {
  std::array<bool, 256> structural{};
  for (const char c : {'"', '{', '}', '[', ']'}) structural[static_cast<unsigned char>(c)] = true;
  return structural;
}();

// First quote or backslash at or after `p`.
const char* find_string_special(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  for (; p + 16 <= end; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    if (hits != 0) return p + __builtin_ctz(static_cast<unsigned>(hits));
  }
#endif
  while (p < end && *p != '"' && *p != '\\') ++p;
  return p;
}

}  // namespace

JsonSplitter::JsonSplitter(Bytes source, std::vector<std::string> paths, std::uint64_t start, const Limits& limits)
    : source_(std::move(source)), paths_(std::move(paths)), limits_(limits), base_(start) {}

void JsonSplitter::stop(std::string why) {
  if (frame_.problem.empty()) frame_.problem = fmt::format("byte {}: {}", base_ + at_, why);
  mode_ = Mode::done;
}

// The document is complete; what follows it is for the caller to judge.
void JsonSplitter::stop_after_root() {
  frame_.trailing = base_ + at_;
  frame_.text.append(buffer_, frame_from_, at_ - frame_from_);
  frame_from_ = at_;
  mode_ = Mode::done;
}

// Reads on behind the bytes that are still needed. False at the end of the file, or after a problem.
bool JsonSplitter::refill() {
  const bool streaming = mode_ != Mode::frame && mode_ != Mode::done;
  if (!streaming) {
    frame_.text.append(buffer_, frame_from_, end_ - frame_from_);
    if (frame_.text.size() > limits_.document_bytes) {
      stop(fmt::format("more than the limit of {} bytes beside the results", limits_.document_bytes));
      return false;
    }
  }
  const bool in_element = mode_ == Mode::in_element || mode_ == Mode::in_scalar;
  const std::size_t keep_from = in_element ? element_begin_ : end_;
  const std::size_t kept = end_ - keep_from;
  if (kept > limits_.element_bytes) {
    stop(fmt::format("one element is larger than the limit of {} bytes", limits_.element_bytes));
    return false;
  }
  std::string fresh;
  fresh.resize(std::max(kWindowBytes, 2 * kept) + simdjson::SIMDJSON_PADDING);
  std::memcpy(fresh.data(), buffer_.data() + keep_from, kept);
  const std::span<char> room(fresh.data() + kept, fresh.size() - simdjson::SIMDJSON_PADDING - kept);
  const auto got = source_.read(base_ + end_, room);
  if (!got) {
    stop(got.error().message);
    return false;
  }
  if (!pending_.empty()) ready_ = cut_window(false);
  base_ += keep_from;
  buffer_ = std::move(fresh);
  at_ = kept;
  element_begin_ = 0;
  frame_from_ = 0;
  end_ = kept + *got;
  return *got != 0;
}

std::optional<Window> JsonSplitter::next() {
  while (mode_ != Mode::done) {
    if (at_ >= end_ && !refill()) {
      mode_ = Mode::done;
      break;
    }
    if (ready_) return std::exchange(ready_, std::nullopt);
    if (mode_ == Mode::frame) {
      scan_frame();
    } else {
      scan_elements();
    }
    if (ready_) return std::exchange(ready_, std::nullopt);
  }
  if (ready_) return std::exchange(ready_, std::nullopt);
  if (!pending_.empty()) return cut_window(false);
  return std::nullopt;
}

// The pending elements as a window: with the whole buffer, or, while the buffer is still needed, with a copy.
std::optional<Window> JsonSplitter::cut_window(bool keep_buffer) {
  Window window;
  window.array = static_cast<std::uint32_t>(frame_.arrays.size() - 1);
  window.first = pending_first_;
  window.number = windows_++;
  window.elements = std::exchange(pending_, {});
  pending_first_ += static_cast<std::uint32_t>(window.elements.size());
  window.offset = base_;
  if (!keep_buffer) {
    window.buffer = std::move(buffer_);
    return window;
  }
  const std::size_t begin = window.elements.front().begin;
  const std::size_t length = window.elements.back().begin + window.elements.back().length - begin;
  window.buffer.resize(length + simdjson::SIMDJSON_PADDING);
  std::memcpy(window.buffer.data(), buffer_.data() + begin, length);
  window.offset += begin;
  for (Window::Element& element : window.elements) element.begin -= static_cast<std::uint32_t>(begin);
  return window;
}

void JsonSplitter::scan_frame() {
  const char* const data = buffer_.data();
  while (at_ < end_ && mode_ == Mode::frame) {
    const char c = data[at_];
    if (skip_next_) {
      skip_next_ = false;
      key_ += key_.size() < kLongestKey ? std::string_view(&c, 1) : "";
      ++at_;
    } else if (in_string_) {
      const char* const special = find_string_special(data + at_, data + end_);
      const std::size_t length = static_cast<std::size_t>(special - data) - at_;
      if (key_.size() < kLongestKey) key_.append(data + at_, std::min(length, kLongestKey));
      at_ += length;
      if (at_ == end_) return;
      skip_next_ = *special == '\\';
      in_string_ = skip_next_;
      if (skip_next_) key_ += '\\';
      ++at_;
      if (!in_string_) frame_string_ended();
    } else if (is_blank(c)) {
      ++at_;
    } else if (c == '"' && !(started_ && levels_.empty())) {
      in_string_ = true;
      key_.clear();
      ++at_;
    } else {
      frame_structural(c);
    }
  }
}

void JsonSplitter::frame_string_ended() {
  if (levels_.empty() || !levels_.back().object || !levels_.back().key_is_next) return;
  levels_.back().key = unescape_json(key_);
  levels_.back().key_is_next = false;
}

void JsonSplitter::frame_structural(char c) {
  const bool after_root = started_ && levels_.empty();
  if (after_root) return stop_after_root();
  switch (c) {
    case '{':
    case '[':
      return open_level(c);
    case '}':
    case ']':
      return close_level(c);
    case ',':
      remember_safe_point();
      if (!levels_.empty()) {
        levels_.back().key_is_next = levels_.back().object;
        ++levels_.back().index;
      }
      break;
    default:
      break;  // a colon, or a letter or digit of a scalar
  }
  ++at_;
}

void JsonSplitter::open_level(char c) {
  started_ = true;
  if (levels_.size() >= limits_.depth)
    return stop(fmt::format("nested deeper than the limit of {} levels", limits_.depth));
  const bool streamed = c == '[' && std::ranges::find(paths_, path()) != paths_.end();
  ++at_;
  if (streamed) return begin_streaming();
  levels_.push_back({.object = c == '{', .key_is_next = c == '{'});
  remember_safe_point();
}

void JsonSplitter::close_level(char c) {
  if (levels_.empty() || levels_.back().object != (c == '}')) return stop(fmt::format("\"{}\" that closes nothing", c));
  levels_.pop_back();
  ++at_;
  remember_safe_point();
}

// Where the frame can be cut and closed, should the file end before the next such point.
void JsonSplitter::remember_safe_point() {
  safe_length_ = frame_.text.size() + (at_ - frame_from_);
  safe_closers_.clear();
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) safe_closers_ += level->object ? '}' : ']';
}

std::string JsonSplitter::path() const {
  std::string path;
  for (const Level& level : levels_) {
    if (!level.object) {
      path += "[]";
    } else {
      path.append(path.empty() ? "" : ".").append(level.key);
    }
  }
  return path;
}

std::string JsonSplitter::pointer() const {
  std::string pointer;
  for (const Level& level : levels_) pointer += "/" + (level.object ? level.key : std::to_string(level.index));
  return pointer;
}

void JsonSplitter::begin_streaming() {
  frame_.text.append(buffer_, frame_from_, at_ - frame_from_);
  frame_.text += ']';
  frame_from_ = at_;
  safe_length_ = frame_.text.size();
  remember_safe_point();
  frame_.arrays.push_back({pointer(), 0});
  pending_first_ = 0;
  element_expected_ = false;
  mode_ = Mode::between_elements;
}

void JsonSplitter::end_streaming() {
  frame_.arrays.back().elements = pending_first_ + static_cast<std::uint32_t>(pending_.size());
  if (!pending_.empty()) ready_ = cut_window(true);
  frame_from_ = at_;
  mode_ = Mode::frame;
}

void JsonSplitter::scan_elements() {
  while (at_ < end_ && !ready_) {
    switch (mode_) {
      case Mode::between_elements:
        scan_between();
        break;
      case Mode::in_element:
        scan_nested();
        break;
      case Mode::in_scalar:
        scan_scalar();
        break;
      case Mode::frame:
      case Mode::done:
        return;
    }
  }
}

void JsonSplitter::scan_between() {
  const char c = buffer_[at_];
  if (is_blank(c)) {
    ++at_;
  } else if (c == ']') {
    ++at_;
    end_streaming();
  } else if (c == ',') {
    if (!element_expected_) return stop("a comma where a result is expected");
    element_expected_ = false;
    ++at_;
  } else if (element_expected_) {
    stop("a comma is missing between two results");
  } else if (c == '}' || c == ':') {
    stop(fmt::format("\"{}\" where a result is expected", c));
  } else {
    element_begin_ = at_;
    depth_ = 0;
    element_too_deep_ = false;
    mode_ = c == '{' || c == '[' || c == '"' ? Mode::in_element : Mode::in_scalar;
  }
}

void JsonSplitter::scan_scalar() {
  while (at_ < end_ && !is_blank(buffer_[at_]) && buffer_[at_] != ',' && buffer_[at_] != ']') ++at_;
  if (at_ < end_) end_element();
}

// An object, array or string, up to the byte after its end. This loop sees every byte of a large report.
void JsonSplitter::scan_nested() {
  const char* const begin = buffer_.data();
  const char* const end = begin + end_;
  const char* p = begin + at_;
  if (skip_next_ && p < end) {
    skip_next_ = false;
    ++p;
  }
  bool complete = false;
  while (p < end && !complete) {
    if (in_string_) {
      p = find_string_special(p, end);
      if (p == end) break;
      if (*p == '\\') {
        skip_next_ = p + 1 == end;
        p += skip_next_ ? 1 : 2;
        continue;
      }
      in_string_ = false;
      ++p;
      complete = depth_ == 0;
      continue;
    }
    if (!kStructural[static_cast<unsigned char>(*p)]) {
      ++p;
      continue;
    }
    const char c = *p++;
    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      element_too_deep_ |= ++depth_ > limits_.depth;
    } else {
      complete = --depth_ == 0;
    }
  }
  at_ = static_cast<std::size_t>(p - begin);
  if (complete) end_element();
}

void JsonSplitter::end_element() {
  mode_ = Mode::between_elements;
  element_expected_ = true;
  const auto index = pending_first_ + pending_.size();
  Window::Element element{static_cast<std::uint32_t>(element_begin_), static_cast<std::uint32_t>(at_ - element_begin_)};
  if (element_too_deep_) {
    frame_.refused.push_back(fmt::format("{}/{}: nested deeper than the limit of {} levels",
                                         frame_.arrays.back().pointer, index, limits_.depth));
    element.length = 0;
  }
  pending_.push_back(element);
  if (++elements_ > limits_.records) stop(fmt::format("more than the limit of {} results", limits_.records));
}

JsonSplitter::Frame JsonSplitter::finish() && {
  const bool complete = started_ && levels_.empty() && mode_ == Mode::done && !in_string_;
  if (complete && frame_.problem.empty()) return std::move(frame_);
  frame_.truncated = frame_.problem.empty();
  if (!frame_.arrays.empty() && frame_.arrays.back().elements == 0) frame_.arrays.back().elements = pending_first_;
  if (safe_length_ > frame_.text.size()) frame_.text.append(buffer_, frame_from_, safe_length_ - frame_.text.size());
  frame_.text.resize(safe_length_);
  frame_.text += safe_closers_;
  return std::move(frame_);
}

}  // namespace gatepost::doc
