#include "git/rename.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>

using namespace gatepost;
using namespace gatepost::git;

namespace {

// Deleted and added files with the texts they had. Sorted by path before use.
class Files {
 public:
  void add(const std::string& path, const std::string& text) {
    contents_.push_back({path, counter_.pieces(text)});
    ObjectId id;
    for (std::size_t i = 0; i < text.size(); ++i) {
      id.bytes[i % 20] = static_cast<std::uint8_t>(id.bytes[i % 20] * 31 + static_cast<unsigned char>(text[i]));
    }
    files_.push_back({.path = contents_.back().path,
                      .mode = 0100644,
                      .id = id,
                      .size = text.size(),
                      .pieces = &contents_.back().pieces});
  }
  const std::vector<LoneFile>& all() const { return files_; }

 private:
  struct Content {
    std::string path;
    std::vector<Piece> pieces;
  };
  PieceCounter counter_;
  std::deque<Content> contents_;
  std::vector<LoneFile> files_;
};

std::string lines(int first, int last, const std::string& word = "line ") {
  std::string text;
  for (int i = first; i <= last; ++i) text += word + std::to_string(i) + "\n";
  return text;
}

std::string padded(int number) {
  char text[16];
  std::snprintf(text, sizeof text, "%06d", number);
  return text;
}

}  // namespace

TEST_CASE("rename: similarity counts the lines in common, by git's measure") {
  PieceCounter counter;
  struct Case {
    std::string before, after;
    std::uint32_t percent;
  };
  for (const Case& it :
       {Case{"a\nb\nc\nd\n", "a\nb\nc\nd\n", 100}, Case{"a\nb\nc\nd\n", "a\nb\nc\nx\n", 75},
        Case{"a\nb\nc\nd\n", "d\nc\nb\na\n", 100}, Case{"a\na\n", "a\nb\n", 50}, Case{"a\r\nb\r\n", "a\nb\n", 66},
        Case{"a\n", "b\n", 0}, Case{"", "", 0}, Case{"", "a\n", 0},
        Case{std::string(128, 'x'), std::string(64, 'x') + lines(1, 8), 50}, Case{"a\nlast", "a\nlast", 100}}) {
    const auto before = counter.pieces(it.before), after = counter.pieces(it.after);
    const std::uint64_t common = counter.common(before, after);
    CHECK(similarity_score(common, it.before.size(), it.after.size(), 0) * 100 / kFullScore == it.percent);
  }
}

TEST_CASE("rename: sizes that differ by more than half are not compared") {
  CHECK(similarity_score(49, 49, 100, kRenameScore) == 0);
  CHECK(similarity_score(50, 50, 100, kRenameScore) == 30'000);
}

TEST_CASE("rename: identical files prefer their own name, then the first") {
  Files sources, targets;
  for (const char* path : {"a/one", "a/two", "b/three"}) sources.add(path, "same\n");
  for (const char* path : {"c/three", "c/two", "d/any", "e/left"}) targets.add(path, "same\n");
  CHECK(pair_identical(sources.all(), targets.all()) == std::vector<Rename>{{2, 0}, {1, 1}, {0, 2}});
}

TEST_CASE("rename: a hundred thousand identical files are paired quickly") {
  Files sources, targets;
  for (int i = 0; i < 100'000; ++i) {
    sources.add("old/" + padded(i), "same\n");
    targets.add("new/x" + padded(i), "same\n");
  }
  CHECK(pair_identical(sources.all(), targets.all()).size() == 100'000);
}

TEST_CASE("rename: beyond git's limit renames are still found, by what is not in every file") {
  Files sources, targets;
  const std::string licence = lines(1, 30, "licence line ");
  for (int i = 0; i < 1500; ++i) {
    const std::string word = "file " + std::to_string(i) + " line ";
    sources.add("old/" + padded(i), licence + lines(1, 20, word));
    targets.add("new/x" + padded(i), licence + lines(1, 18, word) + "other\n");
  }
  const SimilarFiles similar = pair_similar(sources.all(), targets.all(), {});
  CHECK_FALSE(similar.cut);
  CHECK(similar.pairs_scored < 50'000);  // of 2 250 000
  REQUIRE(similar.renames.size() == 1500);
  for (const Rename& it : similar.renames) CHECK(it.source == it.target);
}

TEST_CASE("rename: over a limit only files that keep their name are paired, and that is said") {
  Files sources, targets;
  sources.add("a/kept.c", lines(1, 20));
  targets.add("b/kept.c", lines(1, 19));
  for (int i = 0; i < 40; ++i) {
    sources.add("old/" + padded(i), lines(1, 20, "word " + padded(i)));
    targets.add("new/x" + padded(i), lines(1, 19, "word " + padded(i)));
  }
  struct Case {
    std::string name;
    SimilarLimits limits;
    bool cut;
  };
  for (const Case& it :
       {Case{"none", {}, false}, Case{"pairs", {.all_pairs_side = 10, .pairs = 20}, true},
        Case{"steps", {.steps = 100}, true}, Case{"steps of few", {.all_pairs_side = 10, .steps = 100}, true}}) {
    CAPTURE(it.name);
    const SimilarFiles similar = pair_similar(sources.all(), targets.all(), it.limits);
    CHECK(similar.cut == it.cut);
    CHECK(similar.renames.size() == (it.cut ? 1 : 41));
    CHECK(similar.renames.front() == Rename{0, 0, similar.renames.front().score});
  }
}

TEST_CASE("rename: among equally similar files the one with the same name wins") {
  Files sources, targets;
  sources.add("a/one.c", lines(1, 20));
  sources.add("b/util.c", lines(1, 20));
  sources.add("c/util.c", "other\n");  // so that the name is not unique
  targets.add("d/util.c", lines(1, 19) + "x\n");
  const SimilarFiles similar = pair_similar(sources.all(), targets.all(), {});
  REQUIRE(similar.renames.size() == 1);
  CHECK(similar.renames[0].source == 1);
}

TEST_CASE("rename: files that could not be read are not renamed by similarity") {
  Files sources, targets;
  sources.add("a/x", lines(1, 20));
  targets.add("b/x", lines(1, 20));
  std::vector<LoneFile> unread = sources.all();
  unread[0].pieces = nullptr;
  CHECK(pair_similar(unread, targets.all(), {}).renames.empty());
}
