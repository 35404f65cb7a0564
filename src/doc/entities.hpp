// Characters that HTML writes by name or number.
#pragma once

#include <string>
#include <string_view>

namespace gatepost::doc {

// "&lt;" and "&#60;" are "<". What is none of the names of HTML 4 stays as it is; "&nbsp;" is a plain blank.
std::string without_entities(std::string_view text);

}  // namespace gatepost::doc
