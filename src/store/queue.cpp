#include "store/queue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "store/queue_session.hpp"

namespace gatepost::store {
namespace {

constexpr std::size_t kRowsAtOnce = 500;  // of one statement: parameters are limited

std::string ms(Timestamp time) { return std::to_string(time.unix_ms); }
std::int64_t number(const std::string& text) { return static_cast<std::int64_t>(text::parse_number(text).value_or(0)); }

// "($1,$2),($3,$4)"
std::string places(std::size_t rows, std::size_t columns) {
  std::string out;
  for (std::size_t i = 0; i < rows * columns; ++i) {
    const std::string_view before = i % columns != 0 ? "," : i == 0 ? "(" : "),(";
    out += fmt::format("{}${}", before, i + 1);
  }
  return out + ")";
}

// The columns of a job that is returned, in the order in which taken() reads them.
constexpr const char* kTaken = " RETURNING id, lease, coalesce_key, lane, kind, about, payload, attempts, since";

TakenJob taken(const QueueRow& row) {
  return {.id = row[0],
          .lease = row[1],
          .job = {.key = row[2], .lane = row[3], .kind = row[4], .about = row[5], .payload = row[6]},
          .attempt = static_cast<int>(number(row[7])),
          .since = {number(row[8])}};
}

class SqlQueue final : public Queue {
 public:
  explicit SqlQueue(std::unique_ptr<QueueSession> session) : session_(std::move(session)) {}

  [[nodiscard]] std::string name() const override { return session_->name(); }

  Result<std::vector<bool>> accept(std::span<const Arrival> arrivals, Timestamp now) override {
    std::vector<bool> fresh;
    const Status kept = session_->transaction([&]() -> Status {
      GP_TRY(fresh, keep_deliveries(arrivals, now));
      std::map<std::string_view, const QueuedJob*> jobs;  // in one order for everybody, so that nobody waits in a ring
      for (std::size_t i = 0; i < arrivals.size(); ++i) {
        if (!fresh[i]) continue;
        for (const QueuedJob& job : arrivals[i].jobs) jobs[job.key] = &job;
      }
      return put(jobs, now);
    });
    if (!kept) return kept.error();
    return fresh;
  }

  Result<std::optional<TakenJob>> take(const std::string& lease, Timestamp until, Timestamp now) override {
    auto rows = ask(fmt::format("UPDATE jobs SET state = 'running', attempts = attempts + 1, lease = $1, "
                                "lease_until = $2 WHERE id = (SELECT id FROM jobs w WHERE state = 'waiting' AND "
                                "due <= $3 AND NOT EXISTS (SELECT 1 FROM jobs r WHERE r.lane = w.lane AND "
                                "r.state = 'running') ORDER BY due, id LIMIT 1{}){}",
                                session_->skip_locked(), kTaken),
                    {lease, ms(until), ms(now)});
    // Two of one lane at the same moment: the other one was faster.
    if (!rows && rows.error().kind == ErrorKind::conflict) return std::optional<TakenJob>();
    if (!rows) return std::move(rows).error();
    return rows->empty() ? std::optional<TakenJob>() : std::optional(taken(rows->front()));
  }

  Result<bool> renew(const TakenJob& job, Timestamp until) override {
    return any("UPDATE jobs SET lease_until = $1 WHERE id = $2 AND lease = $3 AND state = 'running' RETURNING id",
               {ms(until), job.id, job.lease});
  }

  Result<bool> finish(const TakenJob& job) override {
    return any("DELETE FROM jobs WHERE id = $1 AND lease = $2 AND state = 'running' RETURNING id", {job.id, job.lease});
  }

  Result<bool> postpone(const TakenJob& job, Timestamp due, std::string_view reason, bool counts) override {
    bool ours = false;
    const Status moved = session_->transaction([&]() -> Status {
      GP_TRY(ours, any("DELETE FROM jobs AS j WHERE id = $1 AND lease = $2 AND state = 'running' AND EXISTS (SELECT 1 "
                       "FROM jobs w WHERE w.coalesce_key = j.coalesce_key AND w.state = 'waiting') RETURNING id",
                       {job.id, job.lease}));
      if (ours) return Done{};
      GP_TRY(ours, any("UPDATE jobs SET state = 'waiting', due = $1, reason = $2, attempts = attempts - $3, lease = '' "
                       "WHERE id = $4 AND lease = $5 AND state = 'running' RETURNING id",
                       {ms(due), plain(reason), counts ? "0" : "1", job.id, job.lease}));
      return Done{};
    });
    if (!moved) return moved.error();
    return ours;
  }

  Result<bool> bury(const TakenJob& job, std::string_view reason, Timestamp now) override {
    return any(
        "UPDATE jobs SET state = 'dead', due = $1, reason = $2, lease = '' WHERE id = $3 AND lease = $4 AND "
        "state = 'running' RETURNING id",
        {ms(now), plain(reason), job.id, job.lease});
  }

  Result<std::uint64_t> sweep(int most_attempts, Timestamp now) override {
    std::uint64_t lapsed = 0;
    const auto each = [&](const std::string& sql, const std::vector<std::string>& parameters) -> Status {
      GP_TRY(const auto rows, ask(sql, parameters));
      lapsed += rows.size();
      return Done{};
    };
    const Status swept = session_->transaction([&]() -> Status {
      GP_CHECK(
          each("DELETE FROM jobs AS j WHERE state = 'running' AND lease_until < $1 AND EXISTS (SELECT 1 FROM jobs "
               "w WHERE w.coalesce_key = j.coalesce_key AND w.state = 'waiting') RETURNING id",
               {ms(now)}));
      GP_CHECK(
          each("UPDATE jobs SET state = 'dead', due = $1, lease = '', reason = $2 WHERE state = 'running' AND "
               "lease_until < $3 AND attempts >= $4 RETURNING id",
               {ms(now), "whoever ran it was ended each time", ms(now), std::to_string(most_attempts)}));
      return each(
          "UPDATE jobs SET state = 'waiting', due = $1, lease = '', reason = $2 WHERE state = 'running' AND "
          "lease_until < $3 RETURNING id",
          {ms(now), "whoever ran it was ended", ms(now)});
    });
    if (!swept) return swept.error();
    return lapsed;
  }

  Status forget_deliveries(Timestamp before) override {
    GP_TRY(const auto rows, ask("DELETE FROM deliveries WHERE received < $1", {ms(before)}));
    return Done{};
  }

  Result<QueueCounts> counts() override {
    GP_TRY(
        const auto rows,
        ask("SELECT state, count(*), min(CASE WHEN reason = '' THEN since ELSE due END) FROM jobs GROUP BY state", {}));
    QueueCounts counts;
    for (const QueueRow& row : rows) {
      const auto count = static_cast<std::uint64_t>(number(row[1]));
      if (row[0] == "waiting") counts.oldest = Timestamp{number(row[2])};
      (row[0] == "waiting" ? counts.waiting : row[0] == "running" ? counts.running : counts.dead) = count;
    }
    return counts;
  }

  Result<std::vector<DeadJob>> dead() override {
    GP_TRY(const auto rows, ask("SELECT id, kind, about, attempts, due, reason FROM jobs WHERE state = 'dead' "
                                "ORDER BY due DESC, id DESC LIMIT 1000",
                                {}));
    std::vector<DeadJob> all;
    for (const QueueRow& row : rows) {
      all.push_back({.id = row[0],
                     .kind = row[1],
                     .about = row[2],
                     .attempts = static_cast<int>(number(row[3])),
                     .died = {number(row[4])},
                     .reason = row[5]});
    }
    return all;
  }

  Result<std::uint64_t> revive(const std::string& id, Timestamp now) override {
    std::uint64_t revived = 0;
    const Status done = session_->transaction([&]() -> Status {
      // The newest of each key stays, and only where none waits.
      GP_TRY(const auto superseded,
             ask("DELETE FROM jobs AS j WHERE state = 'dead' AND ($1 = '' OR id = $2) AND EXISTS (SELECT 1 FROM jobs w "
                 "WHERE w.coalesce_key = j.coalesce_key AND (w.state = 'waiting' OR ($3 = '' AND w.state = 'dead' AND "
                 "w.id > j.id))) RETURNING id",
                 {id, id_of(id), id}));
      GP_TRY(const auto rows, ask("UPDATE jobs SET state = 'waiting', due = $1, attempts = 0 WHERE state = 'dead' AND "
                                  "($2 = '' OR id = $3) RETURNING id",
                                  {ms(now), id, id_of(id)}));
      revived = superseded.size() + rows.size();
      return Done{};
    });
    if (!done) return done.error();
    return revived;
  }

  Result<std::uint64_t> drop(const std::string& id) override {
    GP_TRY(const auto rows,
           ask("DELETE FROM jobs WHERE state = 'dead' AND ($1 = '' OR id = $2) RETURNING id", {id, id_of(id)}));
    return rows.size();
  }

 private:
  Result<std::vector<QueueRow>> ask(const std::string& sql, const std::vector<std::string>& parameters) {
    return session_->ask(sql, parameters);
  }
  Result<bool> any(const std::string& sql, const std::vector<std::string>& parameters) {
    GP_TRY(const auto rows, ask(sql, parameters));
    return !rows.empty();
  }

  static std::string plain(std::string_view text) { return text::printable(text, 2000); }
  // What is no number is the id of nothing.
  static std::string id_of(const std::string& id) {
    return text::parse_number(id) && id.size() < 18 ? id : std::string("0");
  }

  // For each whether it was unknown. A delivery that comes twice in one batch is new once.
  Result<std::vector<bool>> keep_deliveries(std::span<const Arrival> arrivals, Timestamp now) {
    std::map<std::pair<std::string, std::string>, std::size_t> first;  // in one order for everybody
    for (std::size_t i = 0; i < arrivals.size(); ++i) first.try_emplace({arrivals[i].sender, arrivals[i].id}, i);
    std::vector<bool> fresh(arrivals.size(), false);
    for (auto it = first.begin(); it != first.end();) {
      std::vector<std::string> values;
      for (; it != first.end() && values.size() < kRowsAtOnce * 3; ++it)
        values.insert(values.end(), {it->first.first, it->first.second, ms(now)});
      GP_TRY(const auto rows, ask("INSERT INTO deliveries (sender, id, received) VALUES " +
                                      places(values.size() / 3, 3) + " ON CONFLICT DO NOTHING RETURNING sender, id",
                                  values));
      for (const QueueRow& row : rows) fresh[first.at({row[0], row[1]})] = true;
    }
    return fresh;
  }

  Status put(const std::map<std::string_view, const QueuedJob*>& jobs, Timestamp now) {
    for (auto it = jobs.begin(); it != jobs.end();) {
      std::vector<std::string> values;
      for (; it != jobs.end() && values.size() < kRowsAtOnce * 7; ++it) {
        const QueuedJob& job = *it->second;
        values.insert(values.end(), {job.key, job.lane, job.kind, job.about, job.payload, ms(now), ms(now)});
      }
      GP_TRY(const auto rows,
             ask("INSERT INTO jobs (coalesce_key, lane, kind, about, payload, since, due) VALUES " +
                     places(values.size() / 7, 7) +
                     " ON CONFLICT (coalesce_key) WHERE state = 'waiting' DO UPDATE SET lane = excluded.lane, "
                     "kind = excluded.kind, about = excluded.about, payload = excluded.payload, due = excluded.due, "
                     "attempts = 0, reason = ''",
                 values));
    }
    return Done{};
  }

  std::unique_ptr<QueueSession> session_;
};

}  // namespace

std::unique_ptr<Queue> queue_on(std::unique_ptr<QueueSession> session) {
  return std::make_unique<SqlQueue>(std::move(session));
}

}  // namespace gatepost::store
