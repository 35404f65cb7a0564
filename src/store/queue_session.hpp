// What SQLite and PostgreSQL have in common, as far as the queue goes. Only .cpp files of this module include this.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/queue.hpp"

namespace gatepost::store {

using QueueRow = std::vector<std::string>;

class QueueSession {
 public:
  QueueSession() = default;
  QueueSession(const QueueSession&) = delete;
  QueueSession& operator=(const QueueSession&) = delete;
  virtual ~QueueSession() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  // Parameters are $1, $2 …, which first appear in this order.
  virtual Result<std::vector<QueueRow>> ask(const std::string& sql, std::span<const std::string> parameters) = 0;
  virtual Status transaction(const std::function<Status()>& work) = 0;
  // At the end of a SELECT: rows that another session works at are passed by.
  [[nodiscard]] virtual std::string_view skip_locked() const = 0;
};

std::unique_ptr<Queue> queue_on(std::unique_ptr<QueueSession> session);

}  // namespace gatepost::store
