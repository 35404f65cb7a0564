// Findings are computed on what would be merged; a forge shows, and takes comments on, the head of the change. This
// tells which lines there are the same.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "forge/forge.hpp"
#include "git/repository.hpp"
#include "model/assessment.hpp"
#include "publish/plan.hpp"

namespace gatepost::app {

class HeadLines {
 public:
  // Reads a file of one commit; empty when it has none, or when it cannot be read.
  using Read = std::function<std::optional<std::string>(std::string_view path)>;

  // `same`: the head of the change itself was judged.
  HeadLines(const Assessment& assessment, bool same, Read judged, Read head)
      : assessment_(assessment), same_(same), judged_(std::move(judged)), head_(std::move(head)) {}

  // The lines of a finding at the head; empty when it has none, or not the same.
  std::optional<publish::Lines> of(std::size_t finding);
  // The text of lines of a file at the head.
  std::optional<std::string> text(std::string_view path, publish::Lines lines);

 private:
  struct File {
    std::optional<std::string> head;  // its text there
    FileChange change;                // from what was judged to the head
    bool comparable = false;
  };
  File& file(std::string_view path);

  const Assessment& assessment_;
  bool same_;
  Read judged_, head_;
  std::map<std::string, File, std::less<>> files_;
};

// From this clone, when it has the commit.
std::optional<HeadLines::Read> read_from(const git::Repository& repository, const std::string& commit);
// By asking the forge.
HeadLines::Read read_from(forge::Forge& forge, const std::string& commit);

}  // namespace gatepost::app
