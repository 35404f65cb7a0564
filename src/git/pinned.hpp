// Files of one commit that is known by its whole id, of any repository. What is read is believed for that id alone:
// wherever the objects come from, each of them is hashed again on the way to the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

// The bytes of the file at `path`, which is in normal form. Fails when the commit or the file is not there, when the
// path leads through a link or a submodule, when an object is another one than its name says, and beyond `limit` bytes.
Result<std::string> read_pinned(const Repository& repository, const ObjectId& commit, std::string_view path,
                                std::uint64_t limit);

// A new bare repository in the empty directory `folder`.
Result<Repository> make_bare(const std::string& folder);
// Adds the objects of a pack, which are all hashed: all of them or, when the pack is damaged, none.
Status add_pack(const Repository& repository, std::string_view pack);
// Both.
Result<Repository> unpack(const std::string& folder, std::string_view pack);

}  // namespace gatepost::git
