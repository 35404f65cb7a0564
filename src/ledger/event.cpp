#include "ledger/event.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"

namespace gatepost::ledger {
namespace {

using Item = CanonicalText::Item;
using ItemKind = CanonicalText::Kind;

bool is_fact_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || text::is_digit(c) || c == '_'; });
}

bool is_hash(std::string_view text) {
  return text.size() == kHashLength &&
         std::ranges::all_of(text, [](char c) { return text::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

void write(CanonicalWriter& out, const Actor& actor) {
  out.key("actor").begin_object().known("id", actor.id).known("type", actor.type);
  out.known("verified_by", actor.verified_by).end_object();
}

void write(CanonicalWriter& out, std::string_view name, const std::vector<NamedVersion>& versions) {
  if (versions.empty()) return;
  out.key(name).begin_array();
  for (const NamedVersion& it : versions)
    out.begin_object().field("name", it.name).known("version", it.version).end_object();
  out.end_array();
}

void write(CanonicalWriter& out, const Inputs& inputs) {
  if (inputs.empty()) return;
  out.key("inputs").begin_object().known("artifacts", inputs.artifacts);
  write(out, "feeds", inputs.feeds);
  out.known("policy", inputs.policy).known("risk_model", inputs.risk_model);
  write(out, "tools", inputs.tools);
  out.end_object();
}

void write(CanonicalWriter& out, const std::vector<EngineFact>& engines) {
  out.begin_array();
  for (const EngineFact& it : engines) {
    out.begin_object().field("complete", it.complete).known("database", it.database).field("id", it.id);
    out.known("rules", it.rules).end_object();
  }
  out.end_array();
}

void write(CanonicalWriter& out, const Fact& fact) {
  std::visit(Overloaded{[&](const std::vector<std::string>& texts) { out.value(std::span(texts)); },
                        [&](const std::string& text) { out.value(std::string_view(text)); },
                        [&](const auto& it) { out.value(it); }},
             fact);
}

// The facts, with the record and the engines among them in the order of their names.
void write_data(CanonicalWriter& out, const Draft& draft) {
  if (draft.facts.empty() && draft.engines.empty() && !draft.record) return;
  out.key("data").begin_object();
  bool engines = draft.engines.empty(), record = !draft.record;
  const auto write_before = [&](std::string_view name) {
    if (!engines && (name.empty() || name > "engines")) write(out.key("engines"), draft.engines), engines = true;
    if (!record && (name.empty() || name > "record")) write(out.key("record"), *draft.record), record = true;
  };
  for (const auto& [name, fact] : draft.facts) {
    write_before(name);
    write(out.key(name), fact);
  }
  write_before({});
  out.end_object();
}

std::string canonical(const Draft& draft, std::uint64_t seq, Timestamp at, const std::string& prev,
                      const std::string& hash) {
  CanonicalWriter out;
  out.begin_object();
  write(out, draft.actor);
  out.known("after", draft.after).known("before", draft.before).known("commit", draft.commit);
  write_data(out, draft);
  out.known("hash", hash);
  write(out, draft.inputs);
  out.field("prev", prev).known("run_url", draft.run_url).field("seq", seq).known("subject", draft.subject);
  out.field("ts", at.unix_ms).field("type", to_string(draft.type)).end_object();
  return out.take();
}

// Why nobody should write it, or "".
std::string problem_of(const Draft& draft) {
  if (draft.actor.type.empty()) return "nobody is named as its actor";
  if (is_about_finding(draft.type) && !parse_finding_id(draft.subject)) return "its subject is no finding";
  for (const auto& [name, fact] : draft.facts) {
    if (!is_fact_name(name) || name == "record" || name == "engines") return "a fact has a name that none may have";
    const auto* const number = std::get_if<std::int64_t>(&fact);
    if (number != nullptr && (*number > kMostInteger || *number < -kMostInteger)) return "a number is too large";
  }
  return {};
}

class Reader {
 public:
  explicit Reader(Event& event) : e_(event) {}

  std::string read(Item root) {
    if (root.kind() != ItemKind::object) return "no object";
    root.each([&](Item member) { one(member.key(), member); });
    if (!problem_.empty()) return problem_;
    if (e_.seq == 0 || !has_time_ || !has_type_ || e_.hash.empty() || e_.prev.empty())
      return "an event has seq, ts, type, prev and hash";
    return problem_of(e_);
  }

 private:
  void one(std::string_view key, Item item) {
    if (!problem_.empty()) return;
    if (!member(key, item) && problem_.empty())
      problem_ = fmt::format("\"{}\" is not what an event has there", text::printable(key, 40));
  }

  bool member(std::string_view key, Item item) {
    if (key == "actor") return actor(item);
    if (key == "data") return data(item);
    if (key == "inputs") return inputs(item);
    if (key == "seq") return sequence(item);
    if (key == "ts") return time(item);
    if (key == "type") return type(item);
    if (key == "hash") return text(item, e_.hash) && is_hash(e_.hash);
    if (key == "prev") return text(item, e_.prev) && is_hash(e_.prev);
    if (key == "after") return text(item, e_.after);
    if (key == "before") return text(item, e_.before);
    if (key == "commit") return text(item, e_.commit);
    if (key == "run_url") return text(item, e_.run_url);
    return key == "subject" && text(item, e_.subject);
  }

  static bool text(Item item, std::string& into) {
    into = item.text();
    return item.kind() == ItemKind::text;
  }
  static bool texts(Item item, std::vector<std::string>& into) {
    bool good = item.kind() == ItemKind::array;
    item.each([&](Item one) { good = text(one, into.emplace_back()) && good; });
    return good;
  }
  // Calls with each member; true when all were taken.
  template <class F>
  static bool members(Item item, const F& take) {
    bool good = item.kind() == ItemKind::object;
    item.each([&](Item one) { good = good && take(one.key(), one); });
    return good;
  }

  bool sequence(Item item) {
    const auto number = item.integer();
    if (number && *number > 0) e_.seq = static_cast<std::uint64_t>(*number);
    return e_.seq > 0;
  }
  bool time(Item item) {
    const auto number = item.integer();
    has_time_ = number && *number >= 0 && *number <= kLastMs;
    if (has_time_) e_.at.unix_ms = *number;
    return has_time_;
  }
  bool type(Item item) {
    const auto known = parse_event_type(item.text());
    has_type_ = known.has_value();
    if (known) e_.type = *known;
    if (!known) {
      problem_ =
          fmt::format("\"{}\" is no event that this version of gatepost knows", text::printable(item.text(), 40));
    }
    return has_type_;
  }
  bool actor(Item item) {
    return members(item, [&](std::string_view key, Item one) {
      std::string* const into = key == "id"            ? &e_.actor.id
                                : key == "type"        ? &e_.actor.type
                                : key == "verified_by" ? &e_.actor.verified_by
                                                       : nullptr;
      return into != nullptr && text(one, *into);
    });
  }
  static bool versions(Item item, std::vector<NamedVersion>& into) {
    bool good = item.kind() == ItemKind::array;
    item.each([&](Item one) {
      NamedVersion& version = into.emplace_back();
      good = good && members(one, [&](std::string_view key, Item part) {
               return key == "name" ? text(part, version.name) : key == "version" && text(part, version.version);
             });
    });
    return good;
  }
  bool inputs(Item item) {
    return members(item, [&](std::string_view key, Item one) {
      if (key == "artifacts") return texts(one, e_.inputs.artifacts);
      if (key == "feeds") return versions(one, e_.inputs.feeds);
      if (key == "tools") return versions(one, e_.inputs.tools);
      if (key == "policy") return text(one, e_.inputs.policy);
      return key == "risk_model" && text(one, e_.inputs.risk_model);
    });
  }
  bool engines(Item item) {
    bool good = item.kind() == ItemKind::array;
    item.each([&](Item one) {
      EngineFact& engine = e_.engines.emplace_back();
      good = good && members(one, [&](std::string_view key, Item part) {
               if (key == "complete") engine.complete = part.boolean().value_or(false);
               if (key == "complete") return part.kind() == ItemKind::boolean;
               if (key == "database") return text(part, engine.database);
               if (key == "rules") return text(part, engine.rules);
               return key == "id" && text(part, engine.id);
             });
      good = good && !engine.id.empty();
    });
    return good && std::ranges::is_sorted(e_.engines, {}, &EngineFact::id);
  }
  bool data(Item item) {
    return members(item, [&](std::string_view key, Item one) {
      if (key == "engines") return engines(one);
      if (key == "record") {
        problem_ = ledger::read(one, e_.record.emplace());
        return problem_.empty();
      }
      return is_fact_name(key) && fact(one, e_.facts[std::string(key)]);
    });
  }
  static bool fact(Item item, Fact& into) {
    switch (item.kind()) {
      case ItemKind::number:
        into = *item.integer();
        return true;
      case ItemKind::boolean:
        into = *item.boolean();
        return true;
      case ItemKind::text:
        into = item.text();
        return true;
      case ItemKind::array:
        return texts(item, into.emplace<std::vector<std::string>>());
      default:
        return false;
    }
  }

  Event& e_;
  bool has_time_ = false, has_type_ = false;
  std::string problem_;
};

}  // namespace

std::optional<EventType> parse_event_type(std::string_view name) {
  const auto found = std::ranges::find(kEventNames, name);
  if (found == kEventNames.end()) return std::nullopt;
  return static_cast<EventType>(found - kEventNames.begin());
}

std::optional<std::int64_t> Draft::number(std::string_view fact) const {
  const auto found = facts.find(fact);
  const auto* const number = found == facts.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  if (number == nullptr) return std::nullopt;
  return *number;
}

std::string Draft::text(std::string_view fact) const {
  const auto found = facts.find(fact);
  const auto* const text = found == facts.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string{} : *text;
}

Result<std::vector<Line>> seal(const std::vector<Draft>& drafts, const Head& head, Timestamp last, Timestamp now) {
  if (now.unix_ms + kTolerance < last.unix_ms) {
    return error(ErrorKind::bad_input,
                 fmt::format("the clock says {}, but the ledger ends at {}", to_string(now), to_string(last)),
                 "set the clock of this machine, or wait until it has caught up");
  }
  std::vector<Line> lines;
  lines.reserve(drafts.size());
  Head end = head;
  for (const Draft& draft : drafts) {
    std::string problem = problem_of(draft);
    Line line{.seq = end.seq + 1,
              .at = now,
              .type = std::string(to_string(draft.type)),
              .subject = draft.subject,
              .prev = end.hash,
              .hash = {},
              .text = {}};
    if (problem.empty()) {
      line.hash = hex(Sha256().add(line.prev).add(canonical(draft, line.seq, now, line.prev, {})).finish());
      line.text = canonical(draft, line.seq, now, line.prev, line.hash);
      if (line.text.size() > CanonicalLimits{}.bytes) problem = "it is longer than a line may be";
    }
    if (!problem.empty()) {
      return error(ErrorKind::bad_input, fmt::format("a {} event of \"{}\" cannot be written: {}", line.type,
                                                     text::printable(line.subject, 40), problem));
    }
    end = {.seq = line.seq, .hash = line.hash};
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<Event> parse(std::string_view line, CanonicalText& scratch) {
  if (!scratch.read(line)) return error(ErrorKind::bad_input, "not canonical JSON: " + scratch.problem());
  Event event;
  const std::string problem = Reader(event).read(scratch.root());
  if (!problem.empty()) return error(ErrorKind::bad_input, problem);
  return event;
}

Result<Event> parse(std::string_view line) {
  CanonicalText scratch;
  return parse(line, scratch);
}

}  // namespace gatepost::ledger
