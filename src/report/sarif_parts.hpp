// Pieces of SARIF that its writers share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doc/json_writer.hpp"
#include "model/observation_table.hpp"
#include "model/severity.hpp"
#include "report/reported_path.hpp"

namespace gatepost::report::sarif {

inline constexpr std::size_t kMessageBytes = 4'000;

// "error", "warning" or "note".
std::string_view level_of(SeverityLabel label);

// The log up to its first run.
void begin_log(doc::JsonWriter& json);
// Members "name" and "version" of gatepost as a driver.
void write_name_and_version(doc::JsonWriter& json, const std::string& version);
// "originalUriBaseIds" of a run: the root of the repository, and all that artifacts may refer to.
void write_root(doc::JsonWriter& json);
void write_roots(doc::JsonWriter& json);
void write_message(doc::JsonWriter& json, std::string_view key, std::string_view text);
void write_notification(doc::JsonWriter& json, std::string_view id, std::string_view text);

// Results are the bulk of a log. They are put together by hand from finished JSON: a JsonWriter, which keeps track of
// what is open, takes more than twice as long.

void append_number(std::string& out, std::uint64_t number);
// {"text":"…"}
void append_message(std::string& out, std::string_view text);
// {"uri":"…","uriBaseId":"%SRCROOT%"}. GitHub refuses absolute addresses: a path that is absolute starts from the base
// of the file system.
std::string artifact(std::string_view path);
std::string artifact(std::string_view path, std::string_view base);
// How a report is called where it stands for the place of what it says: never empty, and no path of this machine.
std::string report_name(std::string_view path);
// Artifacts of paths in reports. Tools name the same files again and again: of those that share a place in here the
// latest is kept.
class Artifacts {
 public:
  explicit Artifacts(ReportedPaths paths) : paths_(std::move(paths)), known_(kMost) {}
  // "" when the path must not be shown. Valid until the next call.
  std::string_view of(const ObservationTable& table, TextId path);
  std::string of(std::string_view path);
  bool shows(std::string_view path) { return !paths_.shown(path).empty(); }

 private:
  static constexpr std::size_t kMost = 1024;
  struct Known {
    const ObservationTable* table = nullptr;
    TextId path = TextId::none;
    std::string artifact;
  };
  ReportedPaths paths_;
  std::vector<Known> known_;  // by path
};

// A location object. `artifact` is empty for a place in no file; `symbol` and `message` may be "", `id` 0.
void append_location(std::string& out, std::string_view artifact, const Range& range, std::string_view symbol,
                     std::string_view message, std::uint64_t id = 0);

// Members of a result, each with a comma before it; nothing when there is nothing to say.
void append_flow(std::string& out, const ObservationTable& table, const ObservationRow& row, Artifacts& artifacts);
// All places of the observation but the primary one.
void append_related(std::string& out, const ObservationTable& table, const ObservationDetail* detail,
                    Artifacts& artifacts);
void append_fixes(std::string& out, const ObservationDetail* detail, Artifacts& artifacts);

// A suppression object.
void append_suppression(std::string& out, std::string_view kind, std::string_view why);
void append_tool_suppression(std::string& out, const ObservationDetail* detail);

}  // namespace gatepost::report::sarif
