// A value that must not be printed, logged or compared in the open. reveal() appears where a header is built or a keyed
// hash is taken, and nowhere else.
#pragma once

#include <string>
#include <string_view>

namespace gatepost {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);  // the argument's copy is wiped
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept : value_(other.value_) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  [[nodiscard]] bool empty() const { return value_.empty(); }
  [[nodiscard]] std::string_view reveal() const { return value_; }

 private:
  void wipe();
  std::string value_;
};

// Overwrites all that the string holds, so that the compiler cannot leave it out, and empties it.
void wipe(std::string& bytes);

}  // namespace gatepost
