// The folder below which the bot's jobs have theirs.
#pragma once

#include <string>

#include "base/result.hpp"

namespace gatepost::app {

// Gone with the bot. Those of bots of the same user that were killed are removed when one is made.
class WorkFolder {
 public:
  static Result<WorkFolder> make();
  WorkFolder(WorkFolder&& other) noexcept;
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  WorkFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;  // a file that is locked for as long as the bot lives
};

}  // namespace gatepost::app
