// Names of places that the SARIF of gatepost starts its paths from, beside the root of the repository. A reader of it
// needs them to tell what is in a file of the repository.
#pragma once

#include <string_view>

namespace gatepost {

// The root of the file system: "etc/passwd" from here is the path /etc/passwd.
inline constexpr std::string_view kFileSystemBase = "%FILESYSTEM%";
// A report stands for the place of a problem that is in no file.
inline constexpr std::string_view kReportBase = "%GATEPOST_REPORT%";

}  // namespace gatepost
