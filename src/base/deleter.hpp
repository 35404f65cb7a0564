// Ownership of C handles: `using Handle = CHandle<git_tree, git_tree_free>;` is a std::unique_ptr.
#pragma once

#include <memory>

namespace gatepost {

template <auto release>
struct Deleter {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};

template <class T, auto release>
using CHandle = std::unique_ptr<T, Deleter<release>>;

}  // namespace gatepost
