// A tracker: what it shows of our tickets, and how it is told something. One implementation a tracker; what is told is
// decided in publish/tickets.hpp.
//
// No tracker takes a call for a new ticket twice without making two. So one is made only after a look whether it is
// there; a call whose answer is lost is never sent again, but looked for; and once it is made there is another look,
// for a run may have made the same one at that moment.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "model/ticket.hpp"
#include "net/client.hpp"
#include "publish/tickets.hpp"

namespace gatepost::tracker {

struct Access {
  std::string url;   // Jira: the site with its context path, or …/ex/jira/ID; Linear: of the GraphQL interface
  std::string user;  // Jira: with an API token the mail address of its owner; "" for a token that stands alone
  Secret token;
};

class Tracker {
 public:
  virtual ~Tracker() = default;
  // Who we are to the tracker: for messages. Never the token.
  virtual Result<std::string> identity() = 0;
  // The board with ids in place of names, and with its words for priorities. What it does not have is left out, and
  // `notes` tells; an error when there is no such board, or when it takes no tickets from us.
  virtual Result<Board> complete(Board board, std::vector<std::string>& notes) = 0;
  // The tickets that have these ids or carry these keys, moved and merged ones as what became of them. One that nobody
  // can see any more is not among them.
  virtual Result<std::vector<ShownTicket>> shown(std::span<const publish::TicketRef> refs) = 0;
  // One result for each, in their order. A board is one that complete() gave.
  virtual std::vector<Result<ShownTicket>> create(std::span<const publish::CreateTicket* const> tickets) = 0;
  virtual Status apply(const std::string& id, const publish::TicketWhat& what) = 0;
  // Who closed it last, by a name that people know; "@login" on a forge. "" when the tracker does not say.
  virtual Result<std::string> closed_by(const std::string& id) = 0;
};

std::unique_ptr<Tracker> jira(Access access, bool data_center, net::Http& http, net::Time time, net::Limits limits);
std::unique_ptr<Tracker> linear(Access access, net::Http& http, net::Time time, net::Limits limits);

}  // namespace gatepost::tracker
