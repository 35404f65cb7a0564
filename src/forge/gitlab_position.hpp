// Where a note stands, in GitLab's terms. It takes a line only when each of its numbers is right: an added line has
// that of the new side alone, a removed one that of the old side, any other line both, shown by the diff or not.
// https://docs.gitlab.com/api/discussions/#create-a-new-thread-in-the-merge-request-diff
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "doc/json_writer.hpp"
#include "publish/action.hpp"
#include "publish/shown.hpp"

namespace gatepost::forge {

struct GitLabPosition {
  bool on_lines = false;  // false: on the file as a whole
  std::string old_path, new_path;
  publish::PatchLine line;  // 0: not on that side
  // Of several lines, the first and the last.
  struct End {
    std::string line_code;  // GitLab's name of a line: sha1(path)_old_new
    publish::PatchLine line;
    friend bool operator==(const End&, const End&) = default;
  };
  std::optional<std::pair<End, End>> range;
};

// On the file when its lines are not known.
GitLabPosition gitlab_position(const publish::Note& note, const publish::ShownFile& file);
// The value of "position", with the commits that the diff was made of.
void write_position(doc::JsonWriter& json, const GitLabPosition& position, const publish::ChangeRequest& request);

}  // namespace gatepost::forge
