// What goes to a server and what comes back.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace gatepost::net {

struct Header {
  std::string name, value;
  friend bool operator==(const Header&, const Header&) = default;
};

// A name is a token of RFC 9110; a value holds neither CR, LF, NUL nor another control character but a tab. The error
// does not show the value.
Status check_header(std::string_view name, std::string_view value);

// In the order they were added; names are looked up without regard to case. All have passed check_header().
class Headers {
 public:
  Headers() = default;
  // For what we write ourselves: a header that add() would refuse is a bug.
  Headers(std::initializer_list<Header> headers);

  // Adds one more, even of the same name.
  Status add(std::string name, std::string value);
  // Replaces all of that name.
  Status set(std::string name, std::string value);
  void remove(std::string_view name);

  // The first value of that name; "" when there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return headers_.size(); }
  [[nodiscard]] auto begin() const { return headers_.begin(); }
  [[nodiscard]] auto end() const { return headers_.end(); }
  friend bool operator==(const Headers&, const Headers&) = default;

 private:
  std::vector<Header> headers_;
};

// The header that proves who we are.
struct SecretHeader {
  std::string name;  // "Authorization", "PRIVATE-TOKEN"; empty: no such header
  Secret value;      // "Bearer …"
};

struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;         // sent when not empty, or when the method is POST, PUT or PATCH
  SecretHeader credential;  // apart from `headers`: it is neither printed nor copied along a redirect
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
  std::string url;  // that answered, after redirects
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

}  // namespace gatepost::net
