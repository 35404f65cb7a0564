// How much of a stranger's input we are willing to take. Exceeding a limit is an error with the limit's name in it,
// never "no findings". Values: measured needs of large reports with headroom.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gatepost {

struct Limits {
  std::uint64_t file_bytes = std::uint64_t{8} << 30;        // one report
  std::uint64_t element_bytes = std::uint64_t{64} << 20;    // one element of a streamed array
  std::uint64_t document_bytes = std::uint64_t{256} << 20;  // one document that is held in memory as a tree
  std::uint64_t string_bytes = std::uint64_t{16} << 20;     // one string of such a tree
  std::uint64_t yaml_bytes = std::uint64_t{16} << 20;       // yaml-cpp needs 46 bytes for each byte of text
  std::uint64_t unpacked_bytes = std::uint64_t{16} << 30;   // what a compressed report may become
  std::uint32_t unpack_ratio = 200;                         // unpacked bytes for each packed one, beyond the first MiB
  std::uint32_t archive_members = 1'000;                    // files in a zip or tar archive
  std::uint64_t member_bytes = std::uint64_t{512} << 20;    // one of them, unpacked
  std::uint64_t archive_bytes = std::uint64_t{1} << 30;     // all of them, unpacked
  std::uint32_t values = 20'000'000;                        // values, elements or cells of one such tree
  std::uint32_t depth = 128;                                // nesting of any document
  std::uint32_t records = 20'000'000;                       // results in one report
  std::uint32_t rules = 1'000'000;                          // rules in one report
  std::uint32_t path_bytes = 4096;                          // one file path
  std::uint32_t cells = 4096;                               // cells of one CSV row
  std::uint32_t changed_paths = 100'000;                    // files of one change
};

}  // namespace gatepost
