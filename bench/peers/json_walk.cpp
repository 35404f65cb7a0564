// The least that anybody can do with a JSON file, or with one object a line: one pass of simdjson that looks at every
// value and keeps none of them.
#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace {

struct Seen {
  std::uint64_t values = 0, text_bytes = 0;
};

void look_at(simdjson::dom::element value, Seen& seen) {
  ++seen.values;
  if (value.is_object()) {
    for (const auto member : simdjson::dom::object(value)) look_at(member.value, seen);
  } else if (value.is_array()) {
    for (const auto item : simdjson::dom::array(value)) look_at(item, seen);
  } else if (value.is_string()) {
    seen.text_bytes += std::string_view(value).size();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: json_walk FILE\n");
    return 2;
  }
  try {
    const simdjson::padded_string text = simdjson::padded_string::load(arguments[1]);
    simdjson::dom::parser parser;
    Seen seen;
    for (auto document : parser.parse_many(text, std::size_t{1} << 28)) look_at(document.value(), seen);
    std::printf("values %llu text %llu\n", static_cast<unsigned long long>(seen.values),
                static_cast<unsigned long long>(seen.text_bytes));
  } catch (const simdjson::simdjson_error& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
