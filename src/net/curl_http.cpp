#include "net/curl_http.hpp"

#include <curl/curl.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "base/assert.hpp"
#include "base/deleter.hpp"
#include "base/text.hpp"
#include "net/url.hpp"

namespace gatepost::net {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxHeaders = 256, kMaxHeaderBytes = std::size_t{64} << 10U;
constexpr std::size_t kErrorBytes = 300;

void wipe_list(curl_slist* list) {
  for (curl_slist* it = list; it != nullptr; it = it->next) {
    OPENSSL_cleanse(it->data, std::strlen(it->data));
  }
  curl_slist_free_all(list);
}

using EasyHandle = CHandle<CURL, curl_easy_cleanup>;
using HeaderList = CHandle<curl_slist, wipe_list>;

// What arrives, and why we stopped reading.
struct Arrival {
  Response response;
  std::uint64_t max_body = 0;
  std::size_t header_bytes = 0;
  std::string refused;  // our own reason to stop
};

// Control characters cannot be in an answer's header; what has them is kept without.
void add_header(Headers& headers, std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view value = text::trim(line.substr(colon + 1));
  Status added = headers.add(std::string(text::trim(line.substr(0, colon))), std::string(value));
  if (!added) {
    (void)headers.add(std::string(line.substr(0, colon)), text::strip_controls(std::string(value)));
  }
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& arrival = *static_cast<Arrival*>(user);
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) {  // of the final answer after those with 1xx, too
    arrival.response.headers = {};
    arrival.header_bytes = 0;
  }
  arrival.header_bytes += line.size();
  if (arrival.header_bytes > kMaxHeaderBytes || arrival.response.headers.size() >= kMaxHeaders) {
    arrival.refused = "the answer has too many headers, more than 256 or 64 KiB";
    return 0;
  }
  if (!line.starts_with("HTTP/")) add_header(arrival.response.headers, line);
  return line.size();
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& arrival = *static_cast<Arrival*>(user);
  const std::size_t given = size * count;
  if (arrival.response.body.size() + given > arrival.max_body) {
    arrival.refused = "the answer is longer than the limit of " + std::to_string(arrival.max_body) + " bytes";
    return 0;
  }
  arrival.response.body.append(bytes, given);
  return given;
}

// Of a connection that did not come about, so that the server cannot have seen the request.
bool before_connection(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return true;
    default:
      return false;
  }
}

bool may_pass(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

constexpr const char* kProxyHint = "are HTTPS_PROXY and HTTP_PROXY right, and does the proxy let us through?";

const char* hint_for(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return "set SSL_CERT_FILE to the file with the certificate of the authority that signed the server's";
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return "is the server's name right, and does the way there need HTTPS_PROXY?";
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return kProxyHint;
    default:
      return "";
  }
}

bool is_method(std::string_view method) {
  return !method.empty() && std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool has_body(const Request& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
}

bool append(HeaderList& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return false;
  curl_slist* const before = list.release();  // now the head of `longer`, or null
  GP_ASSERT(before == nullptr || before == longer);
  list.reset(longer);
  return true;
}

// curl's list; with "Name;" for an empty value.
std::optional<HeaderList> list_of(const Request& request) {
  HeaderList list;
  bool done = append(list, "Expect:");  // else curl waits a second before it sends a long body
  for (const Header& header : request.headers) {
    done = done && append(list, header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  if (has_body(request) && !request.headers.has("Content-Type")) done = done && append(list, "Content-Type:");
  if (!request.credential.name.empty()) {
    std::string line = request.credential.name + ": ";
    line += request.credential.value.reveal();
    done = done && append(list, line);
    wipe(line);
  }
  if (!done) return std::nullopt;
  return list;
}

Failure refused(ErrorKind kind, const Request& request, const std::string& why, std::string hint = {}) {
  return {error(kind, request.method + " " + shown_url(request.url) + ": " + why, std::move(hint)), false, false};
}

bool start_library() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;  // once in a process; never ended
  return started;
}

}  // namespace

struct CurlHttp::State {
  CurlOptions options;
  EasyHandle easy;  // holds the connections

  template <class T>
  void set(CURLoption option, T value) const {
    curl_easy_setopt(easy.get(), option, value);
  }
  [[nodiscard]] Status set_safety() const;
  void set_proxy(const Url& url) const;
  void set_request(const Request& request, const Url& url) const;
  [[nodiscard]] Failure failure(CURLcode code, const Arrival& arrival, const Request& request, const char* words) const;
};

// What must hold for every request. An option that this libcurl does not know is an error, not a weaker request.
Status CurlHttp::State::set_safety() const {
  CURL* const handle = easy.get();
  const std::array codes = {
      curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https,http"),
      curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L),
      curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L),
      curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED)),
      curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)),
      curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L),
      curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L),
      curl_easy_setopt(handle, CURLOPT_PROXY_SSL_VERIFYPEER, 1L),
      curl_easy_setopt(handle, CURLOPT_PROXY_SSL_VERIFYHOST, 2L),
      curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L),
      curl_easy_setopt(handle, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)),
      curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip"),
      curl_easy_setopt(handle, CURLOPT_USERAGENT, options.user_agent.c_str()),
  };
  for (const CURLcode code : codes) {
    if (code != CURLE_OK) {
      return error(ErrorKind::unavailable, std::string("libcurl cannot be set up: ") + curl_easy_strerror(code));
    }
  }
  if (!options.ca_file.empty()) {
    set(CURLOPT_CAINFO, options.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    set(CURLOPT_PROXY_CAINFO, options.ca_file.c_str());
  }
  return Done{};
}

// Always set, also to none: otherwise curl reads the environment. What stays on this machine goes through no proxy.
void CurlHttp::State::set_proxy(const Url& url) const {
  const std::string& proxy = url.scheme == "https" ? options.https_proxy : options.http_proxy;
  const bool direct = proxy.empty() || url.is_loopback();
  set(CURLOPT_PROXY, direct ? "" : proxy.c_str());
  set(CURLOPT_NOPROXY, options.no_proxy.c_str());
}

void CurlHttp::State::set_request(const Request& request, const Url& url) const {
  set(CURLOPT_URL, url.text.c_str());
  if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (has_body(request)) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  // On a connection that it used before curl repeats by itself what got no answer. A write must not be repeated.
  const bool reads = request.method == "GET" || request.method == "HEAD";
  set(CURLOPT_FRESH_CONNECT, reads ? 0L : 1L);
}

Failure CurlHttp::State::failure(CURLcode code, const Arrival& arrival, const Request& request,
                                 const char* words) const {
  long sent = 0, tunnel = 0, verified = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_SSL_VERIFYRESULT, &verified);
  // A signature that does not fit is told as a failed handshake only.
  if (code == CURLE_SSL_CONNECT_ERROR && verified != 0) code = CURLE_PEER_FAILED_VERIFICATION;
  curl_easy_getinfo(easy.get(), CURLINFO_REQUEST_SIZE, &sent);
  curl_easy_getinfo(easy.get(), CURLINFO_HTTP_CONNECTCODE, &tunnel);
  const bool no_tunnel = tunnel != 0 && tunnel != 200;  // the proxy refused; the server heard nothing
  const bool ours = !arrival.refused.empty();
  const std::string_view theirs = words[0] != '\0' ? words : curl_easy_strerror(code);
  const std::string why = ours ? arrival.refused : text::printable(text::fold_whitespace(theirs), kErrorBytes);
  const ErrorKind kind = ours ? ErrorKind::bad_input : ErrorKind::unavailable;
  Failure out = refused(kind, request, why, ours ? "" : no_tunnel ? kProxyHint : hint_for(code));
  out.transient = !ours && may_pass(code) && (!no_tunnel || tunnel >= 500);
  out.reached = sent > 0 && !before_connection(code) && !no_tunnel;
  return out;
}

CurlHttp::CurlHttp(std::unique_ptr<State> state) : state_(std::move(state)) {}
CurlHttp::~CurlHttp() = default;

Result<std::unique_ptr<CurlHttp>> CurlHttp::create(CurlOptions options) {
  if (!start_library()) return error(ErrorKind::unavailable, "libcurl does not start");
  auto state = std::make_unique<State>(State{std::move(options), EasyHandle(curl_easy_init())});
  if (!state->easy) return error(ErrorKind::unavailable, "libcurl does not start");
  GP_CHECK(state->set_safety());
  return std::unique_ptr<CurlHttp>(new CurlHttp(std::move(state)));
}

Exchange CurlHttp::send(const Request& request, milliseconds budget) {
  const auto url = Url::parse(request.url);
  if (!url) return Failure{url.error(), false, false};
  if (url->scheme != "https" && !url->is_loopback() && !state_->options.allow_plain_http) {
    return refused(ErrorKind::denied, request, "not encrypted, and not on this machine",
                   "use the https address of the server");
  }
  if (!is_method(request.method)) return refused(ErrorKind::bad_input, request, "not a method");
  if (!request.credential.name.empty()) {
    Status fits = check_header(request.credential.name, request.credential.value.reveal());
    if (!fits) return Failure{std::move(fits).error(), false, false};
  }
  curl_easy_reset(state_->easy.get());  // keeps the connections
  if (Status safe = state_->set_safety(); !safe) return Failure{std::move(safe).error(), false, false};
  const auto headers = list_of(request);
  if (!headers) return refused(ErrorKind::unavailable, request, "out of memory");
  Arrival arrival{.response = {}, .max_body = state_->options.body_bytes};
  std::array<char, CURL_ERROR_SIZE> words{};
  state_->set_proxy(*url);
  state_->set_request(request, *url);
  state_->set(CURLOPT_HTTPHEADER, headers->get());
  state_->set(CURLOPT_HEADERFUNCTION, on_header);
  state_->set(CURLOPT_HEADERDATA, &arrival);
  state_->set(CURLOPT_WRITEFUNCTION, on_body);
  state_->set(CURLOPT_WRITEDATA, &arrival);
  state_->set(CURLOPT_ERRORBUFFER, words.data());
  const auto whole = std::clamp<milliseconds::rep>(budget.count(), 1, std::numeric_limits<int>::max());
  state_->set(CURLOPT_TIMEOUT_MS, static_cast<long>(whole));
  state_->set(CURLOPT_CONNECTTIMEOUT_MS,
              static_cast<long>(std::min<milliseconds::rep>(whole, state_->options.connect_timeout.count())));

  const CURLcode code = curl_easy_perform(state_->easy.get());
  state_->set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  state_->set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  if (code != CURLE_OK) return state_->failure(code, arrival, request, words.data());
  long status = 0;
  curl_easy_getinfo(state_->easy.get(), CURLINFO_RESPONSE_CODE, &status);
  arrival.response.status = static_cast<int>(status);
  arrival.response.url = url->text;
  return std::move(arrival.response);
}

}  // namespace gatepost::net
