// Jira's REST interface as gatepost uses it, of Cloud (version 3) and of Data Center (version 2): addresses, documents
// instead of bytes, and refusals in one sentence. Once it does not know who we are nothing more is sent: failed
// log-ins make Jira ask for a CAPTCHA, which no pipeline can solve.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "net/client.hpp"
#include "tracker/tracker.hpp"

namespace gatepost::tracker {

class JiraApi {
 public:
  JiraApi(const Access& access, bool data_center, net::Http& http, net::Time time, net::Limits limits);

  [[nodiscard]] bool is_data_center() const { return data_center_; }
  // "https://acme.atlassian.net/browse/PAY-12"; of a scoped token the address of the interface is all that is known.
  [[nodiscard]] std::string page_of(std::string_view key) const;
  // `path` is "/issue/PAY-12", encoded; `what` says what is asked for: "read PAY-12". The answer of any status.
  Result<net::Response> send(std::string_view path, std::string_view what, std::string method = "GET",
                             std::string body = {}, net::Effect effect = net::Effect::read,
                             std::function<Result<std::optional<net::Response>>()> recover = {});
  // The answer when it is ok; otherwise what is wrong.
  Result<net::Response> ask(std::string_view path, std::string_view what, std::string method = "GET",
                            std::string body = {}, net::Effect effect = net::Effect::read,
                            std::function<Result<std::optional<net::Response>>()> recover = {});
  Result<doc::Document> read(std::string_view path, std::string_view what);
  // A question that is sent as a body.
  Result<doc::Document> query(std::string_view path, std::string_view what, std::string body);
  [[nodiscard]] Error refused(const net::Response& response, std::string_view what) const;
  void sleep(std::chrono::milliseconds duration) const { time_.sleep(duration); }

 private:
  std::string url_;
  bool data_center_;
  net::Time time_;
  net::Client client_;
  std::optional<Error> stopped_;
};

// `errorMessages` and `errors` of an answer, in one line.
std::string jira_said(std::string_view body);

}  // namespace gatepost::tracker
