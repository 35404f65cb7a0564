#include "tracker/linear_api.hpp"

#include <utility>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"

namespace gatepost::tracker {
namespace {

constexpr std::size_t kLargestRefusal = std::size_t{1} << 20U;

// A personal key stands alone; what an application got by OAuth is a bearer's.
net::Credential credential_of(const Access& access) {
  const std::string token(access.token.reveal());
  const std::string value = token.starts_with("lin_oauth_") ? "Bearer " + token : token;
  return {.prefix = access.url, .header = {"Authorization", Secret(value)}, .expires = {}, .renew = {}};
}

std::string said_in(std::string_view body) {
  if (body.size() > kLargestRefusal) return {};
  const auto document = doc::parse_json(std::string(body), "the answer");
  return document ? linear_said(document->root()) : std::string();
}

bool is_about_us(doc::View answer) {
  const std::string type = text::lower(answer.at("errors").at(0).at("extensions").at("type").text());
  return type == "authentication error" || type == "authentication_error";
}

}  // namespace

LinearApi::LinearApi(const Access& access, net::Http& http, net::Time time, net::Limits limits)
    : url_(access.url), client_(http, std::move(time), credential_of(access), limits) {}

Result<net::Response> LinearApi::send(std::string_view query, const std::string& variables, std::string_view what,
                                      net::Effect effect, Recover recover) {
  if (stopped_) return *stopped_;
  doc::JsonWriter json;
  json.begin_object().field("query", query).key("variables").raw(variables).end_object();
  net::Call call{.method = "POST",
                 .url = url_,
                 .headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}},
                 .body = json.take(),
                 .effect = effect,
                 .recover = std::move(recover)};
  auto response = client_.call(call);
  if (!response) return std::move(response).error().context("linear: " + std::string(what));
  if (response->status == 401) {
    stopped_ = client_.error_of(*response, "linear: " + std::string(what), said_in(response->body));
    stopped_->hint = "is the key right, and has nobody revoked it?";
    return *stopped_;
  }
  return response;
}

Result<doc::Document> LinearApi::ask(std::string_view query, const std::string& variables, std::string_view what,
                                     net::Effect effect, Recover recover) {
  GP_TRY(const net::Response response, send(query, variables, what, effect, std::move(recover)));
  const std::string name = "linear: " + std::string(what);
  if (!response.ok()) return client_.error_of(response, name, said_in(response.body));
  GP_TRY(doc::Document answer, forge::json_of(response, name));
  const std::string said = linear_said(answer.root());
  if (said.empty()) return answer;
  const ErrorKind kind = is_about_us(answer.root()) ? ErrorKind::denied : ErrorKind::bad_input;
  return error(kind, name + ": " + text::printable(said, 300));
}

std::string linear_said(doc::View answer) {
  std::vector<std::string> said;
  for (const doc::View it : answer.at("errors").items()) {
    const std::string_view words = it.at("extensions").at("userPresentableMessage").text();
    said.emplace_back(words.empty() ? it.at("message").text() : words);
    if (said.back().empty()) said.back() = "an error without words";
  }
  return text::fold_whitespace(text::join(said, "; "));
}

std::string uuid_of(std::string_view key) {
  Digest128 digest = Sha256().field("gatepost uuid").field(key).finish128();
  // Version and variant of a random one, as RFC 9562 has them.
  digest.bytes[6] = static_cast<std::uint8_t>((digest.bytes[6] & 0x0FU) | 0x40U);
  digest.bytes[8] = static_cast<std::uint8_t>((digest.bytes[8] & 0x3FU) | 0x80U);
  std::string out = hex(digest);
  for (const std::size_t dash : {8, 13, 18, 23}) out.insert(dash, "-");
  return out;
}

}  // namespace gatepost::tracker
