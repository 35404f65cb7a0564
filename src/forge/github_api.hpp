// GitHub's interfaces as gatepost uses them: addresses below one repository, headers, documents instead of bytes, and
// refusals that say what to grant.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "forge/forge.hpp"
#include "forge/github_access.hpp"
#include "net/client.hpp"

namespace gatepost::forge {

// A permission, by the name it has in a workflow, and what it allows: "the token may not write checks".
struct Grant {
  std::string_view permission;  // "checks"
  std::string_view level;       // "read", "write"
  std::string_view act;         // "write checks"
};

// Why GitHub gives the runs of a change a token that may only read.
enum class Restriction : std::uint8_t { none, fork, dependabot };

class GitHubApi {
 public:
  GitHubApi(Access access, net::Http& http, net::Time time, net::Limits limits);

  [[nodiscard]] const Access& access() const { return access_; }
  [[nodiscard]] bool is_public_github() const;  // github.com itself
  [[nodiscard]] std::string owner() const;
  // What GitHub told with the token of an App; nullptr for other tokens and before the first call.
  [[nodiscard]] const Installation* installation() const {
    return installation_->id == 0 ? nullptr : installation_.get();
  }
  void restrict(Restriction restriction) { restriction_ = restriction; }

  // A call on the repository: `path` is "/pulls/7", encoded. GET unless told otherwise.
  [[nodiscard]] Result<net::Call> call(std::string_view path, std::string method = "GET", std::string body = {},
                                       net::Effect effect = net::Effect::read) const;
  // The same outside the repository: "/orgs/acme".
  [[nodiscard]] Result<net::Call> global_call(std::string_view path) const;
  // The answer of any status.
  Result<net::Response> send(const net::Call& call);
  // The answer when it is ok; otherwise what is wrong in one sentence.
  Result<net::Response> ask(const net::Call& call, const Grant& grant);
  Result<doc::Document> read(std::string_view path, const Grant& grant);
  // Every item of all pages until `each` returns false. `member` holds the items where the answer is an object.
  Status list(std::string_view path, const Grant& grant, const std::function<bool(doc::View)>& each,
              std::string_view member = {});
  // `variables` is JSON. Partial data counts as an answer.
  Result<doc::Document> graphql(std::string_view query, std::string_view variables, const Grant& grant,
                                net::Effect effect = net::Effect::read);
  // A document of the same server outside the repository: "/user".
  Result<doc::Document> read_global(std::string_view path, const Grant& grant);

  [[nodiscard]] Error refused(const net::Response& response, const Grant& grant) const;
  net::Client& client() { return client_; }

 private:
  [[nodiscard]] std::string what(const Grant& grant) const;
  [[nodiscard]] std::string hint_for(const Grant& grant) const;
  Result<doc::Document> document(const net::Call& call, const Grant& grant);

  Access access_;
  Status usable_;  // what is wrong with the access
  std::shared_ptr<Installation> installation_;
  net::Client client_;
  Restriction restriction_ = Restriction::none;
};

}  // namespace gatepost::forge
