// The other files of the archive that a report lies in: mappings may join them to it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.hpp"
#include "base/regex.hpp"
#include "ingest/format.hpp"

namespace gatepost::ingest {

class Companions {
 public:
  // The members outlive it.
  Companions(const std::vector<ArchiveMember>& members, const Limits& limits) : members_(members), limits_(limits) {}

  struct Found {
    std::vector<const mapping::Source*> sources;  // in the order of their names
    std::vector<std::string> problems;            // of files that fit and cannot be read
    std::uint64_t bytes = 0;
  };
  // The files of which the name fits, but the report's own. Each file is parsed once, and serves so many reports only:
  // each of them walks through all of it.
  static constexpr unsigned kMostReports = 16;
  Found find(const Regex& name, mapping::SourceFormat format, std::string_view own);
  // Those belong to the report as well, and need not be read.
  void claim(const Regex& name, std::string_view own);
  // Some report was read with the file of this name, or has claimed it.
  [[nodiscard]] bool has_served(std::string_view name) const { return files_.contains(name); }

 private:
  struct File {
    std::unique_ptr<Candidate> content;
    unsigned reports = 0;
  };
  void add(const ArchiveMember& member, mapping::SourceFormat format, Found& found);

  const std::vector<ArchiveMember>& members_;
  const Limits& limits_;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace gatepost::ingest
