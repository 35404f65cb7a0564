// What holds for every store. A new one is a line in kPlaces.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "store/store.hpp"
#include "unit/store/lines.hpp"
#include "unit/store/places.hpp"

namespace gatepost::store {
namespace {

using ledger::Head;
using ledger::Line;
using test::end_of;
using test::line_after;
using test::lines_after;

constexpr int kWriters = 16;
constexpr int kKills = 50;

// Runs `each` on a fresh place of every kind.
template <class Each>
void on_each_store(const Each& each) {
  for (const test::PlaceKind& kind : test::kPlaces) {
    CAPTURE(kind.name);
    const std::unique_ptr<test::Place> place = kind.make();
    if (place) each(*place);
  }
}

std::unique_ptr<Store> opened(test::Place& place) {
  auto store = place.open();
  REQUIRE_MESSAGE(store.ok(), store.error().message);
  return std::move(store).value();
}

template <class T>
T good(Result<T> result) {
  REQUIRE_MESSAGE(result.ok(), result.error().message);
  return std::move(result).value();
}

TEST_CASE("A store that nobody has written to is empty") {
  on_each_store([](test::Place& place) {
    const auto store = opened(place);
    CHECK(good(store->head()) == Head{});
    CHECK(good(store->read(0)).empty());
    CHECK_FALSE(good(store->document("baseline/semgrep.jsonl")).has_value());
    CHECK(good(store->document_names("")).empty());
    CHECK_FALSE(store->name().empty());
  });
}

TEST_CASE("What is appended is read again as it was, by others too") {
  on_each_store([](test::Place& place) {
    auto first = lines_after({}, 3);
    first.push_back(line_after(end_of(first), "päckchen \\\"quoted\\\"", "waived", R"("after":{"ü":[1,2]},)"));
    first.back().subject = "päckchen \"quoted\"";
    const auto writer = opened(place);
    good(writer->append({}, first, {}));
    const auto second = lines_after(end_of(first), 2);
    good(writer->append(end_of(first), second, {}));

    auto all = first;
    all.insert(all.end(), second.begin(), second.end());
    for (const auto& store : {opened(place), opened(place)}) {
      CHECK(good(store->head()) == end_of(second));
      CHECK(good(store->read(0)) == all);
      CHECK(good(store->read(4)) == second);
      CHECK(good(store->read(6)).empty());
      CHECK(good(store->read(99)).empty());
    }
    CHECK(good(writer->read(0)) == all);
  });
}

TEST_CASE("Events lie in the order of their numbers, whatever their subjects and times") {
  on_each_store([](test::Place& place) {
    const auto store = opened(place);
    std::vector<Line> lines;
    for (int i = 0; i < 300; ++i) lines.push_back(line_after(end_of(lines), "s" + std::to_string(i * 7919 % 11)));
    lines[200].at.unix_ms -= 86'400'000LL * 90;  // another month, between its neighbours
    lines[200].text = test::text_with_time(lines[200]);
    good(store->append({}, std::span(lines).first(150), {}));
    good(store->append(end_of({lines.begin(), lines.begin() + 150}), std::span(lines).subspan(150), {}));
    CHECK(good(opened(place)->read(0)) == lines);
  });
}

TEST_CASE("Documents are replaced as a whole, together with events or alone, and go when they have no value") {
  on_each_store([](test::Place& place) {
    const std::string large(300'000, 'x');
    const std::string bytes("\0\xff\r\n\x1a", 5);
    const auto store = opened(place);
    const auto lines = lines_after({}, 1);
    good(store->append({}, lines, {{"baseline/a.jsonl", "one"}, {"baseline/b.jsonl", bytes}, {"inventory/x", large}}));
    CHECK(good(store->document("baseline/a.jsonl")) == "one");
    CHECK(good(store->document("baseline/b.jsonl")) == bytes);
    CHECK(good(store->document("inventory/x")) == large);
    CHECK(good(store->document_names("baseline/")) == std::vector<std::string>{"baseline/a.jsonl", "baseline/b.jsonl"});
    CHECK(good(store->document_names("")).size() == 3);
    CHECK(good(store->document_names("baseline/%")).empty());

    good(store->append(end_of(lines), {}, {{"baseline/a.jsonl", ""}, {"baseline/b.jsonl", std::nullopt}}));
    good(store->append(end_of(lines), {}, {{"inventory/never", std::nullopt}}));
    const auto other = opened(place);
    CHECK(good(other->document("baseline/a.jsonl")) == "");
    CHECK_FALSE(good(other->document("baseline/b.jsonl")).has_value());
    CHECK(good(other->document_names("")) == std::vector<std::string>{"baseline/a.jsonl", "inventory/x"});
    CHECK(good(other->head()) == end_of(lines));
    CHECK(good(other->read(0)) == lines);
  });
}

TEST_CASE("Documents may come before the first event") {
  on_each_store([](test::Place& place) {
    const auto store = opened(place);
    good(store->append({}, {}, {{"baseline/a", "1"}}));
    CHECK(good(opened(place)->document("baseline/a")) == "1");
    CHECK(good(store->head()) == Head{});
    good(store->append({}, lines_after({}, 2), {}));
    CHECK(good(opened(place)->document("baseline/a")) == "1");
  });
}

TEST_CASE("An append to what is no longer the end is a conflict, and leaves nothing behind") {
  on_each_store([](test::Place& place) {
    const auto slow = opened(place), quick = opened(place);
    CHECK(good(slow->head()) == Head{});
    const auto lines = lines_after({}, 2, "quick");
    good(quick->append({}, lines, {{"who", "quick"}}));

    const auto refused = slow->append({}, lines_after({}, 1, "slow"), {{"who", "slow"}});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK_FALSE(refused.error().message.empty());
    const auto documents_only = slow->append({}, {}, {{"who", "slow"}});
    REQUIRE_FALSE(documents_only.ok());
    CHECK(documents_only.error().kind == ErrorKind::conflict);

    CHECK(good(slow->read(0)) == lines);
    CHECK(good(slow->document("who")) == "quick");
    good(slow->append(end_of(lines), lines_after(end_of(lines), 1, "slow"), {{"who", "slow"}}));
    CHECK(good(quick->head()).seq == 3);
    CHECK(good(quick->document("who")) == "slow");
  });
}

TEST_CASE("The same number with another hash is another ledger") {
  on_each_store([](test::Place& place) {
    const auto store = opened(place);
    const auto ours = lines_after({}, 1, "ours"), theirs = lines_after({}, 1, "theirs");
    good(store->append({}, ours, {}));
    const auto refused = store->append(end_of(theirs), lines_after(end_of(theirs), 1), {});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(good(store->read(0)) == ours);
  });
}

TEST_CASE("Events that do not continue the ledger, and names that lead elsewhere, are refused") {
  on_each_store([](test::Place& place) {
    const auto store = opened(place);
    const auto refuses = [&](const std::vector<Line>& lines, const Documents& documents) {
      const auto refused = store->append({}, lines, documents);
      REQUIRE_FALSE(refused.ok());
      CHECK(refused.error().kind == ErrorKind::bad_input);
    };
    auto lines = lines_after({}, 3);
    refuses({lines[0], lines[2]}, {});
    refuses({lines[1]}, {});
    auto two_lines = lines[0];
    two_lines.text += "\n{}";
    refuses({two_lines}, {});
    auto other = lines[0];
    other.prev = std::string(64, '1');
    refuses({other}, {});
    other = lines[0];
    other.hash = "short";
    refuses({other}, {});
    for (const char* name : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".git/config", "a\\b", "a b", "a\nb"})
      refuses({}, {{name, "x"}});
    CHECK(good(store->head()) == Head{});
    CHECK(good(store->document_names("")).empty());
  });
}

// Appends `count` events, each in an append of its own, as often as it takes.
std::string write_patiently(Store& store, const std::string& writer, int count, int& conflicts) {
  for (int i = 0; i < count;) {
    auto head = store.head();
    if (!head) return head.error().message;
    const Line line = line_after(*head, writer + "-" + std::to_string(i));
    const auto done = store.append(*head, std::span(&line, 1), {{"last/" + writer, std::to_string(i)}});
    if (done) {
      ++i;
    } else if (done.error().kind == ErrorKind::conflict) {
      ++conflicts;
      ::usleep(static_cast<unsigned>(std::hash<std::string>{}(writer + head->hash) % 50'000));
    } else {
      return done.error().message;
    }
  }
  return "";
}

TEST_CASE("Sixteen writers lose nothing, double nothing and leave no gap") {
  on_each_store([](test::Place& place) {
    const int events = place.events_per_writer();
    std::vector<std::thread> writers;
    std::latch all_there(kWriters);
    std::array<std::string, kWriters> failures;
    std::array<int, kWriters> conflicts{};
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] {
        auto store = place.open();
        all_there.arrive_and_wait();
        failures[i] =
            store ? write_patiently(**store, "w" + std::to_string(i), events, conflicts[i]) : store.error().message;
      });
    }
    for (std::thread& writer : writers) writer.join();
    for (const std::string& failure : failures) CHECK(failure == "");

    const auto store = opened(place);
    const auto lines = good(store->read(0));
    CHECK(lines.size() == static_cast<std::size_t>(kWriters * events));
    CHECK(test::break_in(lines) == "");
    std::vector<std::string> found, wanted;
    for (const Line& line : lines) found.push_back(line.subject);
    for (int i = 0; i < kWriters * events; ++i)
      wanted.push_back("w" + std::to_string(i / events) + "-" + std::to_string(i % events));
    std::ranges::sort(found);
    std::ranges::sort(wanted);
    CHECK(found == wanted);
    CHECK(good(store->document_names("last/")).size() == kWriters);
    for (int i = 0; i < kWriters; ++i)
      CHECK(good(store->document("last/w" + std::to_string(i))) == std::to_string(events - 1));
    int total = 0;
    for (const int count : conflicts) total += count;
    MESSAGE(store->name() << ": " << total << " conflicts");
  });
}

// A child that appends three events at a time until somebody ends it.
[[noreturn]] void write_for_ever(test::Place& place, int started) {
  auto store = place.open();
  if (!store) ::_exit(1);
  while (true) {
    auto head = (*store)->head();
    if (!head) ::_exit(2);
    const auto lines = lines_after(*head, 3);
    const auto done = (*store)->append(*head, lines, {{"end", std::to_string(lines.back().seq)}});
    if (!done) ::_exit(3);
    if (::write(started, "+", 1) < 0) ::_exit(4);
  }
}

TEST_CASE("Whoever is killed while writing leaves a whole ledger") {
  on_each_store([](test::Place& place) {
    std::uint64_t seq = 0;
    unsigned pause = 1;
    for (int i = 0; i < kKills; ++i) {
      std::array<int, 2> pipe{};
      REQUIRE(::pipe(pipe.data()) == 0);
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) write_for_ever(place, pipe[1]);
      ::close(pipe[1]);
      // Some while they open the store, most while they write.
      char first = 0;
      if (i % 5 != 0) CHECK(::read(pipe[0], &first, 1) == 1);
      pause = pause * 1'103'515'245U + 12'345U;
      ::usleep((pause >> 8U) % 15'000U);
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      ::close(pipe[0]);
      CHECK(WIFSIGNALED(status));

      const auto store = opened(place);
      // A server goes on for a moment with what its killed client had sent.
      std::vector<Line> lines;
      Head head;
      std::optional<std::string> end;
      for (int look = 0; look < 200; ++look) {
        lines = good(store->read(0));
        head = good(store->head());
        end = good(store->document("end"));
        if (head == end_of(lines) && end.value_or("0") == std::to_string(lines.size())) break;
        ::usleep(20'000);
      }
      CHECK(test::break_in(lines) == "");
      CHECK(lines.size() % 3 == 0);
      CHECK(lines.size() >= seq);
      CHECK(head == end_of(lines));
      CHECK(end.value_or("0") == std::to_string(lines.size()));
      seq = lines.size();
    }
    CHECK(seq > 0);
    MESSAGE(seq << " events from " << kKills << " writers that were killed");
  });
}

}  // namespace
}  // namespace gatepost::store
