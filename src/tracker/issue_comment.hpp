// A comment on an issue of a forge, once.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "net/client.hpp"
#include "publish/tickets.hpp"

namespace gatepost::tracker {

// The comments of an issue. Ours are those of `author`, as `author_of` reads it from a comment.
struct IssueComments {
  std::string list;  // path of all
  std::string one;   // path of one, without the id behind it
  std::string author;
  std::string (*author_of)(doc::View comment);
};

// The ids of ours that carry the marker, which anybody else could copy. The eldest first: forges count upwards.
template <class Api, class Right>
Result<std::vector<std::string>> comments_with(Api& api, const IssueComments& comments, std::string_view marker,
                                               const Right& read) {
  std::vector<std::string> ids;
  GP_CHECK(api.list(comments.list, read, [&](doc::View it) {
    const bool ours = comments.author_of(it) == comments.author;
    if (ours && it.at("body").text().find(marker) != std::string_view::npos) ids.push_back(forge::id_of(it.at("id")));
    return true;
  }));
  std::ranges::sort(ids, {}, [](const std::string& id) { return std::pair(id.size(), id); });
  return ids;
}

// Two runs that look at the same moment both see nothing, and both write. So whoever wrote looks again and deletes all
// of ours but the eldest: the last one to look sees what is left, and leaves one. What cannot be deleted stays.
template <class Api, class Right>
Status keep_eldest(Api& api, const IssueComments& comments, std::string_view marker, const Right& read,
                   const Right& write) {
  GP_TRY(const std::vector<std::string> ids, comments_with(api, comments, marker, read));
  for (std::size_t i = 1; i < ids.size(); ++i) {
    GP_TRY(const net::Call call, api.call(comments.one + ids[i], "DELETE", {}, net::Effect::idempotent));
    GP_CHECK(api.ask(call, write));
  }
  return Done{};
}

// Nothing is written when one with the marker is there: a run that did not reach the ledger any more may have said it.
// `Api` and `Right` are the forge's.
template <class Api, class Right>
Status comment_once(Api& api, IssueComments comments, const publish::TicketComment& comment, const Right& read,
                    const Right& write) {
  doc::JsonWriter json;
  json.begin_object().field("body", comment.body).end_object();
  GP_TRY(net::Call call, api.call(comments.list, "POST", json.take(), net::Effect::notifies));
  call.recover = [&]() -> Result<std::optional<net::Response>> {
    GP_TRY(const auto ids, comments_with(api, comments, comment.marker, read));
    if (ids.empty()) return std::optional<net::Response>();
    return std::optional(net::Response{.status = 201, .headers = {}, .body = "{}", .url = {}});
  };
  GP_TRY(const auto said, call.recover());
  if (said) return Done{};
  GP_TRY(const net::Response written, api.ask(call, write));
  GP_TRY(const doc::Document ours, forge::json_of(written, "comment on an issue"));
  // Who we are the answer says for certain: a person may have opened the issue. One that was lost says nothing.
  comments.author = comments.author_of(ours.root());
  // It is said; a second one that stays is no reason to try again.
  if (!comments.author.empty()) static_cast<void>(keep_eldest(api, comments, comment.marker, read, write));
  return Done{};
}

}  // namespace gatepost::tracker
