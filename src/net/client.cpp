#include "net/client.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "net/link.hpp"
#include "net/redirect.hpp"
#include "net/refusal.hpp"
#include "net/retry.hpp"
#include "net/url.hpp"

namespace gatepost::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kBetweenWrites = seconds(1), kBetweenNotices = seconds(3);
constexpr milliseconds kRenewBefore = std::chrono::minutes(5);
constexpr milliseconds kLeastBudget{50};  // less is not worth a request
constexpr std::size_t kMaxKept = 256;
constexpr std::size_t kLeastSecret = 8, kToldBytes = 65'536;
constexpr std::uint64_t kMaxKeptBytes = std::uint64_t{32} << 20U;

std::string in_seconds(milliseconds duration) { return fmt::format("{} s", (duration.count() + 999) / 1000); }

bool writes(const Call& call) { return call.effect != Effect::read; }
bool must_be_once(Effect effect) { return effect == Effect::creates || effect == Effect::notifies; }

std::string key_of(const Request& request) { return request.url + "\n" + std::string(request.headers.get("Accept")); }

// The secret of "Bearer secret", or all of it.
std::string_view bare(std::string_view value) { return value.substr(value.rfind(' ') + 1); }

bool same_origin(const Request& a, const Request& b) {
  const auto left = Url::parse(a.url);
  const auto right = Url::parse(b.url);
  return left && right && left->origin == right->origin;
}

milliseconds between(Timestamp from, Timestamp to) { return milliseconds(to.unix_ms - from.unix_ms); }

}  // namespace

// The time between the beginning and the end of the outermost call counts.
class Client::Spending {
 public:
  explicit Spending(Client& client) : client_(client) {
    if (client_.depth_++ == 0) client_.started_ = client_.time_.now();
  }
  Spending(const Spending&) = delete;
  Spending& operator=(const Spending&) = delete;
  ~Spending() {
    if (--client_.depth_ == 0) client_.spent_ += between(client_.started_, client_.time_.now());
  }

 private:
  Client& client_;
};

Client::Client(Http& http, Time time, Credential credential, Limits limits)
    : http_(http),
      time_(std::move(time)),
      credential_(std::move(credential)),
      limits_(limits),
      pace_(limits.pace != nullptr ? *limits.pace : own_pace_) {
  GP_ASSERT(time_.now && time_.sleep);
}

milliseconds Client::left() const {
  const milliseconds running = depth_ > 0 ? between(started_, time_.now()) : milliseconds(0);
  return limits_.total - spent_ - running;
}

std::string Client::name_of(const Call& call) const { return call.method + " " + shown_url(call.url); }

Error Client::out_of_time(const Call& call) const {
  return error(ErrorKind::unavailable,
               name_of(call) + ": the " + in_seconds(limits_.total) + " that all requests together may take are over");
}

// --- one call -------------------------------------------------------------------------------------------------------

Result<Response> Client::call(const Call& call) {
  const Spending spending(*this);
  GP_CHECK(admit(call));
  GP_TRY(const Url url, Url::parse(call.url));
  if (!credential_.header.name.empty()) GP_CHECK(Url::parse(credential_.prefix).context("what the token is for"));
  ++calls_;
  return run({call, {call.method, url.text, call.headers, call.body, {}}, call.effect, 0, 0, false, {}});
}

Status Client::admit(const Call& call) {
  if (!writes(call)) {
    ++stats_.reads;
    return Done{};
  }
  if (stats_.writes >= limits_.writes) {
    return error(ErrorKind::unavailable, name_of(call) + ": not sent, the limit of " +
                                             text::count_of(static_cast<std::size_t>(limits_.writes), "write") +
                                             " is reached");
  }
  ++stats_.writes;
  return Done{};
}

// Sends until an answer is final. What must be done once is sent again only when the server did not act, or when
// nothing is found of what it made.
Result<Response> Client::run(Course course) {
  while (true) {
    GP_CHECK(pace(course.call));
    course.last = follow(course);
    remember_write(course.call);
    const auto* const failure = std::get_if<Failure>(&course.last);
    const auto* const response = std::get_if<Response>(&course.last);
    const Attempt attempt{course.failed, course.limited, time_.now(), limits_.jitter + calls_ * 1000};
    Again next{.wait = backoff(attempt)};
    if (response != nullptr) {
      const auto asked = again(*response, attempt);
      if (!asked) return *response;
      next = *asked;
    }

    const bool acted = failure != nullptr ? failure->reached : !next.limited;
    const bool lost = acted && must_be_once(course.effect);
    const bool final = (failure != nullptr && !failure->transient) || course.failed >= limits_.retries ||
                       (lost && !course.call.recover);
    if (final && !(lost && course.call.recover)) return give_up(course);
    Status waited = wait(course, next.wait, next.limited);
    if (lost) {  // looked for also when there is no time to wait
      GP_TRY(auto found, recovered(course));
      if (found) return *std::move(found);
      if (final) return give_up(course);
    }
    GP_CHECK(std::move(waited));
    ++course.failed;
    if (next.limited) ++course.limited;
    ++stats_.retries;
  }
}

// What the lost answer was about, when it was done.
Result<std::optional<Response>> Client::recovered(Course& course) {
  auto found = course.call.recover();
  if (!found) {
    const std::string what = name_of(course.call) + ": the answer was lost, and looking for what it did failed";
    Error why = std::move(found).error().context(what);
    why.kind = ErrorKind::unavailable;
    return why;
  }
  if (*found) ++stats_.recovered;
  return found;
}

Result<Response> Client::give_up(const Course& course) const {
  if (const auto* const response = std::get_if<Response>(&course.last)) return *response;
  const Failure& failure = std::get<Failure>(course.last);
  Error why = failure.error;
  if (course.failed > 0) why.message += fmt::format("; tried {} times", course.failed + 1);
  if (failure.reached && must_be_once(course.effect) && why.hint.empty()) {
    why.hint = "the server may have done it all the same";
  }
  return why;
}

// --- waiting --------------------------------------------------------------------------------------------------------

Status Client::pace(const Call& call) {
  if (left() < kLeastBudget) return out_of_time(call);
  if (!writes(call)) return Done{};
  const Timestamp now = time_.now();
  milliseconds due{0};
  if (pace_.last_write) due = kBetweenWrites - between(*pace_.last_write, now);
  if (pace_.last_notice && call.effect == Effect::notifies) {
    due = std::max(due, kBetweenNotices - between(*pace_.last_notice, now));
  }
  if (due > left()) return out_of_time(call);
  if (due.count() > 0) {
    time_.sleep(due);
    stats_.paced += due;
  }
  return Done{};
}

// The pause is counted from the end of a write: however slow the way, the server sees it.
void Client::remember_write(const Call& call) {
  if (!writes(call)) return;
  pace_.last_write = time_.now();
  if (call.effect == Effect::notifies) pace_.last_notice = pace_.last_write;
}

Status Client::wait(const Course& course, milliseconds duration, bool limited) {
  const milliseconds allowed = limited ? std::min(left(), limits_.waiting - limited_) : left();
  if (duration > allowed) {
    const auto* const failure = std::get_if<Failure>(&course.last);
    const auto* const response = std::get_if<Response>(&course.last);
    const std::string what =
        failure != nullptr ? failure->error.message : error_of(*response, name_of(course.call)).message;
    return error(ErrorKind::unavailable,
                 fmt::format("{}; the next try would be in {}, and {} may still be waited", what, in_seconds(duration),
                             in_seconds(std::max(allowed, milliseconds(0)))),
                 limited                       ? "the rate limit is used up; try again later"
                 : must_be_once(course.effect) ? "the server may have done it all the same"
                                               : "");
  }
  time_.sleep(duration);
  stats_.waited += duration;
  if (limited) limited_ += duration;
  return Done{};
}

// --- one exchange, with what is done on the way ---------------------------------------------------------------------

// Follows redirects. Once another server was involved, the credential stays out, wherever it leads.
Exchange Client::follow(Course& course) {
  Request request = course.request;
  bool ours = true;
  for (int redirects = 0;; ++redirects) {
    Exchange answer = exchange(course, request, ours);
    const auto* const response = std::get_if<Response>(&answer);
    if (response == nullptr || !is_redirect(*response)) return answer;
    if (redirects == limits_.redirects) {
      const std::string times = text::count_of(static_cast<std::size_t>(redirects), "time");
      return Failure{error(ErrorKind::unavailable, name_of(course.call) + " was redirected more than " + times)};
    }
    auto next = redirected(request, *response);
    if (!next) return Failure{std::move(next).error()};
    ours = ours && same_origin(request, *next);
    request = *std::move(next);
    if (response->status == 303) {  // it is done; what may be repeated is only to look at it
      course.request = request;
      course.effect = Effect::read;
    }
  }
}

Exchange Client::exchange(Course& course, Request request, bool ours) {
  const bool authorised = ours && belongs(request);
  if (authorised) {
    if (Status renewed = renew_when_due(); !renewed) return Failure{std::move(renewed).error(), false, false};
    request.credential = credential_.header;
  }
  Exchange answer = send_conditionally(request);
  const auto* const response = std::get_if<Response>(&answer);
  const bool expired = response != nullptr && response->status == 401 && authorised && credential_.renew;
  if (!expired || std::exchange(course.renewed, true)) return answer;
  if (Status renewed = renew(); !renewed) return Failure{std::move(renewed).error(), false, false};
  request.credential = credential_.header;
  return send_conditionally(std::move(request));
}

bool Client::belongs(const Request& request) const {
  if (credential_.header.name.empty()) return false;
  const auto url = Url::parse(request.url);
  const auto prefix = Url::parse(credential_.prefix);
  return url && prefix && url->lies_within(*prefix);
}

Status Client::renew_when_due() {
  if (!credential_.renew || !credential_.expires) return Done{};
  const Timestamp now = time_.now(), end = *credential_.expires;
  if (now.unix_ms + kRenewBefore.count() < end.unix_ms) return Done{};
  Status renewed = renew();
  if (!renewed && now < end) return Done{};  // the old one will do once more
  return renewed;
}

Status Client::renew() {
  const auto renew_it = std::exchange(credential_.renew, nullptr);  // not while it runs
  auto next = renew_it(std::min(left(), limits_.one_exchange)).context("renewing the token");
  if (!next) {
    credential_.renew = renew_it;
    return std::move(next).error();
  }
  credential_ = *std::move(next);
  if (!credential_.renew) credential_.renew = renew_it;
  return Done{};
}

Exchange Client::send(const Request& request) {
  const milliseconds budget = std::min(left(), limits_.one_exchange);
  if (budget < kLeastBudget) {
    return Failure{
        error(ErrorKind::unavailable, request.method + " " + shown_url(request.url) + ": no time is left for it"),
        false, false};
  }
  Exchange answer = http_.send(request, budget);
  if (auto* const response = std::get_if<Response>(&answer)) response->url = request.url;
  return answer;
}

// What was read before and has an ETag is asked for only if it changed; GitHub does not count a 304.
Exchange Client::send_conditionally(Request request) {
  if (request.method != "GET" || request.headers.has("If-None-Match")) return send(request);
  const std::string key = key_of(request);
  const auto before = kept_.find(key);
  const bool known = before != kept_.end() && request.headers.set("If-None-Match", before->second.etag).ok();
  Exchange answer = send(request);
  const auto* const response = std::get_if<Response>(&answer);
  if (response == nullptr) return answer;
  if (known && response->status == 304) {
    ++stats_.not_modified;
    return kept_.at(key).response;
  }
  if (response->status == 200) keep(key, *response);
  return answer;
}

void Client::keep(const std::string& key, const Response& response) {
  if (const auto before = kept_.find(key); before != kept_.end()) {
    kept_bytes_ -= before->second.response.body.size();
    kept_.erase(before);
  }
  const std::string_view etag = response.headers.get("ETag");
  if (etag.empty() || kept_.size() >= kMaxKept || kept_bytes_ + response.body.size() > kMaxKeptBytes) return;
  kept_bytes_ += response.body.size();
  kept_.emplace(key, Kept{std::string(etag), response});
}

// --- lists, refusals ------------------------------------------------------------------------------------------------

Status Client::pages(const Call& first, const std::function<Result<bool>(const Response&)>& each) {
  GP_ASSERT(first.effect == Effect::read);
  GP_TRY(Url url, Url::parse(first.url));
  GP_TRY(const Url within, Url::parse(credential_.prefix.empty() ? url.origin : credential_.prefix));
  std::set<std::string> seen{url.text};
  for (int page = 1;; ++page) {
    Call call = first;
    call.url = url.text;
    GP_TRY(const Response response, this->call(call));
    GP_TRY(const bool more, each(response));
    if (!more || !response.ok()) return Done{};
    GP_TRY(auto next, next_page(response, within));
    if (!next) return Done{};
    if (!seen.insert(next->text).second) {
      return error(ErrorKind::unavailable, name_of(first) + ": its next pages lead back to one that was read before");
    }
    if (page >= limits_.pages) {
      return error(ErrorKind::unavailable, name_of(first) + fmt::format(": more than {} pages", limits_.pages));
    }
    url = *std::move(next);
  }
}

Error Client::error_of(const Response& response, std::string_view what, std::string_view said) const {
  const std::string_view secret = bare(credential_.header.value.reveal());
  if (secret.size() < kLeastSecret) return net::error_of(response, what, said);
  // Before anything is cut: half a token is one, too.
  const auto without = [&](std::string_view words) { return text::replace_all(std::string(words), secret, "***"); };
  const Response clean{response.status, response.headers,
                       without(std::string_view(response.body).substr(0, kToldBytes)), response.url};
  return net::error_of(clean, what, without(said));
}

}  // namespace gatepost::net
