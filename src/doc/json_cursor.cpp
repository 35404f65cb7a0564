#include "doc/json_cursor.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_text.hpp"
#include "doc/scan.hpp"

namespace gatepost::doc {
namespace {

const char* problem_of(simdjson::error_code failure) {
  switch (failure) {
    case simdjson::UTF8_ERROR:
      return "invalid UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "a control character in a string";
    case simdjson::EMPTY:
      return "nothing there";
    default:
      return simdjson::error_message(failure);
  }
}

}  // namespace

std::string_view Cursor::unescaped(std::string_view raw, std::string& scratch) {
  if (!has_backslash(raw)) return raw;
  unescape_json(raw, scratch);
  return scratch;
}

// The first of simdjson's two stages: finds the tokens and checks encoding and strings. Its on-demand second stage is
// not used, because version 3.0.1 reads beyond its tokens when an element is damaged in certain ways.
class ElementParser::Tokeniser {
 public:
  simdjson::error_code run(const char* text, std::size_t length) {
    if (length > capacity_) {
      const std::size_t wanted = std::max<std::size_t>(2 * length, 1 << 16);
      constexpr std::size_t kNoDepth = 1;
      const auto failure =
          simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, kNoDepth, implementation_);
      if (failure != simdjson::SUCCESS) return failure;
      capacity_ = wanted;
    }
    return implementation_->stage1(reinterpret_cast<const std::uint8_t*>(text), length, simdjson::stage1_mode::regular);
  }
  [[nodiscard]] const std::uint32_t* begin() const { return implementation_->structural_indexes.get(); }
  [[nodiscard]] const std::uint32_t* end() const { return begin() + implementation_->n_structural_indexes; }

 private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> implementation_;
  std::size_t capacity_ = 0;
};

ElementParser::ElementParser() : tokeniser_(std::make_unique<Tokeniser>()) {}
ElementParser::ElementParser(ElementParser&&) noexcept = default;
ElementParser& ElementParser::operator=(ElementParser&&) noexcept = default;
ElementParser::~ElementParser() = default;

const std::uint32_t* ElementParser::tokenise(const Window& window, const Window::Element& element,
                                             detail::Tokens& tokens) {
  tokens.text = window.buffer.data() + element.begin;
  tokens.length = element.length;
  if (element.length == 0) {
    tokens.problem = "nested too deeply";
    return nullptr;
  }
  const auto failure = tokeniser_->run(tokens.text, element.length);
  if (failure != simdjson::SUCCESS) {
    tokens.problem = problem_of(failure);
    return nullptr;
  }
  const std::uint32_t* const first = tokeniser_->begin();
  tokens.end = tokeniser_->end();
  const char opening = tokens.first(first);
  if (opening != '{' && opening != '[') tokens.problem = "not an object";
  return first;
}

}  // namespace gatepost::doc
