#include "app/download.hpp"

#include <doctest/doctest.h>

#include "app/settings_files.hpp"
#include "base/digest.hpp"
#include "support/scripted_http.hpp"
#include "support/temporary_folder.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

const std::string kUrl = "https://policies.example/org.yml";

// A network that gives one answer; `asked` counts the questions.
class Network {
 public:
  explicit Network(net::Exchange exchange) : exchange_(std::move(exchange)) {}
  int asked = 0;

  app::Ports ports() {
    return {.environment = [](const char*) { return std::nullopt; },
            .clock = [this] { return time_.now; },
            .http = [this](const net::CurlOptions&) -> Result<std::unique_ptr<net::Http>> {
              ++asked;
              auto http = std::make_unique<ScriptedHttp>(time_);
              http->then(exchange_);
              return std::unique_ptr<net::Http>(std::move(http));
            },
            .sleep = [this](std::chrono::milliseconds duration) { time_.pass(duration); }};
  }

 private:
  FakeTime time_;
  net::Exchange exchange_;
};

}  // namespace

TEST_CASE("download: a pinned file is asked for once, and another one is not kept") {
  const TemporaryFolder folder;
  const std::string text = "gatepost: 1\n", digest = hex(sha256(text));
  Network wrong(answer(200, {}, "another one"));
  for (int i = 0; i < 2; ++i) {
    const auto got = app::download_pinned(wrong.ports(), kUrl, digest, folder.path());
    REQUIRE(got.ok());
    CHECK(*got == "another one");
  }
  CHECK(wrong.asked == 2);
  Network right(answer(200, {}, text));
  for (int i = 0; i < 2; ++i) {
    const auto got = app::download_pinned(right.ports(), kUrl, digest, folder.path());
    REQUIRE(got.ok());
    CHECK(*got == text);
  }
  CHECK(right.asked == 1);
  const std::string copy = folder.write("pinned/" + digest, "damaged");
  REQUIRE(app::download_pinned(right.ports(), kUrl, digest, folder.path()).ok());
  CHECK(right.asked == 2);
}

TEST_CASE("settings: a file elsewhere that cannot be had is a mistake of the configuration") {
  const TemporaryFolder folder;
  config::Files files{.policy =
                          config::File{".gatepost/policy.yml", "gatepost: 1\nextends: {url: \"" + kUrl +
                                                                   "\", sha256: " + std::string(64, 'a') + "}\n"}};
  Network gone(answer(404, {}, "not here"));
  const Status added = app::add_addresses(gone.ports(), folder.path(), files);
  REQUIRE_FALSE(added.ok());
  CHECK(added.error().kind == ErrorKind::config);
  CHECK(added.error().message.starts_with(".gatepost/policy.yml:2:10: " + kUrl + " cannot be read: "));
  CHECK(files.extended.empty());
  Network large(answer(200, {}, std::string((1 << 20) + 1, ' ')));
  const Status refused = app::add_addresses(large.ports(), folder.path(), files);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("larger than") != std::string::npos);
}
