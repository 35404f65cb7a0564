// A value that must not be printed, logged or compared in the open. reveal() appears where a header is built or a keyed
// hash is taken, and nowhere else.
#pragma once

#include <string>
#include <string_view>

namespace gatepost {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(other.value_) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  [[nodiscard]] bool empty() const { return value_.empty(); }
  [[nodiscard]] std::string_view reveal() const { return value_; }

 private:
  void wipe();
  std::string value_;
};

// Overwrites the bytes so that the compiler cannot leave it out.
void wipe(std::string& bytes);

}  // namespace gatepost
