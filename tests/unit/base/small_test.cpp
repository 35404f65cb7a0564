// The small headers of base: results, secrets, notes, JSON texts, embedded files, the log, threads.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <numeric>
#include <variant>

#include "base/deleter.hpp"
#include "base/id.hpp"
#include "base/json_text.hpp"
#include "base/log.hpp"
#include "base/note.hpp"
#include "base/overloaded.hpp"
#include "base/parallel.hpp"
#include "base/resource.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "support/temporary_folder.hpp"

using namespace gatepost;

namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return error(ErrorKind::bad_input, "odd", "give an even number");
  return n / 2;
}

Result<int> quarter(int n) {
  GP_TRY(const int first, half(n).context("first"));
  GP_TRY(const int second, half(first).context("second"));
  return second;
}

Status check_even(int n) {
  GP_CHECK(half(n));
  return Done{};
}

// What was written to standard error while `action` ran.
template <class Action>
std::string standard_error_of(Action action) {
  const test::TemporaryFolder folder;
  std::fflush(stderr);
  const int kept = ::dup(STDERR_FILENO);
  REQUIRE(std::freopen(folder.path("err").c_str(), "wb", stderr) != nullptr);
  action();
  std::fflush(stderr);
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
  return folder.read("err");
}

int released = 0;
void count_released(int* handle) { released += *handle; }

template <class T>
concept Printable = requires(T value) { std::cout << value; };

}  // namespace

TEST_CASE("result: a value or an error, passed on early") {
  CHECK(quarter(8).value() == 2);
  CHECK(quarter(7).error() == Error{ErrorKind::bad_input, "first: odd", "give an even number"});
  CHECK(quarter(6).error().message == "second: odd");
  CHECK(check_even(2).ok());
  CHECK_FALSE(check_even(1));
  CHECK(half(3).value_or(-1) == -1);
  CHECK(half(4).context("not shown").value() == 2);
  CHECK(*half(4) == 2);
  CHECK(Result<std::string>(std::string("abc"))->size() == 3);
}

TEST_CASE("secret: it is shown only when asked for and does not print") {
  static_assert(!Printable<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  Secret secret(std::string("hush"));
  CHECK(secret.reveal() == "hush");
  const Secret copy = secret;
  Secret moved = std::move(secret);
  CHECK(moved.reveal() == "hush");
  CHECK(copy.reveal() == "hush");
  CHECK(secret.empty());  // NOLINT(bugprone-use-after-move): a moved secret is wiped, that is the point
  moved = Secret(std::string("other"));
  CHECK(moved.reveal() == "other");
  moved = copy;
  CHECK(moved.reveal() == "hush");
  Secret& same = moved;
  moved = same;
  CHECK(moved.reveal() == "hush");
}

TEST_CASE("secret: wiping overwrites all that the string holds") {
  std::string text = "a long enough secret that lies on the heap, and then some";
  text.resize(20);  // the rest is still there behind the end
  const char* const bytes = text.data();
  const std::size_t capacity = text.capacity();
  wipe(text);
  CHECK(text.empty());
  CHECK(text.data() == bytes);
  CHECK(std::all_of(bytes, bytes + capacity, [](char c) { return c == '\0'; }));
  std::string none;
  wipe(none);
  CHECK(none.empty());
}

TEST_CASE("json text: a string literal for any bytes") {
  const auto quoted = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(quoted("\n\r\t\b\x01\x7F") == R"("\n\r\t\u0008\u0001\u007f")");
  CHECK(quoted(std::string_view("\0", 1)) == R"("\u0000")");
  CHECK(quoted("ä€😀") == "\"ä€😀\"");
  CHECK(quoted("a\xFF\xC3") == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("json text: escapes are read, broken ones become U+FFFD") {
  struct Case {
    std::string_view raw, text;
    bool broken;
  };
  const Case cases[] = {
      {"", "", false},
      {"plain", "plain", false},
      {R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t", false},
      {R"(\u0041\u00e4\u20AC)", "Aä€", false},
      {R"(\ud83d\ude00!)", "😀!", false},
      {R"(\u0000)", std::string_view("\0", 1), false},
      {R"(\ufffd)", "\xEF\xBF\xBD", false},
      {R"(\ud83d)", "\xEF\xBF\xBD", true},
      {R"(\ude00x)", "\xEF\xBF\xBDx", true},
      {R"(\ud83d\u0041)",
       "\xEF\xBF\xBD"
       "A",
       true},
      {R"(\ud83d\ud83d\ude00)", "\xEF\xBF\xBD😀", true},
      {R"(\u12)",
       "\xEF\xBF\xBD"
       "12",
       true},
      {R"(\u12g4)",
       "\xEF\xBF\xBD"
       "12g4",
       true},
      {R"(\q)", "\xEF\xBF\xBD", true},
      {"\\ä", "\xEF\xBF\xBDä", true},
      {"a\\", "a\xEF\xBF\xBD", true},
  };
  for (const Case& it : cases) {
    CAPTURE(it.raw);
    bool broken = false;
    CHECK(unescape_json(it.raw, &broken) == it.text);
    CHECK(broken == it.broken);
    CHECK(unescape_json(it.raw) == it.text);
  }
}

TEST_CASE("json text: what is written is read back") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "ä€😀";
  std::string quoted;
  append_json_string(quoted, all);
  CHECK(unescape_json(std::string_view(quoted).substr(1, quoted.size() - 2)) == all);
}

TEST_CASE("resource: the files of config/ are in the binary") {
  const auto all = resources();
  REQUIRE_FALSE(all.empty());
  CHECK(std::ranges::is_sorted(all, {}, &Resource::name));
  for (const Resource& resource : all) {
    CAPTURE(resource.name);
    CHECK(find_resource(resource.name) == resource.bytes);
    std::ifstream file(std::string(GATEPOST_SOURCE_DIR "/config/") + std::string(resource.name), std::ios::binary);
    CHECK(resource.bytes == std::string(std::istreambuf_iterator<char>(file), {}));
  }
  CHECK_FALSE(find_resource("no/such.yaml"));
}

TEST_CASE("log: levels are heeded and a stranger's text cannot forge a line") {
  const std::string shown = standard_error_of([] {
    log::configure(log::Level::info, false);
    log::debug("not shown");
    log::info("a {} b");
    log::warning("x\ngatepost: error: forged\x1B[31m");
    log::error("bad");
    log::configure(log::Level::off, false);
    log::error("not shown");
    log::configure(log::Level::warning, false);
    log::info("not shown");
  });
  CHECK(shown ==
        "gatepost: info: a {} b\n"
        "gatepost: warning: x\\x0agatepost: error: forged\\x1b[31m\n"
        "gatepost: error: bad\n");
}

TEST_CASE("log: colour only when asked for, level names as on the command line") {
  const std::string shown = standard_error_of([] {
    log::configure(log::Level::warning, true);
    log::warning("x");
    log::configure(log::Level::warning, false);
  });
  CHECK(shown.find("\x1B[") != std::string::npos);
  CHECK(log::parse_level("debug") == log::Level::debug);
  CHECK(log::parse_level("off") == log::Level::off);
  CHECK_FALSE(log::parse_level("Debug"));
  CHECK_FALSE(log::parse_level(""));
}

TEST_CASE("note: levels have names") {
  CHECK(std::string(to_string(Note::Level::info)) == "info");
  CHECK(std::string(to_string(Note::Level::warning)) == "warning");
  CHECK(std::string(to_string(Note::Level::error)) == "error");
}

TEST_CASE("small: ids of different kinds do not mix, handles are released, visitors are overloaded") {
  using A = Id<struct TagA>;
  using B = Id<struct TagB>;
  static_assert(!std::is_convertible_v<A, B>);
  CHECK(A{"x"} < A{"y"});
  int value = 5;
  {
    const CHandle<int, count_released> handle(&value);
  }
  const std::variant<int, std::string> variant = "text";
  CHECK(std::visit(Overloaded{[](int) { return 1; }, [](const std::string&) { return 2; }}, variant) == 2);
}

TEST_CASE("parallel: every number is in one piece, whatever the number of threads") {
  for (const unsigned threads : {1U, 2U, 5U}) {
    for (const std::size_t count : {0U, 1U, 9U, 10U, 11U, 1000U}) {
      std::vector<std::atomic<int>> seen(count);
      std::atomic<bool> fits = true;
      work_in_pieces(threads, count, 10, [&](unsigned worker, std::size_t first, std::size_t end) {
        if (worker >= threads || end > count || end <= first || end - first > 10) fits = false;
        for (std::size_t i = first; i < end; ++i) ++seen[i];
      });
      CHECK(fits);
      CHECK(std::ranges::all_of(seen, [](const auto& times) { return times == 1; }));
    }
  }
}

TEST_CASE("parallel: every item is worked on once, whatever the number of threads and the room between them") {
  for (const unsigned threads : {0U, 1U, 2U, 3U, 8U}) {
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{64}}) {
      CAPTURE(threads);
      CAPTURE(capacity);
      constexpr int kItems = 3000;
      std::vector<std::atomic<int>> seen(kItems);
      std::atomic<unsigned> highest = 0;
      int next = 0;
      produce_and_work<int>(
          threads, capacity, [&] { return next < kItems ? std::optional(next++) : std::nullopt; },
          [&](unsigned worker, int item) {
            ++seen[static_cast<std::size_t>(item)];
            unsigned known = highest;
            while (worker > known && !highest.compare_exchange_weak(known, worker)) {
            }
          });
      CHECK(std::ranges::all_of(seen, [](const std::atomic<int>& times) { return times == 1; }));
      CHECK(highest < std::max(threads, 1U));
    }
  }
}

TEST_CASE("parallel: state kept for each worker needs no lock, and the sum does not depend on the threads") {
  for (const unsigned threads : {1U, 2U, 5U}) {
    std::vector<long> sums(threads);
    int next = 0;
    produce_and_work<int>(
        threads, 4, [&] { return next < 10'000 ? std::optional(next++) : std::nullopt; },
        [&](unsigned worker, int item) { sums[worker] += item; });
    CHECK(std::accumulate(sums.begin(), sums.end(), 0L) == 49'995'000L);
  }
}

TEST_CASE("parallel: nothing to do is done at once") {
  int worked = 0;
  produce_and_work<int>(4, 4, [] { return std::optional<int>(); }, [&](unsigned, int) { ++worked; });
  CHECK(worked == 0);
  CHECK(default_threads() >= 1);
  CHECK(default_threads() <= 8);
}
