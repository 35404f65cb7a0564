// Findings are computed on what would be merged; a forge shows, and takes comments on, the head of the change. This
// tells which lines there are the same.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "git/tree.hpp"
#include "model/assessment.hpp"
#include "publish/plan.hpp"

namespace gatepost::app {

class HeadLines {
 public:
  // Reads a file of the head, when this clone does not have it; empty when there is none.
  using ReadHead = std::function<std::optional<std::string>(std::string_view path)>;

  // `head` is the commit of the change itself.
  HeadLines(const Assessment& assessment, const git::Repository& repository, std::string head, ReadHead read_head);

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
  std::optional<std::string> read(const git::Tree* tree, std::string_view path) const;

  const Assessment& assessment_;
  std::string head_;
  ReadHead read_head_;
  std::optional<git::Tree> judged_tree_, head_tree_;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace gatepost::app
