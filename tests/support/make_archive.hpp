// Archives as tools and forges write them.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <utility>
#include <vector>

#include "base/assert.hpp"

namespace gatepost::test {

enum class ArchiveFormat { zip, tar, encrypted_zip };
using ArchiveFiles = std::vector<std::pair<std::string, std::string>>;  // name and content

// A name that ends with "/" is a folder.
inline std::string make_archive(ArchiveFormat format, const ArchiveFiles& files) {
  std::string out;
  archive* const writer = archive_write_new();
  if (format == ArchiveFormat::tar) {
    archive_write_set_format_pax_restricted(writer);
  } else {
    archive_write_set_format_zip(writer);
    archive_write_set_bytes_in_last_block(writer, 1);
  }
  if (format == ArchiveFormat::encrypted_zip) {
    GP_ASSERT(archive_write_set_options(writer, "zip:encryption=traditional") == ARCHIVE_OK);
    GP_ASSERT(archive_write_set_passphrase(writer, "word") == ARCHIVE_OK);
  }
  const auto write = [](archive* /*writer*/, void* to, const void* data, size_t size) -> la_ssize_t {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), size);
    return static_cast<la_ssize_t>(size);
  };
  GP_ASSERT(archive_write_open(writer, &out, nullptr, write, nullptr) == ARCHIVE_OK);
  for (const auto& [name, content] : files) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    GP_ASSERT(archive_write_header(writer, entry) == ARCHIVE_OK);
    GP_ASSERT(archive_write_data(writer, content.data(), content.size()) == static_cast<la_ssize_t>(content.size()));
    archive_entry_free(entry);
  }
  GP_ASSERT(archive_write_close(writer) == ARCHIVE_OK);
  archive_write_free(writer);
  return out;
}

}  // namespace gatepost::test
