#include "net/link.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.hpp"

namespace gatepost::net {
namespace {

constexpr std::size_t kMaxLinks = 32, kMaxBytes = 32768;

struct Scanner {
  std::string_view rest;

  void blanks() { rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size())); }
  bool take(char c) {
    blanks();
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::string_view until(std::string_view ends) {
    const std::string_view found = rest.substr(0, rest.find_first_of(ends));
    rest.remove_prefix(found.size());
    return text::trim(found);
  }
  std::string quoted() {  // after the opening quote
    std::string out;
    while (!rest.empty() && rest.front() != '"') {
      if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
      out += rest.front();
      rest.remove_prefix(1);
    }
    take('"');
    return out;
  }
};

void add_relations(Link& link, std::string_view value) {
  const std::string words = text::lower(text::fold_whitespace(value));
  for (const std::string_view word : text::split(words, ' ')) {
    if (!word.empty()) link.relations.emplace_back(word);
  }
}

void read_parameters(Scanner& in, Link& link) {
  bool seen = false;  // only the first rel counts
  while (in.take(';')) {
    in.blanks();
    const std::string name = text::lower(in.until("=;,"));
    std::string value;
    if (in.take('=')) {
      in.blanks();
      value = in.take('"') ? in.quoted() : std::string(in.until(";,"));
    }
    if (name == "rel" && !std::exchange(seen, true)) add_relations(link, value);
  }
}

}  // namespace

std::vector<Link> parse_links(std::string_view value) {
  std::vector<Link> links;
  Scanner in{value.substr(0, kMaxBytes)};
  while (!in.rest.empty() && links.size() < kMaxLinks) {
    if (in.take('<')) {
      Link link;
      link.target = std::string(in.until(">"));
      if (!in.take('>')) break;  // cut off
      read_parameters(in, link);
      links.push_back(std::move(link));
    }
    in.until(",");
    in.take(',');
  }
  return links;
}

Result<std::optional<Url>> next_page(const Response& response, const Url& prefix) {
  GP_TRY(const Url here, Url::parse(response.url));
  std::optional<Url> next;
  for (const std::string_view value : response.headers.all("Link")) {
    for (const Link& link : parse_links(value)) {
      if (next || std::ranges::find(link.relations, "next") == link.relations.end()) continue;
      GP_TRY(next, here.resolve(link.target));
    }
  }
  if (const auto number = text::parse_number(text::trim(response.headers.get("X-Next-Page"))); !next && number) {
    GP_TRY(next, here.with_query("page", std::to_string(*number)));
  }
  if (next && !next->lies_within(prefix)) {
    return error(ErrorKind::denied, shown_url(here.text) + " names a next page that lies elsewhere, " +
                                        shown_url(next->text) + "; expected it below " + shown_url(prefix.text));
  }
  return next;
}

}  // namespace gatepost::net
