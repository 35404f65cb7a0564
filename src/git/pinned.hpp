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

// What to POST to <repository>/git-upload-pack to get one commit without its history, by version 2 of git's protocol.
// libgit2 1.5 can neither leave the history out nor end when a server does not answer.
std::string fetch_request(const ObjectId& commit);
// The pack in the answer to it. Fails with the server's own words when it refuses.
Result<std::string> pack_in(std::string_view response);
// A new bare repository in the empty directory `folder` with the objects of the pack, which are all hashed.
Result<Repository> unpack(const std::string& folder, std::string_view pack);

}  // namespace gatepost::git
