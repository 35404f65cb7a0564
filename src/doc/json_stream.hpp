// Reads JSON files of any size in windows: the elements of a few large arrays are handed out as they come by,
// everything else (the "frame") is kept and parsed at the end. Memory depends on the window and the frame, not on the
// file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace gatepost::doc {

// Whole elements of one streamed array. `buffer` is longer than the bytes that were read: simdjson needs padding.
struct Window {
  struct Element {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;  // 0: refused, see JsonSplitter::Frame::refused
  };
  std::string buffer;
  std::uint64_t offset = 0;  // of buffer[0] in the artifact
  std::uint32_t array = 0;   // index into Frame::arrays
  std::uint32_t first = 0;   // index of elements[0] in its array
  std::uint32_t number = 0;  // windows are numbered in the order of the file
  std::vector<Element> elements;
};

class JsonSplitter {
 public:
  struct StreamedArray {
    std::string pointer;  // "/runs/0/results"
    std::uint32_t elements = 0;
  };
  struct Frame {
    std::string text;  // the document with every streamed array emptied; closed by us when the file was cut
    std::vector<StreamedArray> arrays;
    bool truncated = false;            // the file ended in the middle
    std::string problem;               // "byte 120: …" when reading had to stop early; "" otherwise
    std::optional<std::uint64_t> trailing;  // offset of text after the end of the document, which was not read
    std::vector<std::string> refused;  // elements beyond a limit, by pointer and reason
  };

  // Streams the arrays at `paths`, written like "runs[].results". `start` skips what stands before the document.
  JsonSplitter(Bytes source, std::vector<std::string> paths, std::uint64_t start, const Limits& limits);
  // The next window; nothing at the end. Reading errors end it, too: see Frame::problem.
  std::optional<Window> next();
  // The pointer of the array that a window's elements belong to: "/runs/0/results".
  [[nodiscard]] const std::string& pointer_of(std::uint32_t array) const { return frame_.arrays[array].pointer; }
  // After next() returned nothing.
  Frame finish() &&;

 private:
  struct Level {
    bool object = false;
    bool key_is_next = false;
    std::uint32_t index = 0;  // items passed, of an array
    std::string key;          // the current member, of an object
  };
  enum class Mode { frame, between_elements, in_element, in_scalar, done };

  bool refill();
  void scan_frame();
  void frame_structural(char c);
  void frame_string_ended();
  void open_level(char c);
  void close_level(char c);
  std::string path() const;
  std::string pointer() const;
  void scan_elements();
  void scan_between();
  void scan_scalar();
  void scan_nested();
  void end_element();
  void begin_streaming();
  void end_streaming();
  std::optional<Window> cut_window(bool keep_buffer);
  void stop(std::string why);
  void stop_after_root();
  void remember_safe_point();

  Bytes source_;
  std::vector<std::string> paths_;
  const Limits limits_;
  std::string buffer_;
  std::uint64_t base_ = 0;  // offset of buffer_[0] in the artifact
  std::size_t at_ = 0;      // next byte to look at
  std::size_t end_ = 0;     // bytes in buffer_
  Mode mode_ = Mode::frame;
  bool in_string_ = false;
  bool skip_next_ = false;  // the byte after a backslash
  bool started_ = false;    // the root value has begun
  std::vector<Level> levels_;
  std::string key_;             // of the string being read in key position
  std::size_t frame_from_ = 0;  // bytes of buffer_ from here belong to the frame and are not copied yet
  std::size_t safe_length_ = 0;
  std::string safe_closers_;
  std::size_t element_begin_ = 0;
  std::uint32_t depth_ = 0;  // inside the element
  bool element_too_deep_ = false;
  bool element_expected_ = false;
  std::vector<Window::Element> pending_;
  std::uint32_t pending_first_ = 0;
  std::uint32_t windows_ = 0;
  std::uint64_t elements_ = 0;
  std::optional<Window> ready_;
  Frame frame_;
};

}  // namespace gatepost::doc
