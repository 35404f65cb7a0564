// Calls that end: within a total time, patient with limits, never doing twice what must be done once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http.hpp"
#include "net/message.hpp"

namespace gatepost::net {

// The clock and the sleeper, given by app. `now` must not go back: a steady clock set off by the time of day.
struct Time {
  std::function<Timestamp()> now;
  std::function<void(std::chrono::milliseconds)> sleep;
};

// Sent to URLs below `prefix` and to no other, whatever a redirect or a Link header says.
struct Credential {
  std::string prefix;  // "https://gitlab.example.com/forge/api/v4"
  SecretHeader header;
  std::optional<Timestamp> expires;  // renewed five minutes before, and once when an answer is 401
  // Gets a new one within the given time; may be empty.
  std::function<Result<Credential>(std::chrono::milliseconds)> renew;
};

// What happens when the server does what is asked.
enum class Effect {
  read,        // nothing
  idempotent,  // the same when it is done twice: PUT, PATCH, DELETE
  creates,     // something more each time
  notifies,    // the same, and people are told
};

struct Call {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  Effect effect = Effect::read;
  // Asked when the answer to a call that creates was lost: finds what it made, as if it had been answered, or finds
  // that there is nothing, and the call is made again. May use the client. Without it such a call is never repeated.
  std::function<Result<std::optional<Response>>()> recover;
};

// When was written to a server, and when in a way that notifies people.
struct Pace {
  std::optional<Timestamp> last_write, last_notice;
};

struct Limits {
  std::chrono::milliseconds total{120'000};        // spent in all calls together: sending, waiting, pacing
  std::chrono::milliseconds one_exchange{30'000};  // one request and its answer
  std::chrono::milliseconds waiting{90'000};       // for rate limits, in all calls together
  int retries = 4;                                 // of one call
  int writes = 20;
  int pages = 100;           // of one list
  int redirects = 5;         // of one call
  std::uint64_t jitter = 0;  // any number; runs with different ones do not come back at the same moment
  Pace* pace = nullptr;      // of clients of one server, one after the other, and outlives them; none: the client's own
};

class Client {
 public:
  Client(Http& http, Time time, Credential credential, Limits limits = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The last answer, of whatever status; see error_of() for what it means. An error when there is none, or when waiting
  // as long as the server wants would take longer than the limits allow. Calls are made one after the other; those that
  // write are at least 1 s apart, those that notify 3 s.
  Result<Response> call(const Call& call);

  // Calls `each` with every page of a list as long as that returns true. The next page is what the Link header or
  // X-Next-Page says, below the credential's prefix only. Ends after an answer that is not 2xx.
  Status pages(const Call& first, const std::function<Result<bool>(const Response&)>& each);

  // error_of() of net/refusal.hpp, without our credential should the server repeat it.
  [[nodiscard]] Error error_of(const Response& response, std::string_view what, std::string_view said = {}) const;

  struct Stats {
    int reads = 0, writes = 0;  // calls
    int retries = 0;            // requests sent again
    int recovered = 0;          // calls whose lost answer was found
    int not_modified = 0;       // reads answered from memory, 304
    std::chrono::milliseconds waited{0}, paced{0};
  };
  [[nodiscard]] const Stats& stats() const { return stats_; }

 private:
  class Spending;
  struct Kept {
    std::string etag;
    Response response;
  };
  // How far a call has come.
  struct Course {
    const Call& call;
    Request request;
    Effect effect;
    int failed = 0;        // exchanges without a final answer
    int limited = 0;       // of these, by a rate limit
    bool renewed = false;  // the credential, because of a 401
    Exchange last;
  };

  [[nodiscard]] std::chrono::milliseconds left() const;
  [[nodiscard]] std::string name_of(const Call& call) const;
  [[nodiscard]] Error out_of_time(const Call& call) const;
  Status admit(const Call& call);
  Status pace(const Call& call);
  void remember_write(const Call& call);
  Status wait(const Course& course, std::chrono::milliseconds duration, bool limited);

  Result<Response> run(Course course);
  Result<std::optional<Response>> recovered(Course& course);
  Result<Response> give_up(const Course& course) const;

  Exchange follow(Course& course);
  Exchange exchange(Course& course, Request request, bool ours);
  Exchange send(const Request& request);
  Exchange send_conditionally(Request request);
  [[nodiscard]] bool belongs(const Request& request) const;
  Status renew();
  Status renew_when_due();
  void keep(const std::string& key, const Response& response);

  Http& http_;
  Time time_;
  Credential credential_;
  Limits limits_;
  Stats stats_;
  std::map<std::string, Kept> kept_;  // by URL and Accept
  std::uint64_t kept_bytes_ = 0;
  std::chrono::milliseconds spent_{0}, limited_{0};
  Pace own_pace_;
  Pace& pace_;
  Timestamp started_;  // the outermost call that runs
  int depth_ = 0;      // a call's `recover` makes calls
  std::uint64_t calls_ = 0;
};

}  // namespace gatepost::net
