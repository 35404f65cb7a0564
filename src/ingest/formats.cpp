#include <array>

#include "ingest/format.hpp"

namespace gatepost::ingest {

#define GATEPOST_FORMAT(variable) extern const Format variable;
#include "ingest/formats.def"
#undef GATEPOST_FORMAT

std::span<const Format> formats() {
  static const std::array kFormats = {
#define GATEPOST_FORMAT(variable) variable,
#include "ingest/formats.def"
#undef GATEPOST_FORMAT
  };
  return kFormats;
}

}  // namespace gatepost::ingest
