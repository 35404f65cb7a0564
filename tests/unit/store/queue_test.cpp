// What holds for every place of the queue. A new one is a line in kQueuePlaces.
#include "store/queue.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/temporary_folder.hpp"
#include "unit/store/postgresql_server.hpp"

namespace gatepost::store {
namespace {

constexpr Timestamp kNow{1'763'683'200'000};
constexpr Timestamp after(std::int64_t seconds) { return {kNow.unix_ms + seconds * 1000}; }

class QueuePlace {
 public:
  QueuePlace() = default;
  QueuePlace(const QueuePlace&) = delete;
  QueuePlace& operator=(const QueuePlace&) = delete;
  virtual ~QueuePlace() = default;
  // One more connection to the same queue, by any thread or child process.
  virtual Result<std::unique_ptr<Queue>> open() = 0;
};

class SqliteQueuePlace final : public QueuePlace {
 public:
  Result<std::unique_ptr<Queue>> open() override { return open_sqlite_queue(folder_.path("queue.db")); }

 private:
  test::TemporaryFolder folder_;
};

class PostgresqlQueuePlace final : public QueuePlace {
 public:
  explicit PostgresqlQueuePlace(const test::PostgresqlServer& server)
      : server_(server), database_(server.make_database()) {
    server.run("postgres", "ALTER DATABASE " + database_ + " OWNER TO owner");
  }
  Result<std::unique_ptr<Queue>> open() override { return open_postgresql_queue(server_.address(database_)); }

 private:
  const test::PostgresqlServer& server_;
  std::string database_;
};

struct QueuePlaceKind {
  const char* name;
  std::unique_ptr<QueuePlace> (*make)();
};
constexpr std::array<QueuePlaceKind, 2> kQueuePlaces = {{
    {"sqlite", []() -> std::unique_ptr<QueuePlace> { return std::make_unique<SqliteQueuePlace>(); }},
    {"postgresql",
     []() -> std::unique_ptr<QueuePlace> {
       const auto* const server = test::PostgresqlServer::running();
       if (server == nullptr) return nullptr;
       return std::make_unique<PostgresqlQueuePlace>(*server);
     }},
}};

template <class Each>
void on_each_queue(const Each& each) {
  for (const QueuePlaceKind& kind : kQueuePlaces) {
    CAPTURE(kind.name);
    const auto place = kind.make();
    if (place) each(*place);
  }
}

template <class T>
T good(Result<T> result) {
  REQUIRE_MESSAGE(result.ok(), result.error().message);
  return std::move(result).value();
}

QueuedJob job(const std::string& key, const std::string& payload = "{}", const std::string& lane = "") {
  return {.key = key, .lane = lane.empty() ? key : lane, .kind = "evaluate", .about = "on " + key, .payload = payload};
}

Arrival arrival(const std::string& id, std::vector<QueuedJob> jobs) {
  return {.sender = "github", .id = id, .jobs = std::move(jobs)};
}

void put(Queue& queue, const std::string& id, const QueuedJob& wanted, Timestamp now = kNow) {
  const std::vector<Arrival> one = {arrival(id, {wanted})};
  CHECK(good(queue.accept(one, now)) == std::vector<bool>{true});
}

std::optional<TakenJob> take(Queue& queue, const std::string& lease, Timestamp now = kNow) {
  return good(queue.take(lease, {now.unix_ms + 60'000}, now));
}

TEST_CASE("A delivery is taken over once, also when it comes twice in one batch") {
  on_each_queue([](QueuePlace& place) {
    const auto queue = good(place.open());
    const std::vector<Arrival> batch = {
        arrival("one", {job("a", "1")}),
        arrival("two", {}),
        arrival("one", {job("a", "again")}),
        {.sender = "gitlab", .id = "one", .jobs = {job("b", "'; DROP TABLE jobs; --")}}};
    CHECK(good(queue->accept(batch, kNow)) == std::vector<bool>{true, true, false, true});
    CHECK(good(good(place.open())->accept(batch, kNow)) == std::vector<bool>(4, false));
    CHECK(good(queue->counts()).waiting == 2);
    CHECK(take(*queue, "l1")->job == job("a", "1"));
    CHECK(take(*queue, "l2")->job.payload == "'; DROP TABLE jobs; --");
    good(queue->forget_deliveries(after(1)));
    CHECK(good(queue->accept(batch, kNow))[0]);
  });
}

TEST_CASE("Of the jobs of one key the newest waits, and what runs goes on") {
  on_each_queue([](QueuePlace& place) {
    const auto queue = good(place.open());
    put(*queue, "1", job("a", "old"));
    put(*queue, "2", job("a", "newer"), after(1));
    const auto running = take(*queue, "l1", after(1));
    REQUIRE(running);
    CHECK(running->job.payload == "newer");
    CHECK(running->since == kNow);
    put(*queue, "3", job("a", "third"), after(2));
    put(*queue, "4", job("a", "fourth"), after(3));
    CHECK_FALSE(take(*queue, "l2", after(4)));
    CHECK(good(queue->counts()).running == 1);
    CHECK(good(queue->counts()).oldest == after(2));
    CHECK(good(queue->finish(*running)));
    CHECK(take(*queue, "l3", after(4))->job.payload == "fourth");
    CHECK_FALSE(take(*queue, "l4", after(4)));
  });
}

TEST_CASE("One job of a lane runs at a time, the others wait in their order") {
  on_each_queue([](QueuePlace& place) {
    const auto queue = good(place.open()), other = good(place.open());
    put(*queue, "1", job("comment 1", "1", "change 7"));
    put(*queue, "2", job("comment 2", "2", "change 7"), after(1));
    put(*queue, "3", job("comment 3", "3", "change 8"), after(2));
    const auto first = take(*queue, "l1", after(3));
    CHECK(first->job.payload == "1");
    CHECK(take(*other, "l2", after(3))->job.payload == "3");
    CHECK_FALSE(take(*other, "l3", after(3)));
    CHECK(good(queue->finish(*first)));
    CHECK(take(*other, "l4", after(3))->job.payload == "2");
  });
}

TEST_CASE("A lease that lapsed is somebody else's, and the old holder can do nothing any more") {
  on_each_queue([](QueuePlace& place) {
    const auto queue = good(place.open());
    put(*queue, "1", job("a"));
    const auto slow = take(*queue, "slow");
    CHECK(good(queue->renew(*slow, after(90))));
    CHECK(good(queue->sweep(5, after(80))) == 0);
    CHECK(good(queue->sweep(5, after(91))) == 1);
    const auto quick = take(*queue, "quick", after(92));
    REQUIRE(quick);
    CHECK(quick->attempt == 2);
    CHECK_FALSE(good(queue->renew(*slow, after(200))));
    CHECK_FALSE(good(queue->finish(*slow)));
    CHECK_FALSE(good(queue->postpone(*slow, after(200), "x", true)));
    CHECK_FALSE(good(queue->bury(*slow, "x", after(200))));
    CHECK(good(queue->finish(*quick)));
    CHECK(good(queue->counts()).waiting + good(queue->counts()).running == 0);
  });
}

TEST_CASE("Whose lease lapses for a newer one of its key does not come back") {
  on_each_queue([](QueuePlace& place) {
    const auto queue = good(place.open());
    put(*queue, "1", job("a", "old"));
    CHECK(take(*queue, "l1"));
    put(*queue, "2", job("a", "new"), after(1));
    CHECK(good(queue->sweep(5, after(61))) == 1);
    CHECK(take(*queue, "l2", after(62))->job.payload == "new");
    CHECK(good(queue->counts()).waiting == 0);
  });
}

TEST_CASE("What failed runs again when it is due, and not at all when something newer waits") {
  on_each_queue([](QueuePlace& place) {
    const auto queue = good(place.open());
    put(*queue, "1", job("a", "old"));
    auto running = take(*queue, "l1");
    CHECK(good(queue->postpone(*running, after(30), "the forge did not answer", true)));
    CHECK(good(queue->counts()).oldest == after(30));
    CHECK_FALSE(take(*queue, "l2", after(29)));
    running = take(*queue, "l3", after(30));
    CHECK(running->attempt == 2);
    CHECK(good(queue->postpone(*running, after(31), "stopped", false)));
    running = take(*queue, "l4", after(31));
    CHECK(running->attempt == 2);
    put(*queue, "2", job("a", "new"), after(32));
    CHECK(good(queue->postpone(*running, after(90), "again", true)));
    running = take(*queue, "l5", after(33));
    CHECK(running->job.payload == "new");
    CHECK(running->attempt == 1);
  });
}

TEST_CASE("The dead are listed with why they died, run again when asked, and go when told") {
  on_each_queue([](QueuePlace& place) {
    const auto queue = good(place.open());
    put(*queue, "1", job("a"));
    put(*queue, "2", job("b"), after(1));
    CHECK(good(queue->bury(*take(*queue, "l1", after(2)), "exit code 2: no\nsuch repository", after(3))));
    CHECK(take(*queue, "l2", after(3)));
    CHECK(good(queue->sweep(1, after(99))) == 1);
    const auto dead = good(queue->dead());
    REQUIRE(dead.size() == 2);
    CHECK(dead[0].about == "on b");
    CHECK(dead[0].attempts == 1);
    CHECK(dead[1].died == after(3));
    CHECK(dead[1].reason.starts_with("exit code 2: no"));
    CHECK(good(queue->counts()).dead == 2);

    CHECK(good(queue->revive("nobody", after(100))) == 0);
    CHECK(good(queue->revive(dead[1].id, after(100))) == 1);
    CHECK(take(*queue, "l3", after(100))->job.key == "a");
    put(*queue, "3", job("b", "newer"), after(101));
    CHECK(good(queue->revive("", after(102))) == 1);
    CHECK(take(*queue, "l4", after(102))->job.payload == "newer");
    CHECK(good(queue->dead()).empty());
    CHECK(good(queue->drop("")) == 0);
  });
}

TEST_CASE("Several who take at once take every job once") {
  on_each_queue([](QueuePlace& place) {
    constexpr int kJobs = 60, kTakers = 4;
    {
      const auto queue = good(place.open());
      std::vector<Arrival> all;
      for (int i = 0; i < kJobs; ++i)
        all.push_back(arrival(std::to_string(i), {job("k" + std::to_string(i), "{}", "lane" + std::to_string(i % 9))}));
      good(queue->accept(all, kNow));
    }
    std::array<std::vector<std::string>, kTakers> got;
    std::array<std::string, kTakers> failures;
    std::vector<std::thread> takers;
    for (int i = 0; i < kTakers; ++i) {
      takers.emplace_back([&, i] {
        auto queue = place.open();
        if (!queue) {
          failures[i] = queue.error().message;
          return;
        }
        for (int idle = 0, n = 0; idle < 20; ++n) {
          auto job = (*queue)->take("t" + std::to_string(i) + "-" + std::to_string(n), after(60), kNow);
          if (!job) failures[i] = job.error().message;
          if (!job || !*job) {
            ++idle;
            ::usleep(5'000);
            continue;
          }
          idle = 0;
          got[i].push_back((*job)->job.key);
          if (const auto done = (*queue)->finish(**job); !done || !*done) failures[i] = "not finished";
        }
      });
    }
    for (std::thread& taker : takers) taker.join();
    std::multiset<std::string> all;
    for (int i = 0; i < kTakers; ++i) {
      CHECK(failures[i] == "");
      all.insert(got[i].begin(), got[i].end());
    }
    CHECK(all.size() == kJobs);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == kJobs);
  });
}

// A child that takes deliveries over, and says so, until somebody ends it.
[[noreturn]] void accept_for_ever(QueuePlace& place, int told, int round) {
  auto queue = place.open();
  if (!queue) ::_exit(1);
  for (std::uint32_t i = 0;; ++i) {
    const std::string id = std::to_string(round) + "-" + std::to_string(i);
    const std::vector<Arrival> one = {arrival(id, {job(id + "a"), job(id + "b")})};
    if (!(*queue)->accept(one, kNow)) ::_exit(2);
    if (::write(told, &i, sizeof i) < 0) ::_exit(3);
  }
}

TEST_CASE("What was said to be taken over is there after a kill, with all of its jobs") {
  on_each_queue([](QueuePlace& place) {
    std::uint64_t least = 0;
    for (int round = 0; round < 12; ++round) {
      std::array<int, 2> pipe{};
      REQUIRE(::pipe(pipe.data()) == 0);
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) accept_for_ever(place, pipe[1], round);
      ::close(pipe[1]);
      std::uint32_t last = 0;
      REQUIRE(::read(pipe[0], &last, sizeof last) == sizeof last);
      ::usleep(static_cast<unsigned>(round) * 1'700);
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      while (::read(pipe[0], &last, sizeof last) == sizeof last) {
      }
      ::close(pipe[0]);
      least += 2 * (std::uint64_t{last} + 1);
      const auto queue = good(place.open());
      const std::uint64_t waiting = good(queue->counts()).waiting;
      CHECK(waiting >= least);
      CHECK(waiting % 2 == 0);
      least = waiting;
    }
  });
}

}  // namespace
}  // namespace gatepost::store
