// Who wrote lines and files: one walk through the history for all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "git/object_id.hpp"
#include "git/repository.hpp"

namespace gatepost::git {

struct WantedLines {
  std::string path;
  std::vector<std::uint32_t> lines;  // sorted, from 1; empty: only who wrote the file
};

struct AuthorshipOptions {
  std::size_t most_commits = 20'000;                    // looked at
  std::uint64_t most_bytes = std::uint64_t{256} << 20;  // of contents compared
  std::uint64_t largest_file = std::uint64_t{2} << 20;  // a larger one has no authors
  std::uint32_t half_life_days = 180;                   // after which a commit to a file counts half
};

struct Author {
  std::string name, mail;  // by .mailmap
  friend auto operator<=>(const Author&, const Author&) = default;
};

struct LineAuthor {
  std::uint32_t line = 0;
  Author author;
  ObjectId commit;
  std::int64_t at = 0;  // when it was committed
};

struct FileAuthor {
  Author author;
  std::uint64_t weight = 0;  // 1 << 20 for a commit of the day
  std::size_t commits = 0;
};

struct Authorship {
  std::string path;
  // Of the wanted lines those whose author is known, who is never a bot; a line that only bots and commits of
  // .git-blame-ignore-revs wrote has none.
  std::vector<LineAuthor> lines;
  // Lines whose history was not seen to its end, because it was not fetched or is too long: nothing is known of them.
  std::vector<std::uint32_t> unknown;
  std::vector<FileAuthor> authors;  // without bots; the heaviest first, then by address
  bool authors_known = true;        // false: there may be others, who weigh more
};

struct AuthorshipAnswer {
  std::vector<Authorship> files;  // as they were asked for
  bool not_fetched = false;       // something is not known because it is not in this clone
  bool cut = false;               // …because of a limit
  std::size_t commits = 0;        // looked at
};

// As `git blame` would at `head`, without following renames. .mailmap and .git-blame-ignore-revs are those of `rules`.
// Lines that an ignored commit or a bot changed are those that stood there before it. Times are those that the commits
// state; nothing depends on today.
Result<AuthorshipAnswer> authorship(const Repository& repository, const ObjectId& head, const ObjectId& rules,
                                    const std::vector<WantedLines>& wanted, const AuthorshipOptions& options = {});

// "dependabot[bot]", "renovate-bot" and the like.
bool is_bot(std::string_view name, std::string_view mail);

}  // namespace gatepost::git
