// libgit2's handles as owners, and its failures as our errors. Only .cpp files of this module include this.
#pragma once

#include <git2.h>

#include <cstring>
#include <string>
#include <string_view>

#include "base/deleter.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "git/object_id.hpp"

namespace gatepost::git {

using ConfigHandle = CHandle<git_config, git_config_free>;
using ObjectHandle = CHandle<git_object, git_object_free>;
using OdbObjectHandle = CHandle<git_odb_object, git_odb_object_free>;
using ReferenceHandle = CHandle<git_reference, git_reference_free>;

inline const git_oid* as_git(const ObjectId& id) {
  static_assert(sizeof(git_oid) == sizeof(id.bytes));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): both are 20 bytes and nothing else
  return reinterpret_cast<const git_oid*>(id.bytes.data());
}

inline ObjectId from_git(const git_oid& oid) {
  ObjectId id;
  std::memcpy(id.bytes.data(), oid.id, id.bytes.size());
  return id;
}

// What libgit2 says about its latest failure on this thread.
inline std::string library_message() {
  const git_error* const last = git_error_last();
  return last != nullptr && last->message != nullptr ? text::printable(last->message, 300) : "unknown failure";
}

// "what: libgit2's message".
inline Error library_failure(ErrorKind kind, std::string_view what) {
  return error(kind, std::string(what) + ": " + library_message());
}

}  // namespace gatepost::git
