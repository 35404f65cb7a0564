#include "app/download.hpp"

#include <fmt/core.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "app/connection.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "net/client.hpp"
#include "net/refusal.hpp"
#include "net/url.hpp"

namespace gatepost::app {
namespace {

constexpr std::int64_t kCurrentMs = 6LL * 3600 * 1000;
constexpr std::uint64_t kLargest = std::uint64_t{256} << 20;
// Nobody waits long for a feed: the gate has an answer without it.
constexpr net::Limits kLimits{.total = std::chrono::seconds(60),
                              .one_exchange = std::chrono::seconds(40),
                              .waiting = std::chrono::seconds(5),
                              .retries = 1};

struct Copy {
  std::string body, etag, changed;  // changed: Last-Modified
  Timestamp asked;
};

// One file on disk: a line of JSON that describes the bytes behind it. What does not fit them is no copy.
std::optional<Copy> stored(const std::string& path) {
  auto text = read_file(path, kLargest);
  if (!text) return std::nullopt;
  const std::size_t end = text->find('\n');
  if (end == std::string::npos) return std::nullopt;
  const auto head = doc::parse_json(text->substr(0, end), path);
  if (!head) return std::nullopt;
  Copy copy{.body = text->substr(end + 1),
            .etag = std::string(head->root().at("etag").text()),
            .changed = std::string(head->root().at("last_modified").text()),
            .asked = {}};
  if (hex(sha256(copy.body)) != head->root().at("sha256").text()) return std::nullopt;
  copy.asked.unix_ms = head->root().at("asked_ms").integer().value_or(0);
  return copy;
}

// A cache that cannot be written only costs time.
void store(const std::string& path, const std::string& url, const Copy& copy) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  doc::JsonWriter json;
  json.begin_object().field("url", net::shown_url(url)).field("sha256", hex(sha256(copy.body)));
  json.field("etag", copy.etag).field("last_modified", copy.changed).field("asked_ms", copy.asked.unix_ms).end_object();
  const Status written = write_file(path, json.take() + "\n" + copy.body);
  static_cast<void>(written);
}

Result<net::Response> ask(const Ports& ports, const std::string& url, const Copy* before) {
  net::CurlOptions options = curl_options(ports, "");
  options.user_agent = "gatepost";
  options.body_bytes = kLargest;
  GP_TRY(const auto http, ports.http(std::move(options)));
  net::Client client(*http, time_of(ports), {}, kLimits);
  net::Call call{.url = url};
  // What a server called it is a stranger's text: one that is no header is not sent.
  if (before != nullptr && !before->etag.empty()) static_cast<void>(call.headers.set("If-None-Match", before->etag));
  if (before != nullptr && !before->changed.empty())
    static_cast<void>(call.headers.set("If-Modified-Since", before->changed));
  GP_TRY(net::Response response, client.call(call));
  const bool unchanged = before != nullptr && response.status == 304;
  if (!response.ok() && !unchanged) return net::error_of(response, "GET " + net::shown_url(url));
  return response;
}

}  // namespace

std::string cache_folder(const Ports& ports, const std::string& said) {
  if (!said.empty()) return said;
  if (auto folder = ports.environment("GATEPOST_CACHE_DIR")) return *folder;
  if (auto folder = ports.environment("XDG_CACHE_HOME")) return *folder + "/gatepost";
  if (auto home = ports.environment("HOME")) return *home + "/.cache/gatepost";
  return {};
}

bool is_address(std::string_view place) { return place.starts_with("https://") || place.starts_with("http://"); }

Result<Download> download(const Ports& ports, const std::string& url, const std::string& said_folder) {
  const std::string folder = cache_folder(ports, said_folder);
  const std::string path = folder.empty() ? "" : folder + "/feeds/" + hex(sha256(url));
  std::optional<Copy> copy = path.empty() ? std::nullopt : stored(path);
  const Timestamp now = ports.clock();
  const std::int64_t age = copy ? now.unix_ms - copy->asked.unix_ms : 0;
  if (copy && age >= 0 && age < kCurrentMs) return Download{.body = std::move(copy->body), .not_asked = {}};
  auto response = ask(ports, url, copy ? &*copy : nullptr);
  if (!response) {
    if (!copy) return std::move(response).error();
    return Download{.body = std::move(copy->body), .not_asked = response.error().message};
  }
  if (response->status == 304) {
    copy->asked = now;
  } else {
    copy = Copy{.body = std::move(response->body),
                .etag = std::string(response->headers.get("ETag")),
                .changed = std::string(response->headers.get("Last-Modified")),
                .asked = now};
  }
  if (!path.empty()) store(path, url, *copy);
  return Download{.body = std::move(copy->body), .not_asked = {}};
}

Result<std::string> download_pinned(const Ports& ports, const std::string& url, const std::string& digest,
                                    const std::string& said_folder) {
  const std::string folder = cache_folder(ports, said_folder);
  const std::string path = folder.empty() ? "" : folder + "/pinned/" + digest;
  if (!path.empty()) {
    auto copy = read_file(path, kLargest);
    if (copy && hex(sha256(*copy)) == digest) return copy;
  }
  GP_TRY(net::Response response, ask(ports, url, nullptr));
  if (!path.empty() && hex(sha256(response.body)) == digest) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    const Status written = write_file(path, response.body);  // a cache that cannot be written only costs time
    static_cast<void>(written);
  }
  return std::move(response.body);
}

}  // namespace gatepost::app
