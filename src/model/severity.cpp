#include "model/severity.hpp"

#include <utility>

#include "base/text.hpp"

namespace gatepost {

std::optional<SeverityLabel> parse_severity_label(std::string_view name) {
  for (std::size_t i = 0; i < kSeverityNames.size(); ++i) {
    if (kSeverityNames[i] == name) return static_cast<SeverityLabel>(i);
  }
  return std::nullopt;
}

std::optional<SeverityLabel> severity_from_word(std::string_view word) {
  using enum SeverityLabel;
  static constexpr std::pair<std::string_view, SeverityLabel> kWords[] = {
      {"critical", critical},
      {"blocker", critical},
      {"fatal", critical},
      {"urgent", critical},
      {"high", high},
      {"important", high},
      {"serious", high},
      {"severe", high},
      {"error", high},
      {"major", medium},
      {"medium", medium},
      {"moderate", medium},
      {"warning", medium},
      {"warn", medium},
      {"low", low},
      {"minor", low},
      {"note", low},
      {"info", info},
      {"informational", info},
      {"information", info},
      {"none", info},
      {"negligible", info},
      {"unimportant", info},
      {"style", info},
      {"log", info},
      {"recommendation", info},
      {"unknown", unknown},
      {"undefined", unknown},
      {"unassigned", unknown},
      {"not yet assigned", unknown},
  };
  const std::string_view trimmed = text::trim(word);
  if (trimmed.empty()) return std::nullopt;
  for (const auto& [known, label] : kWords) {
    if (text::equal_ignoring_case(known, trimmed)) return label;
  }
  return std::nullopt;
}

SeverityLabel label_for_tenths(int tenths) {
  if (tenths >= 90) return SeverityLabel::critical;
  if (tenths >= 70) return SeverityLabel::high;
  if (tenths >= 40) return SeverityLabel::medium;
  return tenths >= 1 ? SeverityLabel::low : SeverityLabel::info;
}

SeverityLabel label_for_tenths(int tenths, SeverityMethod method) {
  if (method != SeverityMethod::cvss2) return label_for_tenths(tenths);
  if (tenths >= 70) return SeverityLabel::high;
  return tenths >= 40 ? SeverityLabel::medium : SeverityLabel::low;
}

int tenths_for_label(SeverityLabel label) {
  switch (label) {
    case SeverityLabel::critical:
      return 95;
    case SeverityLabel::high:
      return 80;
    case SeverityLabel::medium:
      return 55;
    case SeverityLabel::low:
      return 25;
    case SeverityLabel::info:
      return 0;
    case SeverityLabel::unknown:
      return 50;
  }
  return 50;
}

std::string_view to_string(SeverityMethod method) {
  switch (method) {
    case SeverityMethod::cvss40:
      return "cvss40";
    case SeverityMethod::cvss31:
      return "cvss31";
    case SeverityMethod::cvss30:
      return "cvss30";
    case SeverityMethod::cvss2:
      return "cvss2";
    case SeverityMethod::security_severity:
      return "sarif_security_severity";
    case SeverityMethod::score:
      return "score";
    case SeverityMethod::label:
      return "label";
    case SeverityMethod::level:
      return "sarif_level";
    case SeverityMethod::rank:
      return "sarif_rank";
    case SeverityMethod::derived:
      return "derived";
  }
  return "derived";
}

std::optional<SeverityMethod> parse_severity_method(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(SeverityMethod::derived); ++i) {
    const auto method = static_cast<SeverityMethod>(i);
    if (to_string(method) == name) return method;
  }
  return std::nullopt;
}

}  // namespace gatepost
