#include "base/file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "support/temporary_folder.hpp"

using namespace gatepost;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::string found(const std::string& root, std::string_view pattern) {
  const auto glob = Glob::compile(pattern);
  REQUIRE(glob.ok());
  const auto files = find_files(root, *glob);
  REQUIRE(files.ok());
  return text::join(files->files, " ");
}

std::size_t entries(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

unsigned mode_of(const std::string& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

}  // namespace

TEST_CASE("file: an error names the file") {
  const TemporaryFolder folder;
  CHECK(read_file(folder.path("no"), 10).error().message ==
        folder.path("no") + ": cannot be opened: No such file or directory");
  CHECK(read_file(folder.write("a", "12345"), 4).error().message ==
        folder.path("a") + ": larger than the limit of 4 bytes for one document");
  CHECK(*read_file(folder.path("a"), 5) == "12345");
}

TEST_CASE("file: writing replaces the whole file and leaves nothing beside it") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder.path("a"), "first, and longer").ok());
  REQUIRE(write_file(folder.path("a"), "second").ok());
  CHECK(folder.read("a") == "second");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("file: a failed write leaves the old file and nothing beside it") {
  const TemporaryFolder folder;
  const auto status = write_file(folder.path("missing/a"), "x");
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().message == folder.path("missing/a") + ": cannot be written: No such file or directory");
  fs::create_directory(folder.path("dir"));
  CHECK_FALSE(write_file(folder.path("dir"), "x").ok());
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("file: a reader of the old file keeps it whole") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a", "old content");
  const auto open = Bytes::open(path);
  REQUIRE(write_file(path, "new").ok());
  CHECK(open->all(100).value() == "old content");
  CHECK(folder.read("a") == "new");
}

TEST_CASE("file: a new file is readable as usual, an old one keeps its permissions") {
  const TemporaryFolder folder;
  const mode_t mask = ::umask(022);
  REQUIRE(write_file(folder.path("new"), "x").ok());
  ::umask(mask);
  CHECK(mode_of(folder.path("new")) == 0644);
  folder.write("private", "x");
  REQUIRE(::chmod(folder.path("private").c_str(), 0600) == 0);
  REQUIRE(write_file(folder.path("private"), "y").ok());
  CHECK(mode_of(folder.path("private")) == 0600);
}

TEST_CASE("file: a symbolic link stays one, its target is written") {
  const TemporaryFolder folder;
  folder.write("real/target", "old");
  fs::create_symlink("real/target", folder.path("link"));
  REQUIRE(write_file(folder.path("link"), "new").ok());
  CHECK(fs::is_symlink(folder.path("link")));
  CHECK(folder.read("real/target") == "new");
}

TEST_CASE("file: a device is written to directly") {
  CHECK(write_file("/dev/null", "x").ok());
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("file: files are found by pattern and sorted") {
  const TemporaryFolder folder;
  for (const char* name : {"b.json", "a.json", "a.txt", "reports/x.sarif", "reports/deep/er/y.sarif", "ä.json"}) {
    folder.write(name, "");
  }
  const std::string root = folder.path();
  CHECK(found(root, "*.json") == "a.json b.json ä.json");
  CHECK(found(root, "reports/**/*.sarif") == "reports/deep/er/y.sarif reports/x.sarif");
  CHECK(found(root, "./reports/*.sarif") == "reports/x.sarif");
  CHECK(found(root, "{a.txt,reports/x.*}") == "a.txt reports/x.sarif");
  CHECK(found(root, "a.json") == "a.json");
  CHECK(found(root, "reports") == "");  // a folder is no file
  CHECK(found(root, "none/**") == "");
  CHECK(found(root + "/", "a.*") == "a.json a.txt");
}

TEST_CASE("file: a relative root gives the same paths") {
  const TemporaryFolder folder;
  folder.write("in/a.json", "");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  CHECK(found(".", "in/*.json") == "in/a.json");
  CHECK(found("in", "*") == "a.json");
  fs::current_path(before);
}

TEST_CASE("file: .git is not entered") {
  const TemporaryFolder folder;
  folder.write(".git/config.json", "");
  folder.write("sub/.git/x.json", "");
  folder.write(".github/y.json", "");
  CHECK(found(folder.path(), "**/*.json") == ".github/y.json");
  CHECK(found(folder.path(), ".git/*") == "");
}

TEST_CASE("file: symbolic links lead neither in circles nor out of the root") {
  const TemporaryFolder outside, folder;
  outside.write("secret.json", "");
  folder.write("real/a.json", "");
  fs::create_directory_symlink(".", folder.path("loop"));
  fs::create_directory_symlink(outside.path(), folder.path("out"));
  fs::create_symlink(outside.path("secret.json"), folder.path("stolen.json"));
  fs::create_symlink("real/a.json", folder.path("inside.json"));
  fs::create_symlink("nowhere.json", folder.path("dangling.json"));
  CHECK(found(folder.path(), "**/*.json") == "inside.json real/a.json");
  CHECK(find_files(folder.path(), *Glob::compile("**/*.json"))->refused ==
        std::vector<std::string>{"dangling.json", "stolen.json"});
  CHECK(found(folder.path(), "out/*.json") == "");
  CHECK(found(folder.path(), "loop/loop/real/*.json") == "");
}

TEST_CASE("file: a root that is not there is an error, not an empty list") {
  const TemporaryFolder folder;
  const auto files = find_files(folder.path("no"), Glob::compile("*").value());
  REQUIRE_FALSE(files.ok());
  CHECK(files.error().message == folder.path("no") + ": No such file or directory");
}
