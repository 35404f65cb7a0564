// The way to a tree of a large XML document: it is read once in windows, and only what stands around its many elements
// stays in memory, as of JSON (json_paged.hpp).
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "doc/document.hpp"
#include "doc/page_sizes.hpp"

namespace gatepost::doc {

// The document that parse_xml gives, of any size. Nothing when it is not taken: what is not well-formed or declares
// entities, a property list, bytes that are not UTF-8, characters and references that XML does not allow, a root that
// does not begin in the first window, elements nested deeper than limits.depth, one without large lists in it that is
// larger than limits.element_bytes, text between the elements of a large one, many names among them.
std::optional<Document> parse_paged_xml(const Bytes& bytes, std::string name, const Limits& limits,
                                        const PageSizes& sizes = kSmallPages);

}  // namespace gatepost::doc
