// Raw objects. Only .cpp files of this module include this.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "git/handles.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

enum class ObjectType { commit, tree, blob, tag };

// One object, unpacked; its bytes live as long as it does.
class Object {
 public:
  explicit Object(OdbObjectHandle handle) : handle_(std::move(handle)) {}
  [[nodiscard]] ObjectType type() const;
  [[nodiscard]] std::string_view bytes() const;

 private:
  OdbObjectHandle handle_;
};

// Empty when the object is not in this clone; an error when it is there and cannot be read.
Result<std::optional<Object>> find_object(const Repository& repository, const ObjectId& id);
bool has_object(const Repository& repository, const ObjectId& id);
// The size without unpacking all of it; empty when the object is not in this clone.
Result<std::optional<std::uint64_t>> object_size(const Repository& repository, const ObjectId& id);

}  // namespace gatepost::git
