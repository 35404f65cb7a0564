// Zip and tar archives of a stranger. Their names never become paths: nothing is written but to unnamed files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace gatepost {

struct ArchiveMember {
  std::string name;  // as the archive has it, made valid UTF-8: "reports/semgrep.sarif", also "../../etc/passwd"
  Bytes bytes;
};

// Bytes of a file's beginning that is_archive looks at.
inline constexpr std::size_t kArchiveHead = 512;

// True when the bytes start like a zip or tar archive; also a spreadsheet is a zip archive.
bool is_archive(std::string_view head);
// The regular files in it, sorted by name; folders and links are left out. Refused as a whole: what is beyond
// limits.archive_members, .member_bytes, .archive_bytes and .unpack_ratio, what is encrypted, damaged or cut.
Result<std::vector<ArchiveMember>> read_archive(const Bytes& packed, const Limits& limits);

}  // namespace gatepost
