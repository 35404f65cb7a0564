// GitLab's REST interface as gatepost uses it: addresses below one project, documents instead of bytes, and refusals
// that say what to grant.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "forge/forge.hpp"
#include "net/client.hpp"

namespace gatepost::forge {

// What a token must have for something: "the token may not write comments".
struct Right {
  std::string_view scope;  // "api", "read_api"
  std::string_view role;   // "Developer", "Reporter"
  std::string_view act;    // "write comments"
};

// What CI_JOB_TOKEN cannot do, and what to do about it.
extern const std::string_view kJobTokenReports;
extern const std::string_view kJobTokenHint;

class GitLabApi {
 public:
  GitLabApi(Access access, net::Http& http, net::Time time, net::Limits limits);

  [[nodiscard]] bool is_job() const { return access_.kind == TokenKind::gitlab_job; }
  [[nodiscard]] const std::string& project() const { return access_.repository; }

  // A call on the project: `path` is "/merge_requests/7", encoded. GET unless told otherwise; `body` is JSON.
  [[nodiscard]] Result<net::Call> call(std::string_view path, std::string method = "GET", std::string body = {},
                                       net::Effect effect = net::Effect::read) const;
  // The same outside the repository: "/orgs/acme".
  [[nodiscard]] Result<net::Call> global_call(std::string_view path) const;
  // The answer of any status.
  Result<net::Response> send(const net::Call& call);
  // The answer when it is ok; otherwise what is wrong in one sentence.
  Result<net::Response> ask(const net::Call& call, const Right& right);
  Result<doc::Document> read(std::string_view path, const Right& right);
  // Every item of all pages until `each` returns false. `member` holds the items where the answer is an object; of that
  // `whole` sees each page.
  Status list(std::string_view path, const Right& right, const std::function<bool(doc::View)>& each,
              std::string_view member = {}, const std::function<void(doc::View)>& whole = {});
  // A document of the server outside the project: "/user".
  Result<doc::Document> read_global(std::string_view path, const Right& right);

  [[nodiscard]] Error refused(const net::Response& response, const Right& right) const;
  void sleep(std::chrono::milliseconds duration) const { time_.sleep(duration); }
  [[nodiscard]] Timestamp now() const { return time_.now(); }

  // The page of the merge request, for pointing at what was written there; "" as long as it is not known.
  [[nodiscard]] const std::string& page() const { return page_; }
  void remember_page(std::string_view url);

 private:
  [[nodiscard]] std::string what(const Right& right) const;
  Result<doc::Document> document(const net::Call& call, const Right& right);

  Access access_;
  Status usable_;  // what is wrong with the access
  net::Time time_;
  net::Client client_;
  std::string page_;
};

}  // namespace gatepost::forge
