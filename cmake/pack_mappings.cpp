// pack_mappings DIRECTORY OUTPUT: the mappings of a directory as lines of their ids and their documents in JSON. Run by
// the build; what is no YAML ends it, what is no mapping is told by the tests.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "doc/json_writer.hpp"
#include "doc/yaml.hpp"

using namespace gatepost;

namespace {

constexpr std::uint64_t kLargest = std::uint64_t{1} << 20;

void write(doc::View view, doc::JsonWriter& json) {
  switch (view.kind()) {
    case doc::Kind::object:
      json.begin_object();
      for (const auto& [key, member] : view.members()) {
        json.key(key);
        write(member, json);
      }
      json.end_object();
      break;
    case doc::Kind::array:
      json.begin_array();
      for (const doc::View item : view.items()) write(item, json);
      json.end_array();
      break;
    case doc::Kind::string:
      json.value(view.text());
      break;
    case doc::Kind::number:
    case doc::Kind::boolean:
      json.raw(view.scalar());
      break;
    case doc::Kind::null:
    case doc::Kind::absent:
      json.raw("null");
      break;
  }
}

Result<std::string> line_of(const std::filesystem::path& file) {
  GP_TRY(std::string text, read_file(file.string(), kLargest));
  GP_TRY(const doc::Document document, doc::parse_yaml(std::move(text), file.string()));
  doc::JsonWriter json(doc::JsonWriter::Style::compact);
  write(document.root(), json);
  return file.stem().string() + " " + json.take() + "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::string lines;
  for (const auto& file : files) {
    const auto line = line_of(file);
    if (!line) {
      std::fprintf(stderr, "%s\n", line.error().message.c_str());
      return 1;
    }
    lines += *line;
  }
  const Status written = write_file(argv[2], lines);
  if (!written) std::fprintf(stderr, "%s\n", written.error().message.c_str());
  return written ? 0 : 1;
}
