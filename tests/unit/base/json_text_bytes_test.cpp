#include <doctest/doctest.h>

#include <string>

#include "base/json_text.hpp"

namespace gatepost {

TEST_CASE("json text: every byte is written the same wherever it stands among others") {
  for (int c = 0; c < 0x80; ++c) {
    std::string alone;
    append_json_string(alone, std::string(1, static_cast<char>(c)));
    const std::string shown = alone.substr(1, alone.size() - 2);
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string left(before, 'a'), right(20 - before, 'z');
      std::string whole;
      append_json_string(whole, left + static_cast<char>(c) + right);
      CAPTURE(c);
      CAPTURE(before);
      CHECK(whole == "\"" + left + shown + right + "\"");
      CHECK(unescape_json(whole.substr(1, whole.size() - 2)) == left + static_cast<char>(c) + right);
    }
  }
}

}  // namespace gatepost
