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
// Writes a file front to back, beside its place, and renames it when it is complete: nobody ever sees half a file. A
// file that exists keeps its permissions, a symbolic link its target's place. Devices and pipes are written directly.
class FileWriter {
 public:
  static Result<FileWriter> create(const std::string& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();  // without commit(): as if nothing had been written
  Status write(std::string_view bytes);
  Status commit() &&;

 private:
  FileWriter(std::string path, std::string temporary, int descriptor);
  std::string path_, temporary_;  // no temporary file: written directly
  int descriptor_ = -1;
};
// All at once.
Status write_file(const std::string& path, std::string_view bytes);
struct FoundFiles {
  std::vector<std::string> files;    // sorted, relative to the root
  std::vector<std::string> refused;  // symbolic links that match and lead out of the root, or nowhere; sorted
};
// Regular files below `root` whose path relative to it matches. Symbolic links to directories are not followed and
// those to files only when these lie below `root`, too; neither `.git` nor a folder that no match can lie in is
// entered. Fails when `root` does not exist or a folder cannot be read to its end.
Result<FoundFiles> find_files(const std::string& root, const Glob& glob);

}  // namespace gatepost
