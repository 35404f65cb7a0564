// The least that anybody can do with a SARIF file: one pass of simdjson over the mapped bytes that looks at the 13
// fields a finding needs and keeps none of them. What reading a report costs is told as a multiple of this.
// Not to be made faster or slower: ratios are compared over years.
#include <fcntl.h>
#include <simdjson.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace {

namespace ondemand = simdjson::ondemand;

struct Seen {
  std::uint64_t results = 0, text_bytes = 0;
  std::int64_t numbers = 0;
};

using Field = simdjson::simdjson_result<ondemand::field>;

// As it is written; unescaped only when it has a backslash.
std::string_view key_of(Field& field) {
  const char* const begin = ondemand::raw_json_string(field.key()).raw();
  const char* end = begin;
  for (; *end != '"'; ++end) {
    if (*end == '\\') return field.unescaped_key();
  }
  return {begin, static_cast<std::size_t>(end - begin)};
}

void text(Field& field, Seen& seen) { seen.text_bytes += std::string_view(field.value().get_string()).size(); }

// The members of an object that are called so.
void texts(ondemand::object object, std::string_view name, Seen& seen) {
  for (auto field : object) {
    if (key_of(field) == name) text(field, seen);
  }
}

void region(ondemand::object region, Seen& seen) {
  for (auto field : region) {
    const std::string_view key = key_of(field);
    if (key == "startLine" || key == "startColumn" || key == "endLine") {
      seen.numbers += std::int64_t(field.value().get_int64());
    } else if (key == "snippet") {
      texts(field.value().get_object(), "text", seen);
    }
  }
}

void artifact(ondemand::object artifact, Seen& seen) {
  for (auto field : artifact) {
    const std::string_view key = key_of(field);
    if (key == "uri" || key == "uriBaseId") text(field, seen);
  }
}

void place(ondemand::object place, Seen& seen) {
  for (auto field : place) {
    const std::string_view key = key_of(field);
    if (key == "artifactLocation") {
      artifact(field.value().get_object(), seen);
    } else if (key == "region") {
      region(field.value().get_object(), seen);
    }
  }
}

void location(ondemand::object location, Seen& seen) {
  for (auto field : location) {
    const std::string_view key = key_of(field);
    if (key == "physicalLocation") {
      place(field.value().get_object(), seen);
    } else if (key == "logicalLocations") {
      for (auto logical : field.value().get_array()) texts(logical.get_object(), "fullyQualifiedName", seen);
    }
  }
}

void fingerprints(ondemand::object fingerprints, Seen& seen) {
  for (auto field : fingerprints) {
    seen.text_bytes += key_of(field).size();
    text(field, seen);
  }
}

void result(ondemand::object result, Seen& seen) {
  ++seen.results;
  for (auto field : result) {
    const std::string_view key = key_of(field);
    if (key == "ruleId" || key == "level") {
      text(field, seen);
    } else if (key == "ruleIndex") {
      seen.numbers += std::int64_t(field.value().get_int64());
    } else if (key == "message") {
      texts(field.value().get_object(), "text", seen);
    } else if (key == "locations") {
      bool first = true;
      for (auto it : field.value().get_array()) {
        if (first) location(it.get_object(), seen);
        first = false;
      }
    } else if (key == "partialFingerprints") {
      fingerprints(field.value().get_object(), seen);
    } else if (key == "suppressions") {
      for (auto it : field.value().get_array()) texts(it.get_object(), "kind", seen);
    }
  }
}

Seen walk(ondemand::document& document) {
  Seen seen;
  for (auto top : document.get_object()) {
    if (key_of(top) != "runs") continue;
    for (auto run : top.value().get_array()) {
      for (auto field : run.get_object()) {
        if (key_of(field) != "results") continue;
        for (auto it : field.value().get_array()) result(it.get_object(), seen);
      }
    }
  }
  return seen;
}

}  // namespace

int main(int count, char** arguments) {
  const int file = count == 2 ? open(arguments[1], O_RDONLY) : -1;
  struct stat facts{};
  if (file < 0 || fstat(file, &facts) != 0) {
    std::fprintf(stderr, "usage: sarif_walk FILE\n");
    return 2;
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  // The file over the beginning of anonymous pages: what is read behind its end is there, and nought.
  constexpr std::size_t kPage = 4096;
  const std::size_t padded = (size + simdjson::SIMDJSON_PADDING + kPage - 1) / kPage * kPage;
  void* const memory = mmap(nullptr, padded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED ||
      mmap(memory, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0) == MAP_FAILED)
    return 2;
  try {
    ondemand::parser parser;
    ondemand::document document = parser.iterate(static_cast<const char*>(memory), size, padded);
    const Seen seen = walk(document);
    std::printf("results %llu text %llu numbers %lld\n", static_cast<unsigned long long>(seen.results),
                static_cast<unsigned long long>(seen.text_bytes), static_cast<long long>(seen.numbers));
  } catch (const simdjson::simdjson_error& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
