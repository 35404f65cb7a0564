// A comment on an issue of a forge, once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "doc/json_writer.hpp"
#include "net/client.hpp"
#include "publish/tickets.hpp"

namespace gatepost::tracker {

// Whose comments are ours: those of `author`, as `author_of` reads it from a comment.
struct IssueAuthor {
  std::string name;
  std::string (*author_of)(doc::View comment);
};

// `path` is the list of the issue's comments. Nothing is written when one with the marker is there: a run that did not
// reach the ledger any more may have said it, and anybody else could copy the marker. `Api` and `Right` are the
// forge's.
template <class Api, class Right>
Status comment_once(Api& api, const std::string& path, const publish::TicketComment& comment, const IssueAuthor& author,
                    const Right& read, const Right& write) {
  doc::JsonWriter json;
  json.begin_object().field("body", comment.body).end_object();
  GP_TRY(net::Call call, api.call(path, "POST", json.take(), net::Effect::notifies));
  call.recover = [&]() -> Result<std::optional<net::Response>> {
    bool there = false;
    GP_CHECK(api.list(path, read, [&](doc::View it) {
      there =
          author.author_of(it) == author.name && it.at("body").text().find(comment.marker) != std::string_view::npos;
      return !there;
    }));
    if (!there) return std::optional<net::Response>();
    return std::optional(net::Response{.status = 201, .headers = {}, .body = "{}", .url = {}});
  };
  GP_TRY(const auto said, call.recover());
  if (said) return Done{};
  GP_CHECK(api.ask(call, write));
  return Done{};
}

}  // namespace gatepost::tracker
