// Comparing names without case, as GitLab does for sections.
#pragma once

#include <string>
#include <string_view>

namespace gatepost::context {

// Full case folding of Unicode: two names are equal without case when their folded forms are. Bytes that are not UTF-8
// stay as they are.
std::string case_fold(std::string_view s);
// True when there is nothing but white space, Unicode's included.
bool is_blank(std::string_view s);

}  // namespace gatepost::context
