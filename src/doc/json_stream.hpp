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
#include "doc/scan.hpp"

namespace gatepost::doc {

// Bytes that simdjson and the scanner may read behind an element.
inline constexpr std::size_t kWindowPadding = 64;

// Whole elements of one streamed array. `buffer` is longer than the bytes that were read, by kWindowPadding.
struct Window {
  struct Element {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;  // 0: refused, because it is nested too deeply
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
    std::string pointer;         // "/runs/0/results"
    std::uint32_t elements = 0;  // that were handed out
  };
  struct Frame {
    // The document with every streamed array emptied; closed by us when the file was cut or reading had to stop, so
    // that it can be parsed (but for "", when there was nothing to keep). Grammar is not checked here: parse_json does
    // that.
    std::string text;
    std::vector<StreamedArray> arrays;      // an array that is given twice (duplicate keys) is here twice
    bool truncated = false;                 // the file ended in the middle
    std::string problem;                    // "byte 120: …" when reading had to stop early; "" otherwise
    std::optional<std::uint64_t> trailing;  // offset of text after the end of the document, which was not read
    std::vector<std::string> refused;       // elements beyond a limit, by pointer and reason; the first kMostRefused
  };
  static constexpr std::size_t kMostRefused = 20;
  static constexpr std::size_t kWindowBytes = std::size_t{1} << 20;

  // Streams the arrays at `paths`, written like "runs[].results"; "" is the document itself. `start` skips what stands
  // before the document.
  JsonSplitter(Bytes source, const std::vector<std::string>& paths, std::uint64_t start, const Limits& limits,
               std::size_t window_bytes = kWindowBytes);
  // The next window; nothing at the end. Reading errors end it, too: see Frame::problem.
  std::optional<Window> next();
  // The pointer of the array that a window's elements belong to: "/runs/0/results".
  [[nodiscard]] const std::string& pointer_of(std::uint32_t array) const { return frame_.arrays[array].pointer; }
  // After next() returned nothing.
  Frame finish() &&;

 private:
  // From the root to a value: the key of an object's member, or "[]" for an array's item.
  struct Step {
    bool item = false;
    std::string key;
  };
  using Path = std::vector<Step>;
  struct Level {
    bool object = false;
    bool key_is_next = false;
    std::uint32_t index = 0;  // items passed, of an array
    std::string key;          // the current member, of an object
  };
  enum class Mode { frame, between_elements, in_element, in_scalar, in_string, done };
  // What an array may go on with.
  enum class Turn { element_or_end, comma_or_end, element };

  static Path parse_path(std::string_view text);
  bool refill();
  void end_of_file();
  void scan_frame();
  void frame_string();
  void frame_structural(char c);
  void frame_string_ended();
  void open_level(char c);
  void close_level(char c);
  [[nodiscard]] bool is_streamed() const;
  [[nodiscard]] std::string pointer() const;
  void scan_elements();
  void scan_between();
  void scan_scalar();
  void scan_string();
  void scan_nested();
  void begin_element(char c);
  void end_element();
  void begin_streaming();
  void end_streaming();
  Window cut_window(bool keep_buffer);
  void stop(std::string why);
  void stop_after_root();
  void remember_safe_point();

  Bytes source_;
  std::vector<Path> paths_;
  const Limits limits_;
  const std::size_t window_bytes_;
  std::string buffer_;
  std::uint64_t base_ = 0;  // offset of buffer_[0] in the artifact
  std::size_t at_ = 0;      // next byte to look at
  std::size_t end_ = 0;     // bytes in buffer_
  Mode mode_ = Mode::frame;
  bool started_ = false;     // the root value has begun
  bool root_ended_ = false;  // and ended, when it is an array or object
  bool complete_ = false;    // the file ended where it may
  // Of the frame.
  std::vector<Level> levels_;
  bool in_string_ = false;
  bool skip_next_ = false;      // the byte after a backslash
  std::string key_;             // the string being read, its beginning
  std::size_t frame_from_ = 0;  // bytes of buffer_ from here belong to the frame and are not copied yet
  std::size_t safe_length_ = 0;
  std::string safe_closers_;
  // Of the streamed array.
  Turn turn_ = Turn::element_or_end;
  std::size_t element_begin_ = 0;
  BracketState brackets_;  // inside the element
  std::vector<Window::Element> pending_;
  std::uint32_t pending_first_ = 0;
  std::uint32_t windows_ = 0;
  std::uint64_t elements_ = 0;
  std::optional<Window> ready_;
  Frame frame_;
};

}  // namespace gatepost::doc
