#include "doc/json_stream.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace gatepost::doc {
namespace {

constexpr std::size_t kLongestKey = 256;    // as it is written; longer keys are none of those we stream
constexpr std::size_t kMostArrays = 65536;  // streamed arrays of one document
constexpr std::size_t kPadding = kWindowPadding;
static_assert(kPadding >= simdjson::SIMDJSON_PADDING && kPadding >= kScanPadding);

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

JsonSplitter::JsonSplitter(Bytes source, const std::vector<std::string>& paths, std::uint64_t start,
                           const Limits& limits, std::size_t window_bytes)
    : source_(std::move(source)), limits_(limits), window_bytes_(std::max<std::size_t>(window_bytes, 1)), base_(start) {
  for (const std::string& path : paths) paths_.push_back(parse_path(path));
}

JsonSplitter::Path JsonSplitter::parse_path(std::string_view text) {
  Path path;
  if (text.empty()) return path;
  for (std::string_view part : text::split(text, '.')) {
    std::size_t items = 0;
    for (; part.ends_with("[]"); part.remove_suffix(2)) ++items;
    if (!part.empty()) path.push_back({false, std::string(part)});
    path.insert(path.end(), items, {true, ""});
  }
  return path;
}

void JsonSplitter::stop(std::string why) {
  if (frame_.problem.empty()) frame_.problem = fmt::format("byte {}: {}", base_ + at_, why);
  mode_ = Mode::done;
}

// The document is complete; what follows it is for the caller to judge.
void JsonSplitter::stop_after_root() {
  frame_.trailing = base_ + at_;
  mode_ = Mode::done;
}

// Reads on behind the bytes that are still needed. False at the end of the file, or after a problem.
bool JsonSplitter::refill() {
  if (mode_ == Mode::frame) {
    frame_.text.append(buffer_, frame_from_, end_ - frame_from_);
    frame_from_ = end_;
    if (frame_.text.size() > limits_.document_bytes) {
      stop(fmt::format("more than the limit of {} bytes beside the results", limits_.document_bytes));
      return false;
    }
  }
  const bool in_element = mode_ != Mode::frame && mode_ != Mode::between_elements;
  const std::size_t keep_from = in_element ? element_begin_ : end_;
  const std::size_t kept = end_ - keep_from;
  if (kept > limits_.element_bytes) {
    stop(fmt::format("one element is larger than the limit of {} bytes", limits_.element_bytes));
    return false;
  }
  std::string fresh(std::max(window_bytes_, 2 * kept) + kPadding, '\0');
  std::memcpy(fresh.data(), buffer_.data() + keep_from, kept);
  const auto got = source_.read(base_ + end_, std::span(fresh).subspan(kept, fresh.size() - kPadding - kept));
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
  while (!ready_ && mode_ != Mode::done) {
    if (at_ >= end_ && !refill()) {
      end_of_file();
    } else if (!ready_) {
      mode_ == Mode::frame ? scan_frame() : scan_elements();
    }
  }
  if (!ready_ && !pending_.empty()) ready_ = cut_window(false);
  return std::exchange(ready_, std::nullopt);
}

void JsonSplitter::end_of_file() {
  complete_ = mode_ == Mode::frame && started_ && levels_.empty() && !in_string_;
  mode_ = Mode::done;
}

// The pending elements as a window: with the whole buffer, or, while the buffer is still needed, with a copy.
Window JsonSplitter::cut_window(bool keep_buffer) {
  Window window;
  window.array = static_cast<std::uint32_t>(frame_.arrays.size() - 1);
  window.first = pending_first_;
  window.number = windows_++;
  window.elements = std::exchange(pending_, {});
  window.offset = base_;
  pending_first_ += static_cast<std::uint32_t>(window.elements.size());
  frame_.arrays.back().elements = pending_first_;
  if (!keep_buffer) {
    window.buffer = std::move(buffer_);
    return window;
  }
  const std::size_t begin = window.elements.front().begin;
  const std::size_t length = window.elements.back().begin + window.elements.back().length - begin;
  window.buffer.reserve(length + kPadding);
  window.buffer.assign(buffer_, begin, length).append(kPadding, '\0');
  window.offset += begin;
  for (Window::Element& element : window.elements) element.begin -= static_cast<std::uint32_t>(begin);
  return window;
}

void JsonSplitter::scan_frame() {
  while (at_ < end_ && mode_ == Mode::frame) {
    const char c = buffer_[at_];
    if (in_string_) {
      frame_string();
    } else if (is_blank(c)) {
      ++at_;
    } else if (root_ended_) {
      stop_after_root();
    } else if (c == '"') {
      started_ = true;
      in_string_ = true;
      key_.clear();
      ++at_;
    } else {
      frame_structural(c);
    }
  }
}

// Passes bytes of a string, up to its end at most; of its beginning a copy is kept.
void JsonSplitter::frame_string() {
  const char* const from = buffer_.data() + at_;
  const char* const end = buffer_.data() + end_;
  const char* const special = skip_next_ ? from : find_in_string(from, end);
  const bool ends = !skip_next_ && special < end && *special == '"';
  skip_next_ = !skip_next_ && special < end && *special == '\\';
  const auto passed = static_cast<std::size_t>(std::min(special + 1, end) - from);
  // One byte more than the longest is kept, so that a longer one never looks like it.
  if (key_.size() <= kLongestKey) key_.append(from, std::min(passed - (ends ? 1 : 0), kLongestKey + 1 - key_.size()));
  at_ += passed;
  if (!ends) return;
  in_string_ = false;
  frame_string_ended();
}

void JsonSplitter::frame_string_ended() {
  if (levels_.empty() || !levels_.back().object || !levels_.back().key_is_next) return;
  levels_.back().key = unescape_json(key_);
  levels_.back().key_is_next = false;
}

void JsonSplitter::frame_structural(char c) {
  started_ = true;
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
  if (levels_.size() >= limits_.depth) {
    return stop(fmt::format("nested deeper than the limit of {} levels", limits_.depth));
  }
  if (c == '[' && is_streamed()) return begin_streaming();
  levels_.push_back({.object = c == '{', .key_is_next = c == '{'});
  ++at_;
  remember_safe_point();
}

void JsonSplitter::close_level(char c) {
  if (levels_.empty() || levels_.back().object != (c == '}')) return stop(fmt::format("\"{}\" that closes nothing", c));
  levels_.pop_back();
  root_ended_ = levels_.empty();
  ++at_;
  remember_safe_point();
}

// Where the frame can be cut and closed, should the file end before the next such point.
void JsonSplitter::remember_safe_point() {
  safe_length_ = frame_.text.size() + (at_ - frame_from_);
  safe_closers_.clear();
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) safe_closers_ += level->object ? '}' : ']';
}

// True when the array that begins here is one of those that were asked for.
bool JsonSplitter::is_streamed() const {
  return std::ranges::any_of(paths_, [this](const Path& path) {
    return std::ranges::equal(path, levels_, [](const Step& step, const Level& level) {
      return step.item != level.object && step.key == level.key;
    });
  });
}

std::string JsonSplitter::pointer() const {
  std::string pointer;
  for (const Level& level : levels_) pointer += "/" + (level.object ? level.key : std::to_string(level.index));
  return pointer;
}

void JsonSplitter::begin_streaming() {
  if (frame_.arrays.size() >= kMostArrays) return stop(fmt::format("more than {} lists of results", kMostArrays));
  ++at_;
  frame_.text.append(buffer_, frame_from_, at_ - frame_from_).append("]");
  frame_from_ = at_;
  remember_safe_point();
  frame_.arrays.push_back({pointer(), 0});
  pending_first_ = 0;
  turn_ = Turn::element_or_end;
  mode_ = Mode::between_elements;
}

void JsonSplitter::end_streaming() {
  if (!pending_.empty()) ready_ = cut_window(true);
  frame_from_ = at_;
  root_ended_ = levels_.empty();
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
      case Mode::in_string:
        scan_string();
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
    if (turn_ == Turn::element) return stop("the list ends where an element is expected");
    ++at_;
    end_streaming();
  } else if (c == ',') {
    if (turn_ != Turn::comma_or_end) return stop("a comma where an element is expected");
    turn_ = Turn::element;
    ++at_;
  } else if (turn_ == Turn::comma_or_end) {
    stop("a comma is missing between two elements");
  } else if (c == '}' || c == ':') {
    stop(fmt::format("\"{}\" where an element is expected", c));
  } else if (elements_ >= limits_.records) {
    stop(fmt::format("more than the limit of {} results", limits_.records));
  } else {
    begin_element(c);
  }
}

void JsonSplitter::begin_element(char c) {
  element_begin_ = at_;
  brackets_ = {};
  mode_ = c == '{' || c == '[' ? Mode::in_element : c == '"' ? Mode::in_string : Mode::in_scalar;
  if (mode_ == Mode::in_string) ++at_;
}

void JsonSplitter::scan_scalar() {
  const auto goes_on = [](char c) { return !is_blank(c) && c != ',' && c != ']' && c != '}'; };
  while (at_ < end_ && goes_on(buffer_[at_])) ++at_;
  if (at_ < end_) end_element();
}

void JsonSplitter::scan_string() {
  for (; at_ < end_; ++at_) {
    const char c = buffer_[at_];
    const bool ends = c == '"' && !brackets_.escaped;
    brackets_.escaped = c == '\\' && !brackets_.escaped;
    if (!ends) continue;
    ++at_;
    return end_element();
  }
}

// An object or array, up to the byte after its end.
void JsonSplitter::scan_nested() {
  const char* const begin = buffer_.data();
  const auto outside = static_cast<std::uint32_t>(levels_.size() + 1);
  const char* const stopped = scan_brackets(begin + at_, begin + end_, limits_.depth - outside, brackets_);
  at_ = static_cast<std::size_t>(stopped - begin);
  if (brackets_.depth == 0) end_element();
}

void JsonSplitter::end_element() {
  mode_ = Mode::between_elements;
  turn_ = Turn::comma_or_end;
  Window::Element element{static_cast<std::uint32_t>(element_begin_), static_cast<std::uint32_t>(at_ - element_begin_)};
  if (brackets_.too_deep) {
    element.length = 0;
    if (frame_.refused.size() < kMostRefused) {
      frame_.refused.push_back(fmt::format("{}/{}: nested deeper than the limit of {} levels",
                                           frame_.arrays.back().pointer, pending_first_ + pending_.size(),
                                           limits_.depth));
    }
  }
  pending_.push_back(element);
  ++elements_;
}

JsonSplitter::Frame JsonSplitter::finish() && {
  if (complete_) return std::move(frame_);
  frame_.truncated = frame_.problem.empty() && !frame_.trailing;
  if (safe_length_ > frame_.text.size()) frame_.text.append(buffer_, frame_from_, safe_length_ - frame_.text.size());
  frame_.text.resize(safe_length_);
  frame_.text += safe_closers_;
  return std::move(frame_);
}

}  // namespace gatepost::doc
