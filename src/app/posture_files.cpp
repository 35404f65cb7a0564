#include "app/posture_files.hpp"

#include <fmt/core.h>

#include <array>
#include <filesystem>

#include "app/write_output.hpp"
#include "base/text.hpp"
#include "report/posture.hpp"

namespace gatepost::app {
namespace {

struct Form {
  std::string_view format, file;  // file: "" for what is written only when it is asked for
  Status (*write)(const Posture& posture, const report::Sink& sink);
};
constexpr std::array kForms = {Form{"html", "posture.html", report::write_posture_html},
                               Form{"json", "posture.json", report::write_posture_json},
                               Form{"markdown", "posture.md", report::write_posture_markdown},
                               Form{"csv", "findings.csv", report::write_posture_csv},
                               Form{"sarif", "findings.sarif", report::write_posture_sarif},
                               Form{"cyclonedx-vex", "vex.cdx.json", report::write_posture_cyclonedx_vex},
                               Form{"openvex", "openvex.json", report::write_posture_openvex},
                               Form{"vex", "", report::write_posture_openvex}};

// A document of statements about nothing is none.
bool has_content(const Form& form, const Posture& posture) {
  return !form.format.ends_with("vex") || report::has_vex_statements(posture);
}

}  // namespace

Status write_posture_files(const Ports& ports, const Posture& posture, const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    return error(ErrorKind::usage,
                 fmt::format("the folder {} cannot be made: {}", text::printable(folder, 200), failure.message()));
  }
  for (const Form& form : kForms) {
    if (form.file.empty() || !has_content(form, posture)) continue;
    const std::string path = (std::filesystem::path(folder) / form.file).string();
    GP_CHECK(write_output(ports, path, [&](const report::Sink& sink) { return form.write(posture, sink); }));
  }
  return Done{};
}

Status write_posture(const Ports& ports, const Posture& posture, const std::string& format, const std::string& path) {
  for (const Form& form : kForms) {
    if (form.format != format) continue;
    return write_output(ports, path, [&](const report::Sink& sink) { return form.write(posture, sink); });
  }
  return error(ErrorKind::usage,
               fmt::format("--format is \"{}\"; expected html, json, markdown, csv, sarif, cyclonedx-vex or openvex",
                           text::printable(format, 40)));
}

}  // namespace gatepost::app
