#include "model/observation.hpp"

#include "base/text.hpp"

namespace gatepost {

Confidence confidence_from_word(std::string_view word) {
  static constexpr std::pair<std::string_view, Confidence> kWords[] = {
      {"confirmed", Confidence::confirmed},
      {"certain", Confidence::confirmed},
      {"very-high", Confidence::high},
      {"very high", Confidence::high},
      {"high", Confidence::high},
      {"firm", Confidence::high},
      {"medium", Confidence::medium},
      {"moderate", Confidence::medium},
      {"low", Confidence::low},
      {"weak", Confidence::low},
      {"tentative", Confidence::low},
      {"experimental", Confidence::low},
      {"ignore", Confidence::low},
  };
  for (const auto& [known, confidence] : kWords) {
    if (text::equal_ignoring_case(known, text::trim(word))) return confidence;
  }
  return Confidence::unknown;
}

}  // namespace gatepost
