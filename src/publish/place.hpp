// Where in the diff that a forge shows a finding can be told of.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "publish/plan.hpp"

namespace gatepost::publish {

// Lines that the diff shows, in one hunk; the file as a whole when `last` is 0.
struct Place {
  const ShownFile* file = nullptr;
  PatchLine first, last;
  [[nodiscard]] bool whole_file() const { return last.new_line == 0; }
};

// Looks lines up in the change request's diff; each file is sorted once, when it is first asked for.
class DiffIndex {
 public:
  explicit DiffIndex(const ChangeRequest& request) : request_(request) {}

  // The file of the change that has this path now; nullptr when the change does not have it or deletes it.
  [[nodiscard]] const ShownFile* file(std::string_view path) const;
  // The lines, when all lie in one hunk; else the first of them that is shown; empty when none is.
  std::optional<Place> place(const ShownFile& file, Lines lines);

 private:
  struct Entry {
    PatchLine line;
    std::size_t hunk = 0;
  };
  const std::vector<Entry>& entries(const ShownFile& file);

  const ChangeRequest& request_;
  std::map<const ShownFile*, std::vector<Entry>> entries_;  // of the lines of the new side, in their order
};

// Where the finding can be told of; empty when the summary alone can.
std::optional<Place> place_of_finding(const Input& input, DiffIndex& diff, std::size_t finding);

}  // namespace gatepost::publish
