#include "net/redirect.hpp"

#include <string>
#include <utility>

#include "net/url.hpp"

namespace gatepost::net {
namespace {

bool only_reads(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }

Error refused(const Request& request, const Url& target, const std::string& why) {
  return error(ErrorKind::denied, request.method + " " + shown_url(request.url) + " was redirected to " +
                                      shown_url(target.text) + ", " + why);
}

// What only makes sense with the body.
void forget_body(Request& request) {
  request.body.clear();
  for (const char* name : {"Content-Type", "Content-Encoding", "Content-Language"}) request.headers.remove(name);
}

Headers public_headers(const Headers& headers) {
  Headers kept;
  if (headers.has("Accept")) (void)kept.set("Accept", std::string(headers.get("Accept")));
  return kept;
}

}  // namespace

bool is_redirect(const Response& response) {
  switch (response.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return response.headers.has("Location");
    default:
      return false;
  }
}

Result<Request> redirected(const Request& request, const Response& response) {
  GP_TRY(const Url from, Url::parse(request.url));
  GP_TRY(const Url target, from.resolve(response.headers.get("Location")).context("a redirect"));
  if (from.scheme == "https" && target.scheme != "https") return refused(request, target, "which is not encrypted");
  Request next{request.method, target.text, request.headers, request.body, {}};
  if (response.status == 303 && !only_reads(request)) {
    next.method = "GET";
    forget_body(next);
  }
  if (from.origin == target.origin) return next;
  if (!only_reads(next)) return refused(request, target, "another server; only reads may go there");
  next.headers = public_headers(request.headers);
  next.body.clear();
  return next;
}

}  // namespace gatepost::net
