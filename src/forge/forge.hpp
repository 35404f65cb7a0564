// A forge: what it shows of a change request, and how it is told something. One implementation a forge; the shared
// contract test runs on each.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "net/client.hpp"
#include "publish/action.hpp"
#include "publish/shown.hpp"

namespace gatepost::forge {

// How a token was come by: that decides what it can do at all.
enum class TokenKind : std::uint8_t {
  none,
  user,            // a personal or project access token
  github_actions,  // GITHUB_TOKEN
  github_app,      // of an installation
  gitlab_job,      // CI_JOB_TOKEN: it may read, and nothing else
};

struct Access {
  std::string api;         // "https://api.github.com", "https://gitlab.example/prefix/api/v4"
  std::string graphql;     // GitHub alone: "https://api.github.com/graphql"
  std::string repository;  // "acme/shop"; GitLab: path or number of the target project
  TokenKind kind = TokenKind::none;
  Secret token;
  // Of a GitHub App, in place of `token`.
  std::string app_id;
  Secret app_key;  // PEM
};

// What the run knows of the change request it belongs to.
struct Wanted {
  // False for a push and for a merge queue: nothing is shown then but what hangs on the commit.
  bool change_request = true;
  std::uint64_t number = 0;  // 0: not known; then looked up by `head`, and exactly one open one must have it
  std::string head;          // the commit that was judged, of the change itself, not of a merge
  std::string head_repository, head_branch;  // for the look-up: "stranger/shop", "fix"; may be ""
  std::string name;                          // publish::Settings::name: part of the markers
  std::string ref;                           // for SARIF: "refs/pull/7/merge"
  std::uint64_t external_check = 0;          // publish::Settings::external_check: of GitLab; 0: none
};

struct Applied {
  std::string url;                 // where it can be seen; "" when the forge did not say
  std::vector<std::string> notes;  // what was done otherwise than asked, in sentences
};

// Where somebody said something about a change request.
struct CommentPlace {
  std::uint64_t request = 0;  // number of the change request
  std::uint64_t id = 0;       // of the comment
  bool on_lines = false;      // GitHub: on lines of the change
  std::string thread;         // GitLab: the discussion; "" when nobody told
};

struct SaidComment {
  CommentPlace place;
  std::string body;
  std::string author;  // login
  std::uint64_t author_id = 0;
  bool by_bot = false;
  bool edited = false;               // changed after it was written
  std::optional<Timestamp> written;  // empty: the forge does not say when
};

// What a run of the gate leaves for the commit that a change request is at.
struct WantedResult {
  std::uint64_t request = 0;  // number of the change request
  std::string head;           // its newest commit
  std::string artifact;       // GitHub: an artifact of a run; GitLab: a job
  std::string file;           // in that: "gatepost-out/result.json"
};
// A stranger's file: every job of the run can have written it.
struct StoredFile {
  std::string bytes;
  std::string name;            // for messages: "result.json in artifact 12 of run 34"
  std::uint64_t pipeline = 0;  // GitLab: the one that judged this commit in the project itself; 0: it was another
};
inline constexpr std::uint64_t kLargestStored = std::uint64_t{64} << 20;  // bytes that are fetched

class Forge {
 public:
  virtual ~Forge() = default;
  // Who we are to the forge, and what the token may do: for messages and `doctor`. Never the token.
  virtual Result<std::string> identity() = 0;
  virtual Result<publish::Shown> shown(const Wanted& wanted) = 0;
  // The head of the change request now. Asked before each group of writes.
  virtual Result<std::string> current_head(std::uint64_t number) = 0;
  // A file of the repository at a commit; empty when it has none.
  virtual Result<std::optional<std::string>> file_at(std::string_view path, const std::string& commit) = 0;
  virtual Result<Applied> apply(const publish::Action& action, const publish::Shown& shown) = 0;

  // A comment as it is now; empty when it is gone.
  virtual Result<std::optional<SaidComment>> comment(const CommentPlace& place) = 0;
  // What people said whose words begin with `beginning`, the oldest first.
  virtual Result<std::vector<SaidComment>> comments(std::uint64_t request, std::string_view beginning) = 0;
  // What a person may do with the repository: none, read, triage, write, maintain or admin.
  virtual Result<std::string> level_of(const SaidComment& said) = 0;
  // Whether the author is in the team "organisation/slug"; empty when the token may not ask.
  virtual Result<std::optional<bool>> is_member(const SaidComment& said, const std::string& team) = 0;
  // Shows at the comment that it was seen. Doing it twice shows it once.
  virtual Status acknowledge(const CommentPlace& place) = 0;
  // The number by which somebody of this login is known; 0 where the login is enough. ErrorKind::usage: there is
  // nobody.
  virtual Result<std::uint64_t> account(const std::string& login) = 0;
  // Numbers of the open change requests that somebody may have said something about, the smallest first.
  virtual Result<std::vector<std::uint64_t>> open_requests() = 0;
  // The newest result for that commit; empty when no run has left one, or it is no longer kept.
  virtual Result<std::optional<StoredFile>> stored_result(const WantedResult& wanted) = 0;
  // Says something to a comment, once: `body` begins with `marker`, by which an earlier answer of ours is found.
  virtual Result<Applied> answer(const CommentPlace& place, const std::string& marker, const std::string& body) = 0;
};

std::unique_ptr<Forge> github(Access access, net::Http& http, net::Time time, net::Limits limits);
std::unique_ptr<Forge> gitlab(Access access, net::Http& http, net::Time time, net::Limits limits);

}  // namespace gatepost::forge
