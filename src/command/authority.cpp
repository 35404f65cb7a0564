#include "command/authority.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "base/time.hpp"

namespace gatepost::command {
namespace {

bool has(const std::vector<std::string>& names, std::string_view name) {
  const std::string wanted = plain_name(name);
  return std::ranges::any_of(names, [&](const std::string& it) { return plain_name(it) == wanted; });
}

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::string all;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i)
    all.append(all.empty() ? "" : ", ").append(text::printable(names[i]));
  return names.size() > kMost ? all + ", …" : all;
}

class Judge {
 public:
  Judge(const Command& command, const Facts& facts, const Roles& roles)
      : c_(command), f_(facts), usage_(usage_of(command.verb)), roles_(roles[static_cast<std::size_t>(command.verb)]) {}

  Ruling run() {
    for (const auto step : {&Judge::comment, &Judge::change, &Judge::target, &Judge::role, &Judge::own, &Judge::day}) {
      if (std::string problem = (this->*step)(); !problem.empty())
        return {.because = std::move(problem), .request = {}};
    }
    return {.granted = true, .because = granted_as_, .request = request_};
  }

 private:
  [[nodiscard]] bool needs(Part part) const {
    return std::ranges::find(usage_.expected(), part) != usage_.expected().end();
  }

  std::string comment() {
    if (f_.deleted) return "the comment is gone";
    if (f_.edited) return "the comment was edited after it was written; write a new one";
    if (f_.by_bot) return "bots give no commands";
    return {};
  }

  std::string change() {
    if (!f_.open) return "the change is closed";
    if (!c_.head.empty() && !f_.head.starts_with(c_.head))
      return fmt::format("the command is for commit {}, and the change is at {}", c_.head, f_.head.substr(0, 10));
    const bool reads_result = needs(Part::finding) || needs(Part::decision);
    if (reads_result && !f_.judged.empty() && f_.judged != f_.head) {
      return fmt::format("what was found is of commit {}, and the change is at {}; wait for the run of that commit",
                         f_.judged.substr(0, 10), f_.head.substr(0, 10));
    }
    return {};
  }

  std::string target() {
    if (needs(Part::finding)) {
      if (f_.findings == 0)
        return fmt::format("nobody found {} here; the ids are in the summary and the reports", c_.id);
      if (f_.findings > 1) return fmt::format("{} names {} findings; write the id in full", c_.id, f_.findings);
    }
    if (c_.verb == Verb::freeze && !f_.service_known) return fmt::format("there is no service {}", c_.service);
    if (c_.verb == Verb::freeze && f_.frozen) return fmt::format("{} is frozen already", c_.service);
    if (c_.verb == Verb::unfreeze && !f_.frozen) return fmt::format("{} is not frozen", c_.service);
    return needs(Part::decision) ? request() : "";
  }

  std::string request() {
    std::vector<Request> fitting = f_.requests;
    if (c_.verb == Verb::approve) std::erase_if(fitting, [](const Request& it) { return !it.approved_by.empty(); });
    if (fitting.size() == 1) {
      request_ = std::move(fitting.front());
      return {};
    }
    if (fitting.empty()) {
      if (!f_.requests.empty()) return fmt::format("{} is approved already", c_.id);
      return fmt::format("there is no request about {}; /gatepost waive and false-positive make one", c_.id);
    }
    std::string ids;
    for (const Request& it : fitting) ids.append(ids.empty() ? "" : ", ").append(it.id);
    return fmt::format("there are several requests about {}: name one of {}", c_.id, ids);
  }

  std::string role() {
    for (const Role& it : roles_) {
      if (const std::string as = held(it); !as.empty()) {
        granted_as_ = as;
        return {};
      }
    }
    std::string wanted;
    for (const Role& it : roles_) {
      wanted.append(wanted.empty() ? "" : ", ").append(to_string(it));
      if (it.kind == Role::Kind::owners && !f_.owners.empty()) wanted += " (" + list_of(f_.owners) + ")";
    }
    const std::string who = f_.level ? fmt::format("{} has the role {}", f_.person, name_of(*f_.level))
                                     : fmt::format("the forge does not say what {} may do", f_.person);
    std::string problem = fmt::format("{}; {} needs one of: {}", who, usage_.name, wanted.empty() ? "nobody" : wanted);
    if (!f_.hidden_teams.empty())
      problem += fmt::format("; the token may not ask who is in {}", list_of(f_.hidden_teams));
    return problem;
  }

  static std::string_view name_of(Level level) { return kLevelNames[static_cast<std::size_t>(level)]; }

  // By what the person has the role; "" when not.
  [[nodiscard]] std::string held(const Role& role) const {
    switch (role.kind) {
      case Role::Kind::level:
        return f_.level && *f_.level >= role.level && *f_.level != Level::none ? std::string(name_of(*f_.level)) : "";
      case Role::Kind::owners:
        return as_owner();
      case Role::Kind::requester:
        return request_ && plain_name(request_->requested_by) == plain_name(f_.person) ? "requester" : "";
      case Role::Kind::person:
        return as_one_of({role.name}, "named");
    }
    return {};
  }

  [[nodiscard]] std::string as_one_of(const std::vector<std::string>& names, std::string_view as) const {
    if (has(names, f_.person)) return std::string(as);
    const auto team = std::ranges::find_if(names, [&](const std::string& it) { return has(f_.member_of, it); });
    return team == names.end() ? "" : fmt::format("{} as a member of @{}", as, plain_name(*team));
  }

  // A name in CODEOWNERS may be that of somebody who left, or by now of somebody else: as for the forges it counts when
  // the person may write. Who is in a team was asked a moment ago.
  [[nodiscard]] std::string as_owner() const {
    const bool writes = f_.level && *f_.level >= Level::write;
    if (has(f_.owners, f_.person)) return writes ? "owner" : "";
    return as_one_of(f_.owners, "owner");
  }

  // Four eyes, and those that the policy names.
  std::string own() {
    if (c_.verb != Verb::approve) return {};
    if (plain_name(request_->requested_by) == plain_name(f_.person)) return "nobody approves an own request";
    if (plain_name(f_.author) == plain_name(f_.person)) return "nobody approves for an own change";
    if (f_.approvers.empty() || !as_one_of(f_.approvers, "approver").empty()) return {};
    return fmt::format("the policy lets only {} approve a finding of this risk", list_of(f_.approvers));
  }

  std::string day() {
    if (!c_.until) return {};
    if (*c_.until < f_.today) return fmt::format("{} is over", gatepost::to_string(*c_.until));
    const auto days = (*c_.until - f_.today).count();
    if (days <= f_.longest_days) return {};
    return fmt::format("until {} is {} days; a finding of this risk may be accepted for {}, until {}",
                       gatepost::to_string(*c_.until), days, f_.longest_days,
                       gatepost::to_string(f_.today + std::chrono::days(f_.longest_days)));
  }

  const Command& c_;
  const Facts& f_;
  const Usage& usage_;
  const std::vector<Role>& roles_;
  std::optional<Request> request_;
  std::string granted_as_;
};

}  // namespace

std::string plain_name(std::string_view name) {
  std::string plain = text::lower(text::trim(name));
  if (plain.starts_with('@')) plain.erase(0, 1);
  return plain;
}

bool is_team(std::string_view name) { return name.find('/') != std::string_view::npos; }

std::optional<Role> parse_role(std::string_view text) {
  if (text == "owners") return Role{.kind = Role::Kind::owners, .name = {}};
  if (text == "requester") return Role{.kind = Role::Kind::requester, .name = {}};
  if (text.starts_with('@') && text.size() > 1) return Role{.kind = Role::Kind::person, .name = plain_name(text)};
  const auto* const level = std::ranges::find(kLevelNames, text);
  if (level == kLevelNames.end() || level == kLevelNames.begin()) return std::nullopt;
  return Role{.kind = Role::Kind::level, .level = static_cast<Level>(level - kLevelNames.begin()), .name = {}};
}

std::string to_string(const Role& role) {
  switch (role.kind) {
    case Role::Kind::level:
      return std::string(kLevelNames[static_cast<std::size_t>(role.level)]);
    case Role::Kind::owners:
      return "owners";
    case Role::Kind::requester:
      return "requester";
    case Role::Kind::person:
      return "@" + role.name;
  }
  return {};
}

Roles default_roles() {
  Roles roles;
  for (const Usage& usage : usages()) {
    for (const std::string_view name : text::split(usage.asked, ',')) {
      if (const auto role = parse_role(text::trim(name))) roles[static_cast<std::size_t>(usage.verb)].push_back(*role);
    }
  }
  return roles;
}

Ruling rule(const Command& command, const Facts& facts, const Roles& roles) {
  return Judge(command, facts, roles).run();
}

std::vector<std::string> teams_of(const Command& command, const Facts& facts, const Roles& roles) {
  std::vector<std::string> teams;
  const auto add = [&](std::string_view name) {
    if (is_team(name)) teams.push_back(plain_name(name));
  };
  for (const Role& role : roles[static_cast<std::size_t>(command.verb)]) {
    if (role.kind == Role::Kind::person) add(role.name);
    if (role.kind == Role::Kind::owners) std::ranges::for_each(facts.owners, add);
  }
  if (command.verb == Verb::approve) std::ranges::for_each(facts.approvers, add);
  std::ranges::sort(teams);
  const auto twice = std::ranges::unique(teams);
  teams.erase(twice.begin(), twice.end());
  return teams;
}

}  // namespace gatepost::command
