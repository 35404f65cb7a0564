#include "policy/tighten.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "policy/program.hpp"

namespace gatepost::policy {
namespace {

std::string key_of(const std::optional<Condition>& condition) { return condition ? condition->key() : ""; }

// Everything that meets `locked` meets `own`, as far as their shapes tell.
bool covers(const Condition& own, const Condition& locked) {
  using Shape = Condition::Shape;
  if (own.key() == locked.key()) return true;
  const auto covers_part = [&](const Condition& part) { return covers(own, part); };
  const auto part_covers = [&](const Condition& part) { return covers(part, locked); };
  if (locked.shape() == Shape::any) return std::ranges::all_of(locked.parts(), covers_part);
  if (own.shape() == Shape::all) return std::ranges::all_of(own.parts(), part_covers);
  if (own.shape() == Shape::any && std::ranges::any_of(own.parts(), part_covers)) return true;
  if (locked.shape() == Shape::all) return std::ranges::any_of(locked.parts(), covers_part);
  return own.shape() == Shape::leaf && locked.shape() == Shape::leaf && own.predicate().covers(locked.predicate());
}
bool covers(const std::optional<Condition>& own, const std::optional<Condition>& locked) {
  return !own || key_of(own) == key_of(locked) || (locked && covers(*own, *locked));
}

// The lowest measured number that reaches the threshold.
std::int64_t first_reached(const Threshold& threshold) { return threshold.limit + (threshold.inclusive ? 0 : 1); }

bool on_covers(const Policy& own, const Policy& locked) {
  if (own.on.empty()) return true;
  const auto has = [&](Event event) { return std::ranges::find(own.on, event) != own.on.end(); };
  return !locked.on.empty() && std::ranges::all_of(locked.on, has);
}

bool days_cover(const Policy& own, const Policy& locked) {
  const bool begins = !own.valid_from || (locked.valid_from && *own.valid_from <= *locked.valid_from);
  const bool ends = !own.valid_until || (locked.valid_until && *own.valid_until >= *locked.valid_until);
  return begins && ends;
}

bool grace_is_shorter(const Policy& own, const Policy& locked) {
  if (!own.grace) return true;
  return locked.grace && own.grace->from == locked.grace->from && own.grace->days <= locked.grace->days;
}

bool review_is_stronger(const Policy& own, const Policy& locked) {
  if (own.action != Action::require_review || locked.action != Action::require_review) return true;
  const auto has = [&](const std::string& team) {
    return std::ranges::find(own.review.teams, team) != own.review.teams.end();
  };
  return own.review.approvals >= locked.review.approvals && std::ranges::all_of(locked.review.teams, has);
}

// Approvers are a limit: a shorter list is stricter, none at all is none.
bool approvers_are_stricter(const std::vector<std::string>& own, const std::vector<std::string>& base) {
  if (base.empty()) return true;
  const auto listed = [&](const std::string& name) { return std::ranges::find(base, name) != base.end(); };
  return !own.empty() && std::ranges::all_of(own, listed);
}

class Extension {
 public:
  Extension(const Rules& base, Rules own, std::vector<std::string>& refused)
      : base_(base), own_(std::move(own)), refused_(refused) {}

  Rules run() {
    merge_policies();
    own_.locked = own_.locked || base_.locked;
    merge_whole();
    merge_waivers();
    own_.policies = std::move(merged_);
    return std::move(own_);
  }

 private:
  void refuse(const std::string& what, const std::string& why) {
    refused_.push_back(fmt::format("{} is locked by {}: {}; what is locked stands", what, base_.name, why));
  }

  void merge_policies() {
    for (const Policy& locked : base_.policies) {
      const auto same = std::ranges::find(own_.policies, locked.id, &Policy::id);
      const bool is_locked = locked.locked || base_.locked;
      Policy policy = locked;
      policy.locked = is_locked;
      if (same != own_.policies.end()) {
        const std::string why = is_locked ? laxer(*same, own_.mode, locked, base_.mode) : "";
        if (why.empty()) {
          policy = std::move(*same);
          policy.locked = is_locked;
        } else {
          refuse(fmt::format("{}: policy {}", same->where, locked.id.value), why);
        }
        own_.policies.erase(same);
      }
      merged_.push_back(std::move(policy));
    }
    std::ranges::move(own_.policies, std::back_inserter(merged_));
  }

  // What a file leaves out it takes over.
  void merge_whole() {
    if (!own_.says_mode) own_.mode = base_.mode;
    if (!own_.says_unknown_severity) own_.unknown_severity = base_.unknown_severity;
    if (!base_.locked) return;
    if (own_.mode < base_.mode) {
      refuse(own_.name + ": mode", fmt::format("{} is weaker than {}", to_string(own_.mode), to_string(base_.mode)));
      own_.mode = base_.mode;
    }
    if (own_.unknown_severity < base_.unknown_severity) {
      refuse(own_.name + ": unknown_severity",
             fmt::format("{} is lower than {}", to_string(own_.unknown_severity), to_string(base_.unknown_severity)));
      own_.unknown_severity = base_.unknown_severity;
    }
  }

  void merge_waivers() {
    WaiverRules& own = own_.waivers;
    const WaiverRules& base = base_.waivers;
    for (std::size_t band = 0; band < kBandNames.size(); ++band) {
      if (own.approvers[band].empty()) own.approvers[band] = base.approvers[band];
      if (!own.says_days[band]) own.longest_days[band] = base.longest_days[band];
      if (!base_.locked) continue;
      if (!approvers_are_stricter(own.approvers[band], base.approvers[band])) {
        refuse(fmt::format("{}: approvers for {} risk", own_.name, kBandNames[band]), "others are added");
        own.approvers[band] = base.approvers[band];
      }
      if (own.longest_days[band] > base.longest_days[band]) {
        refuse(fmt::format("{}: max_days for {} risk", own_.name, kBandNames[band]),
               fmt::format("{} is longer than {}", own.longest_days[band], base.longest_days[band]));
        own.longest_days[band] = base.longest_days[band];
      }
    }
    if (base_.locked && own.apply_unapproved && !base.apply_unapproved) {
      refuse(own_.name + ": waivers.unapproved", "apply is weaker than ignore");
      own.apply_unapproved = false;
    }
  }

  const Rules& base_;
  Rules own_;
  std::vector<std::string>& refused_;
  std::vector<Policy> merged_;
};

}  // namespace

std::string laxer(const Policy& own, Mode own_mode, const Policy& locked, Mode locked_mode) {
  if (own.action < locked.action)
    return fmt::format("action {} is weaker than {}", to_string(own.action), to_string(locked.action));
  const Mode own_is = own.mode.value_or(own_mode), locked_is = locked.mode.value_or(locked_mode);
  if (own_is < locked_is) return fmt::format("mode {} is weaker than {}", to_string(own_is), to_string(locked_is));
  if (!on_covers(own, locked)) return "it leaves out events";
  if (!days_cover(own, locked)) return "it counts on fewer days";
  if (own.threshold.measure != locked.threshold.measure) return "its threshold measures something else";
  if (first_reached(own.threshold) > first_reached(locked.threshold)) return "its threshold is higher";
  // Without any finding only a policy about the run alone acts.
  if (locked.match && is_about_run(*locked.match) && !(own.match && is_about_run(*own.match)))
    return "its match is no longer about the run alone";
  if (!covers(own.match, locked.match)) return "its match is not known to cover the other; add to it with any";
  if (!covers(own.scope.include, locked.scope.include)) return "its scope is narrower";
  if (own.scope.exclude && key_of(own.scope.exclude) != key_of(locked.scope.exclude)) return "it excludes more";
  if (!grace_is_shorter(own, locked)) return "its grace is longer";
  if (locked.match_unknown && !own.match_unknown) return "what is unknown no longer counts";
  if (!review_is_stronger(own, locked)) return "it asks for fewer reviews";
  return {};
}

std::string weakening(const Rules& before, const Rules& now) {
  if (now.mode < before.mode)
    return fmt::format("mode {} is weaker than {}", to_string(now.mode), to_string(before.mode));
  if (now.unknown_severity < before.unknown_severity)
    return fmt::format("unknown_severity {} is lower than {}", to_string(now.unknown_severity),
                       to_string(before.unknown_severity));
  for (const Policy& was : before.policies) {
    const auto is = std::ranges::find(now.policies, was.id, &Policy::id);
    if (is == now.policies.end()) return fmt::format("policy {} is gone", was.id.value);
    if (const std::string why = laxer(*is, now.mode, was, before.mode); !why.empty())
      return fmt::format("policy {}: {}", was.id.value, why);
  }
  for (std::size_t band = 0; band < kBandNames.size(); ++band) {
    if (!approvers_are_stricter(now.waivers.approvers[band], before.waivers.approvers[band]))
      return fmt::format("others may approve waivers of {} risk", kBandNames[band]);
    if (now.waivers.longest_days[band] > before.waivers.longest_days[band])
      return fmt::format("waivers of {} risk may last longer", kBandNames[band]);
  }
  return now.waivers.apply_unapproved && !before.waivers.apply_unapproved ? "waivers count without approval" : "";
}

Rules extended(const Rules& base, Rules own, std::vector<std::string>& refused) {
  return Extension(base, std::move(own), refused).run();
}

}  // namespace gatepost::policy
