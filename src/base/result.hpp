// Errors as values. A function that the world can make fail returns Result<T>; what only we can get wrong is GP_ASSERT.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/assert.hpp"

namespace gatepost {

// Who has to act on an error; decides the exit code (cli/exit_code.hpp).
enum class ErrorKind {
  usage,        // the command line
  config,       // a configuration, policy or waiver file
  bad_input,    // a report, a repository, a stored file
  unavailable,  // a service or file that did not answer
  denied,       // a permission
  conflict,     // somebody else was faster
};

// One sentence for a person: where, what was found, what was expected; `hint` says what to do and may be empty.
struct Error {
  ErrorKind kind = ErrorKind::bad_input;
  std::string message;
  std::string hint;

  // Puts "where: " in front of the message.
  [[nodiscard]] Error context(std::string_view where) && {
    message.insert(0, std::string(where) + ": ");
    return std::move(*this);
  }
  friend bool operator==(const Error&, const Error&) = default;
};

inline Error error(ErrorKind kind, std::string message, std::string hint = {}) {
  return Error{kind, std::move(message), std::move(hint)};
}

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  // NOLINTNEXTLINE(google-explicit-constructor): a value or an error is a Result, that is the point.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; a bug when there is none.
  T& value() & { return *checked(std::get_if<0>(&state_)); }
  const T& value() const& { return *checked(std::get_if<0>(&state_)); }
  T&& value() && { return std::move(*checked(std::get_if<0>(&state_))); }
  Error& error() & { return *checked(std::get_if<1>(&state_)); }
  const Error& error() const& { return *checked(std::get_if<1>(&state_)); }
  Error&& error() && { return std::move(*checked(std::get_if<1>(&state_))); }

  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  [[nodiscard]] T value_or(T fallback) && { return ok() ? std::move(*this).value() : std::move(fallback); }
  // The same result, with "where: " in front of an error's message.
  [[nodiscard]] Result context(std::string_view where) && {
    if (ok()) return std::move(*this);
    return std::move(*this).error().context(where);
  }

 private:
  template <class P>
  static P checked(P pointer) {
    GP_ASSERT(pointer != nullptr);
    return pointer;
  }
  std::variant<T, Error> state_;
};

// What a function that only succeeds or fails returns: `return Done{};`.
struct Done {
  friend bool operator==(Done, Done) = default;
};
using Status = Result<Done>;

}  // namespace gatepost

#define GP_CONCAT_INNER(a, b) a##b
#define GP_CONCAT(a, b) GP_CONCAT_INNER(a, b)

// GP_TRY(const auto tree, load(path)): declares `tree`, or returns the error.
#define GP_TRY(declaration, ...) GP_TRY_AS(GP_CONCAT(gp_result_, __COUNTER__), declaration, __VA_ARGS__)
#define GP_TRY_AS(name, declaration, ...)    \
  auto name = (__VA_ARGS__);                 \
  if (!name) return std::move(name).error(); \
  declaration = std::move(name).value()

// GP_CHECK(write(file)): goes on, or returns the error.
#define GP_CHECK(...)                                 \
  do {                                                \
    if (auto gp_status = (__VA_ARGS__); !gp_status) { \
      return std::move(gp_status).error();            \
    }                                                 \
  } while (false)
