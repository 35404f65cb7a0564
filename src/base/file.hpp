// Files by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.hpp"
#include "base/result.hpp"

namespace gatepost {

Result<std::string> read_file(const std::string& path, std::uint64_t limit);
// Writes beside `path` and renames, so nobody ever sees half a file; a file that exists keeps its permissions, a
// symbolic link its target's place. Devices and pipes are written directly.
Status write_file(const std::string& path, std::string_view bytes);
// Regular files below `root` whose path relative to it matches, sorted. Symbolic links to directories are not followed
// and those to files only when these lie below `root`, too; neither `.git` nor a folder
// that no match can lie in is entered. Fails when `root` does not exist or a folder cannot be read to its end.
Result<std::vector<std::string>> find_files(const std::string& root, const Glob& glob);

}  // namespace gatepost
