#include "context/change_signals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"

using namespace gatepost;
using namespace gatepost::context;

namespace {

std::string told(const std::vector<ChangeSignal>& signals) {
  std::string all;
  for (const ChangeSignal& it : signals) {
    all += (all.empty() ? "" : "; ") + it.signal + " +" + std::to_string(it.points) + " " + it.subject;
    if (it.line > 0) all += " :" + std::to_string(it.line);
    if (it.more > 0) all += " and " + std::to_string(it.more);
  }
  return all;
}

std::uint32_t lines_of(std::string_view text) { return static_cast<std::uint32_t>(std::ranges::count(text, '\n')); }

// A file of which every line from `first` on is new.
std::string of_added(const char* path, std::string after, std::uint32_t first = 1, std::string before = "") {
  const FileChange change{
      .kind = ChangeKind::modified,
      .old_path = path,
      .new_path = path,
      .hunks = {{.old_first = first - 1, .new_first = first, .new_count = lines_of(after) - first + 1}}};
  const ChangedFile file{.change = &change, .before = std::move(before), .after = std::move(after)};
  return told(change_signals({&file, 1}));
}

}  // namespace

TEST_CASE("change signals: workflows that run with rights, and actions that can change") {
  const char* const path = ".github/workflows/ci.yml";
  CHECK(of_added(path, "on:\n  pull_request_target:\n") == "ci-trigger +20 pull_request_target :2");
  CHECK(of_added(path, "on: [push, workflow_run]\n") == "ci-trigger +20 workflow_run :1");
  CHECK(of_added(path, "on:\n  'pull_request_target':\n") == "ci-trigger +20 pull_request_target :2");
  CHECK(of_added(path, "\"permissions\": 'write-all'\n").starts_with("ci-trigger +20"));
  CHECK(of_added(path, "permissions: write-all\n") == "ci-trigger +20 permissions: write-all :1");
  CHECK(of_added(path, "    runs-on: [self-hosted, linux]\n") == "ci-trigger +20 self-hosted :1");
  CHECK(of_added(path, "      - uses: acme/do@v1\n      - uses: acme/it@main\n") ==
        "ci-unpinned +10 acme/do@v1 :1 and 1");
  CHECK(of_added(path, "  - uses: actions/checkout@v4\n  - uses: ./own\n  - uses: a/b@" + std::string(40, 'a') +
                           " # v1\n") == "");
  CHECK(of_added("docs/ci.yml", "on:\n  pull_request_target:\n") == "");
}

TEST_CASE("change signals: only lines that the change adds count") {
  CHECK(of_added("a.py", "x = 1  # nosec\ny = 2\n", 2) == "");
  CHECK(of_added("a.py", "y = 2\nx = 1  # nosec\n", 2) == "suppression +10 nosec :2");
}

TEST_CASE("change signals: suppressions add up to their most") {
  CHECK(of_added("a.py", "a # nosec\nb # noqa: S101\nc # nosemgrep\nd # NOSONAR\ne # noqa: E501\n") ==
        "suppression +10 nosec :1; suppression +10 noqa: S1 :2; suppression +10 nosemgrep :3 and 1");
  CHECK(of_added("docs/a.md", "use # nosec\n") == "");
}

TEST_CASE("change signals: Dockerfile, infrastructure, guarded code") {
  CHECK(of_added("Dockerfile", "FROM alpine\n") == "dockerfile +10 FROM alpine :1");
  CHECK(of_added("x/Dockerfile", "RUN curl -s x | sh\n") == "dockerfile +10 curl -s x | sh :1");
  CHECK(of_added("Dockerfile", "USER nobody\nCOPY . .\n") == "");
  CHECK(of_added("main.tf", "cidr = \"0.0.0.0/0\"\nacl = \"public-read\"\nx = \"::/0\"\n") ==
        "infrastructure-exposure +25 0.0.0.0/0 :1; infrastructure-exposure +25 public-read :2 and 1");
  CHECK(of_added("k8s/s.yaml", "  type: LoadBalancer\n") == "infrastructure-exposure +25 type: LoadBalancer :1");
  CHECK(of_added("main.tf", "# 0.0.0.0/0\ncidr = \"10.0.0.0/8\"\n") == "");
  CHECK(of_added("src/auth/x.go", "a\n") == "sensitive-path +15 ");
  CHECK(of_added("src/author.go", "a\n") == "");
  CHECK(of_added("src/authorize.go", "a\n") == "sensitive-path +15 ");
  CHECK(of_added("src/cart.go", "a\n") == "");
}

TEST_CASE("change signals: dependencies that are new, older, or from elsewhere") {
  CHECK(of_added("package.json",
                 "{\"dependencies\": {\"a\": \"1\", \"b\": \"2\"}, \"devDependencies\": {\"c\": \"1\"}}\n", 1,
                 "{\"dependencies\": {\"a\": \"1\"}}") == "new-dependency +8 b :1");
  CHECK(of_added("requirements.txt", "a==1.2\nb\nc\nd\ne\n", 1, "a==1.3\n") ==
        "downgrade +10 a ==1.3 to ==1.2 :1; new-dependency +8 b :2; new-dependency +8 c :3; new-dependency +8 d :4 and "
        "1");
  CHECK(of_added("go.mod", "module x\nrequire a.b/c v1.0.0\n", 1, "module x\n") == "new-dependency +8 a.b/c :2");
  CHECK(of_added("Cargo.toml", "[dependencies]\nlog = \"0.4\"\n", 1, "[dependencies]\n") == "new-dependency +8 log :2");
  const auto lock = [](const char* host, const char* version) {
    return std::string("{\"packages\": {\"node_modules/a\": {\"version\": \"") + version +
           "\", \"resolved\": \"https://" + host + "/a.tgz\"}}}\n";
  };
  CHECK(of_added("package-lock.json", lock("r.example", "1.0.0"), 1, lock("q.example", "1.0.0")) ==
        "registry +20 a from r.example :1");
  CHECK(of_added("package-lock.json", lock("q.example", "1.0.0"), 1, lock("q.example", "1.1.0")) ==
        "downgrade +10 a 1.1.0 to 1.0.0 :1");
  CHECK(of_added("package-lock.json", lock("q.example", "1.2.0"), 1, lock("q.example", "1.1.0")) == "");
}

TEST_CASE("change signals: kinds of files, size, author") {
  const FileChange executable{
      .kind = ChangeKind::modified, .old_path = "run", .new_path = "run", .old_mode = 0100644, .new_mode = 0100755};
  const FileChange binary{.kind = ChangeKind::added, .new_path = "x.bin", .new_mode = 0100644, .binary = true};
  const FileChange test{.kind = ChangeKind::deleted,
                        .old_path = "a_test.go",
                        .old_mode = 0100644,
                        .hunks = {{.old_first = 1, .old_count = 1200}}};
  const std::vector<ChangedFile> files = {{.change = &executable}, {.change = &binary}, {.change = &test}};
  CHECK(told(change_signals(files, {.new_author = true})) ==
        "binary +10 ; executable +10 ; first-time-author +10 ; many-lines +5 1200; tests-deleted +5 ");
  const FileChange plain{.kind = ChangeKind::modified, .old_path = "a", .new_path = "a"};
  CHECK(told(change_signals(std::vector<ChangedFile>(51, {.change = &plain}))) == "many-files +5 51");
}

TEST_CASE("change signals: of two accounts of one change the stronger counts, signal by signal") {
  const auto signal = [](const char* name, const char* subject) { return *signal_of(name, subject, "p", 1); };
  const auto counted = [](std::vector<ChangeSignal> all) { return counted_signals(std::move(all)); };
  CHECK(told(stronger_signals(counted({signal("suppression", "a"), signal("suppression", "b")}),
                              counted({signal("suppression", "c"), signal("dockerfile", "d")}))) ==
        "dockerfile +10 d :1; suppression +10 a :1; suppression +10 b :1");
  CHECK(told(stronger_signals({}, counted({signal("registry", "x")}))) == "registry +20 x :1");
  CHECK_FALSE(signal_of("invented", "", "", 0).has_value());
}
