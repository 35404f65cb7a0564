// Entry of every test binary. The last line is read by tools/run_tests.py.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "support/skip.hpp"

namespace {

std::string running;            // name of the test case that runs now
std::set<std::string> skipped;  // test cases that called skip()
unsigned passed_cases = 0, failed_cases = 0;

struct Summary : doctest::IReporter {
  explicit Summary(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& stats) override {
    failed_cases = stats.numTestCasesFailed;
    passed_cases = stats.numTestCasesPassingFilters - failed_cases - static_cast<unsigned>(skipped.size());
  }
  void test_case_start(const doctest::TestCaseData& test) override { running = test.m_name; }
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

}  // namespace

REGISTER_LISTENER("summary", 1, Summary);

namespace gatepost::test {

void skip(const std::string& why) {
  if (skipped.insert(running).second) std::printf("skipped: %s: %s\n", running.c_str(), why.c_str());
}

std::optional<std::string> shared_folder() {
  const char* const given = std::getenv("GATEPOST_SHARED");
  const std::string folder = given != nullptr ? given : GATEPOST_SOURCE_DIR "/../shared";
  if (std::filesystem::is_directory(folder)) return folder;
  skip("no folder of shared test data (GATEPOST_SHARED)");
  return std::nullopt;
}

}  // namespace gatepost::test

#ifdef __SANITIZE_ADDRESS__
// libgit2 1.5 loses a little with every entry of a configuration it looks at, in repositories with format extensions.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2\n"; }
#endif

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  context.setOption("no-version", true);
  const int status = context.run();
  std::printf("%u passed, %u failed, %u skipped\n", passed_cases, failed_cases, static_cast<unsigned>(skipped.size()));
  return status;
}
