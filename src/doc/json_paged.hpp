// The way to a tree of a large JSON document: it is read once in windows, and only what stands around its large lists
// and objects stays in memory. Their children are read again from the bytes when views of them are looked at
// (pages.hpp), so that memory depends on neither the number of records nor the size of the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "doc/document.hpp"
#include "doc/page_sizes.hpp"

namespace gatepost::doc {

struct PagedJson {
  Document document;
  bool one_line = false;  // there is no line end in it
};

// The document that begins at `start`, read leniently. Nothing when it is not taken: what add_plain_json does not take,
// has equal keys in an object, or is beyond a limit.
std::optional<PagedJson> parse_paged_json(const Bytes& bytes, std::uint64_t start, std::string name,
                                          const Limits& limits, const PageSizes& sizes = {});

// The same of a file with a record a line, each an object or a list, as the list of them that parse_json_lines gives.
// Nothing also when there is one record only, which is a document.
std::optional<Document> parse_paged_lines(const Bytes& bytes, std::string name, const Limits& limits,
                                          const PageSizes& sizes = {});

}  // namespace gatepost::doc
