// What is said to a server of git over HTTP, and what its answers mean. libgit2 1.5 can neither leave history out, nor
// say from which commit a ref is to be moved, nor end when a server does not answer; so the caller sends, with a client
// that can.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "git/object_id.hpp"

namespace gatepost::git {

// A POST to <repository>/<service> with the content type application/x-<service>-request.
struct ServiceRequest {
  std::string service;  // "git-upload-pack", "git-receive-pack"
  std::string body;
  bool version2 = false;  // with the header Git-Protocol: version=2
};
// Sends it and returns the body of an answer that is 2xx.
using Exchange = std::function<Result<std::string>(const ServiceRequest&)>;

// Where one ref of the server points to.
ServiceRequest ref_request(std::string_view ref);
// Empty when the server has no such ref.
Result<std::optional<ObjectId>> ref_in(std::string_view response, std::string_view ref);

// One commit without its history.
std::string fetch_request(const ObjectId& commit);
// The pack in the answer to it. Fails with the server's own words when it refuses.
Result<std::string> pack_in(std::string_view response);

// Moves `ref` from `before`, or makes it, when there is none: the server compares and moves in one step. `pack` has
// what the new commit adds.
ServiceRequest push_request(std::string_view ref, const std::optional<ObjectId>& before, const ObjectId& after,
                            std::string_view pack);
// Done when the server moved the ref; ErrorKind::conflict when it was no longer at `before`, ErrorKind::denied when the
// server's rules are against it, both in the server's own words.
Status check_push(std::string_view response, std::string_view ref);

}  // namespace gatepost::git
