// Reads the feeds of .gatepost.yml from files, or from URLs with a cache. What cannot be read stays unknown, and a note
// says so: no feed ever fails a run.
#pragma once

#include <string>
#include <vector>

#include "app/ports.hpp"
#include "base/note.hpp"
#include "config/settings.hpp"
#include "context/feeds.hpp"
#include "model/change.hpp"
#include "model/observation_table.hpp"

namespace gatepost::app {

struct FeedRequest {
  std::string root;                   // of the work tree: where relative paths begin; "" for none
  std::string cache_folder;           // --cache-dir; "" for GATEPOST_CACHE_DIR, else the user's
  std::vector<std::string> cves;      // those that anybody will ask for, sorted
  const ChangeSet* change = nullptr;  // what it brings is not believed
};

context::Feeds read_feeds(const Ports& ports, const config::Feeds& places, const FeedRequest& request,
                          std::vector<Note>& notes);

}  // namespace gatepost::app
