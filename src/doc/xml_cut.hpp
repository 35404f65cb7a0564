// An XML text of which the end is missing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::doc {

// The text up to where its last whole element ends, with the end tags that are missing. Of the elements that are open
// there those stay that are lists (at least two children of the same tag, one of which may be open) and the root; a
// record of which the end is missing is not there. Empty when nothing is missing, or the tags do not match.
std::optional<std::string> close_cut_xml(std::string_view text);

}  // namespace gatepost::doc
