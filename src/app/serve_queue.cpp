#include "app/serve_queue.hpp"

#include <fmt/core.h>

#include "app/serve_secrets.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

// "postgresql://user:password@host/…", "postgresql:///…?password=…".
bool holds_password(std::string_view address) {
  const std::size_t begin = address.find("://") + 3;
  const std::string_view server = address.substr(begin, address.find_first_of("/?", begin) - begin);
  const std::size_t at = server.rfind('@');
  return (at != std::string_view::npos && server.substr(0, at).find(':') != std::string_view::npos) ||
         address.find("password=") != std::string_view::npos;
}

}  // namespace

std::optional<std::string> queue_file(const Ports& ports, std::string_view place) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (!place.starts_with(kSqlite) || place.size() == kSqlite.size()) return std::nullopt;
  const std::string path(place.substr(kSqlite.size()));
  return path.starts_with('/') ? path : ports.directory + "/" + path;
}

Result<OpenQueue> queue_opener(const Ports& ports, const std::string& place) {
  if (const auto file = queue_file(ports, place))
    return OpenQueue([path = *file] { return store::open_sqlite_queue(path); });
  Secret address;
  if (place.starts_with("postgresql://")) {
    if (holds_password(place)) {
      return error(ErrorKind::usage, "--queue has a password in it, and every user of the machine can read it there",
                   "give --queue postgresql, and the address in GATEPOST_QUEUE_URL");
    }
    address = Secret(place);
  }
  if (place == "postgresql") {
    GP_TRY(address, secret_named(ports, "GATEPOST_QUEUE_URL"));
    if (address.empty()) {
      return error(ErrorKind::config, "--queue is postgresql, and no address is there",
                   "set GATEPOST_QUEUE_URL, or GATEPOST_QUEUE_URL_FILE to a file that has it");
    }
  }
  if (!address.empty()) return OpenQueue([address] { return store::open_postgresql_queue(address); });
  return error(ErrorKind::usage, fmt::format("--queue is \"{}\"", text::printable(place, 60)),
               "expected sqlite:FILE, postgresql://…, or postgresql, whose address is in GATEPOST_QUEUE_URL");
}

Inbox::Inbox(SharedQueue& queue, std::function<Timestamp()> now, std::function<void()> when_there_are_jobs)
    : queue_(queue),
      now_(std::move(now)),
      when_there_are_jobs_(std::move(when_there_are_jobs)),
      thread_([this] { work(); }) {}

Inbox::~Inbox() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  more_.notify_all();
  thread_.join();
}

Result<bool> Inbox::take_over(store::Arrival arrival) {
  Waiting one{std::move(arrival), {}};
  std::future<Result<bool>> taken = one.taken.get_future();
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(one));
  }
  more_.notify_one();
  return taken.get();
}

void Inbox::work() {
  while (true) {
    std::vector<Waiting> batch;
    {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      batch.swap(waiting_);
    }
    take_over_all(batch);
  }
}

void Inbox::take_over_all(std::vector<Waiting>& batch) {
  std::vector<store::Arrival> arrivals;
  arrivals.reserve(batch.size());
  for (Waiting& one : batch) arrivals.push_back(std::move(one.arrival));
  const auto taken = queue_.ask([&](store::Queue& queue) { return queue.accept(arrivals, now_()); });
  for (std::size_t i = 0; i < batch.size(); ++i)
    batch[i].taken.set_value(taken ? Result<bool>((*taken)[i]) : Result<bool>(taken.error()));
  if (taken) when_there_are_jobs_();
}

}  // namespace gatepost::app
