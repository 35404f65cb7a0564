// Raw objects. Only .cpp files of this module include this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "git/handles.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

enum class ObjectType { commit, tree, blob, tag };

// One object, unpacked; its bytes live as long as it does. Without a handle it is an empty blob.
class Object {
 public:
  Object() = default;
  explicit Object(OdbObjectHandle handle) : handle_(std::move(handle)) {}
  [[nodiscard]] ObjectType type() const;
  [[nodiscard]] std::string_view bytes() const;

 private:
  OdbObjectHandle handle_;
};

// The objects of a repository. libgit2 lets one thread at a time read through a handle: a thread that reads much opens
// its own.
class Objects {
 public:
  // Shares the repository's handle.
  explicit Objects(const Repository& repository) : handle_(repository.objects()), partial_(repository.is_partial()) {}
  static Result<Objects> open_own(const Repository& repository);

  // Empty when the object is not in this clone; an error when it is there and cannot be read.
  [[nodiscard]] Result<std::optional<Object>> find(const ObjectId& id) const;
  // The size without unpacking all of it; empty when the object is not in this clone.
  [[nodiscard]] Result<std::optional<std::uint64_t>> size(const ObjectId& id) const;
  [[nodiscard]] bool has(const ObjectId& id) const;

 private:
  [[nodiscard]] bool surely_absent(const ObjectId& id) const { return partial_ && !has(id); }
  std::shared_ptr<git_odb> handle_;
  bool partial_ = false;
};

// The same through the repository's handle.
Result<std::optional<Object>> find_object(const Repository& repository, const ObjectId& id);
bool has_object(const Repository& repository, const ObjectId& id);

}  // namespace gatepost::git
