// How a result is to be published.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::publish {

// Whose Markdown and whose limits: GitHub takes all notes of a run as one review, GitLab one by one.
enum class Dialect : std::uint8_t { github, gitlab };
inline constexpr std::array<std::string_view, 2> kDialectNames = {"github", "gitlab"};
inline std::string_view to_string(Dialect dialect) { return kDialectNames[static_cast<std::size_t>(dialect)]; }

// When there is a summary comment. One that exists already is kept true in any case.
enum class Comment : std::uint8_t { always, on_findings, on_failure, never };
inline constexpr std::array<std::string_view, 4> kCommentNames = {"always", "on-findings", "on-failure", "never"};

enum class CheckRun : std::uint8_t {
  automatic,
  on,
  off
};  // automatic: for an app, or when nothing else can be written
inline constexpr std::array<std::string_view, 3> kCheckRunNames = {"auto", "on", "off"};

// What a person may set: beyond these numbers comments flood whoever reads them, and forges refuse labels.
inline constexpr std::size_t kMostInline = 50, kMostLabels = 10, kLongestLabel = 50;  // of a label: bytes

struct Settings {
  Comment comment = Comment::on_findings;
  std::size_t most_inline = 10;
  std::size_t most_annotations = 50;  // of a check run
  std::size_t most_writes = 12;       // to the forge, in one run
  CheckRun check_run = CheckRun::automatic;
  bool check_run_buttons = false;  // for an App with a service that hears them
  bool status = false;
  std::uint64_t external_check = 0;  // number of an external status check of GitLab; 0: none
  bool upload_sarif = false;
  bool reviewers = false;                 // the owners of what is to be reviewed or blocks are asked
  std::vector<std::string> labels;        // set while the gate is closed, taken away when it opens
  std::vector<std::string> suggest_from;  // engines whose fixes may be offered as suggestions: one click commits them
  std::string name = "gatepost";          // of check run and status; part of every marker: several gates can coexist
};

}  // namespace gatepost::publish
