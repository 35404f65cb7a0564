// What a program writes when it breaks down behind the report that it had begun.
#pragma once

#include <string_view>

namespace gatepost::ingest {

// What a text looks like to whom it says that the tool broke down: "a traceback"; "" when it says nothing of the kind.
std::string_view crash_in(std::string_view text);

}  // namespace gatepost::ingest
