// Linear's GraphQL interface as gatepost uses it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "net/client.hpp"
#include "tracker/tracker.hpp"

namespace gatepost::tracker {

class LinearApi {
 public:
  LinearApi(const Access& access, net::Http& http, net::Time time, net::Limits limits);

  using Recover = std::function<Result<std::optional<net::Response>>()>;
  // The answer of a question; `variables` is a JSON object, `what` says what is asked for. Errors in the answer are
  // errors.
  Result<doc::Document> ask(std::string_view query, const std::string& variables, std::string_view what,
                            net::Effect effect = net::Effect::read, Recover recover = {});
  // The same as bytes, whatever it says.
  Result<net::Response> send(std::string_view query, const std::string& variables, std::string_view what,
                             net::Effect effect = net::Effect::read, Recover recover = {});

 private:
  std::string url_;
  net::Client client_;
  std::optional<Error> stopped_;
};

// What an answer says about why it refuses, in one line; "" when it does not.
std::string linear_said(doc::View answer);

// The UUID that Linear takes for a new object: the same for the same key, so that nothing is made twice.
std::string uuid_of(std::string_view key);

}  // namespace gatepost::tracker
