// Files from the network, kept on disk between runs.
#pragma once

#include <string>

#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct Download {
  std::string body;
  std::string not_asked;  // why it is the copy on disk although it is old; "" when it is current
};

// A copy that is younger than six hours is taken as it is; an older one is asked for only if it changed. Whatever goes
// wrong then, the copy counts. `folder` is where copies are kept; "" for the one that the environment names.
Result<Download> download(const Ports& ports, const std::string& url, const std::string& folder);

// The file with this digest (64 hex digits): the copy on disk for good, once there is one. What the address gives is
// returned even if it is another one, for the caller to say so, and then not kept.
Result<std::string> download_pinned(const Ports& ports, const std::string& url, const std::string& digest,
                                    const std::string& folder);

// Where copies are kept; "" when neither `said` nor the environment names a folder.
std::string cache_folder(const Ports& ports, const std::string& said);

bool is_address(std::string_view place);  // "https://…", "http://…"

}  // namespace gatepost::app
