// What can be done to a change request. Every action has a key that is the same in every run that plans it: whoever
// finds the key at the forge knows that it has been done.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "publish/patch.hpp"

namespace gatepost::publish {

enum class Channel : std::uint8_t { comment, review, check_run, status, labels, reviewers, sarif };
inline constexpr std::array<std::string_view, 7> kChannelNames = {"comment", "review",    "check run", "status",
                                                                  "labels",  "reviewers", "sarif"};
inline std::string_view to_string(Channel channel) { return kChannelNames[static_cast<std::size_t>(channel)]; }

struct CreateComment {
  std::string marker;  // by which it is found again when the answer is lost
  std::string body;    // begins with the marker
  friend bool operator==(const CreateComment&, const CreateComment&) = default;
};
struct UpdateComment {
  std::string id;
  std::string body;
  friend bool operator==(const UpdateComment&, const UpdateComment&) = default;
};
// A second summary of ours, left by a race.
struct DeleteComment {
  std::string id;
  friend bool operator==(const DeleteComment&, const DeleteComment&) = default;
};

// A note on lines of the new side; on the file as a whole when `last` is 0.
struct Note {
  std::string marker;
  std::string body;
  std::string old_path, new_path;
  PatchLine first, last;  // as the diff shows them; equal for one line
  friend bool operator==(const Note&, const Note&) = default;
};
// One review of GitHub, one notification; GitLab gets a discussion for each note.
struct PostNotes {
  std::vector<Note> notes;
  friend bool operator==(const PostNotes&, const PostNotes&) = default;
};
struct UpdateNote {
  std::string thread, comment;
  std::string body;
  friend bool operator==(const UpdateNote&, const UpdateNote&) = default;
};
// Of a note that nobody answered.
struct DeleteNote {
  std::string thread, comment;
  friend bool operator==(const DeleteNote&, const DeleteNote&) = default;
};
struct ResolveThread {
  std::string thread;
  bool resolved = true;  // false: open it again
  friend bool operator==(const ResolveThread&, const ResolveThread&) = default;
};

struct Annotation {
  std::string path;
  std::uint32_t first_line = 1, last_line = 1;
  std::uint32_t first_column = 0, last_column = 0;  // 0: none; only on one line
  std::string level;                                // notice, warning, failure
  std::string title, message;
  friend bool operator==(const Annotation&, const Annotation&) = default;
};
// A button of a check run. Pressed, the App that wrote the run hears its identifier.
struct CheckButton {
  std::string label, description, identifier;  // at most 20, 40 and 20 characters
  friend bool operator==(const CheckButton&, const CheckButton&) = default;
};
struct WriteCheckRun {
  std::string id;  // "" for a new one
  std::string name, head, external_id, details_url;
  std::string conclusion;  // success, failure, neutral, action_required
  std::string title, summary;
  std::vector<Annotation> annotations;
  std::vector<CheckButton> buttons;  // at most three
  friend bool operator==(const WriteCheckRun&, const WriteCheckRun&) = default;
};

struct SetStatus {
  std::string head, context, description, target_url;
  std::string state;           // success, failure, error, pending: the words of GitHub
  std::uint64_t pipeline = 0;  // GitLab: of which pipeline; 0: not said
  friend bool operator==(const SetStatus&, const SetStatus&) = default;
};
// An external status check of GitLab.
struct AnswerExternalCheck {
  std::uint64_t id = 0;
  std::string head;
  bool passed = false;
  friend bool operator==(const AnswerExternalCheck&, const AnswerExternalCheck&) = default;
};

struct ChangeLabels {
  std::vector<std::string> add, remove;
  friend bool operator==(const ChangeLabels&, const ChangeLabels&) = default;
};
struct RequestReviews {
  std::vector<std::string> people, teams;  // logins; slugs of teams of the repository's organisation
  friend bool operator==(const RequestReviews&, const RequestReviews&) = default;
};
struct UploadSarif {
  std::string commit, ref, document;
  friend bool operator==(const UploadSarif&, const UploadSarif&) = default;
};

using What = std::variant<CreateComment, UpdateComment, DeleteComment, PostNotes, UpdateNote, DeleteNote, ResolveThread,
                          WriteCheckRun, SetStatus, AnswerExternalCheck, ChangeLabels, RequestReviews, UploadSarif>;

struct Action {
  std::string key;  // "summary", "note GP-…", "check gatepost": the same for the same purpose
  Channel channel = Channel::comment;
  What what;
  friend bool operator==(const Action&, const Action&) = default;
};

}  // namespace gatepost::publish
