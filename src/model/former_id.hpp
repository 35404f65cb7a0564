// The ids that a finding had before, and that decisions about it may still name.
#pragma once

#include <cstdint>

#include "model/finding.hpp"

namespace gatepost {

struct FormerId {
  enum class Why : std::uint8_t {
    previous_key,  // of a secret, by the key before
    base,          // it was matched to a finding of the base, surely enough to keep decisions
  };
  FindingId id;  // of a finding, or of one tool's part
  FindingId former;
  Why why = Why::base;
  friend auto operator<=>(const FormerId&, const FormerId&) = default;
};

}  // namespace gatepost
