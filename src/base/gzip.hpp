// Packing. What unpacks is in base/bytes.hpp.
#pragma once

#include <string>
#include <string_view>

namespace gatepost {

// One gzip member; the same bytes give the same bytes: no name, no time, no system.
std::string gzip(std::string_view bytes);

}  // namespace gatepost
