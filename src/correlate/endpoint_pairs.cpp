// A running application: a scan that hits the route and the parameter that code is said to handle badly confirms it.
#include <fmt/core.h>

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "correlate/pairs.hpp"
#include "correlate/weakness.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::size_t kMostShapes = 16;  // of routes with one number of segments
constexpr std::size_t kMostSegments = 32;
constexpr std::size_t kMostOfARoute = 64;  // statements about code that handles one route

// "/users/{id}" and "/users/:id?q" are {"users", "*"}.
std::vector<std::string> segments_of(std::string_view route) {
  std::vector<std::string> all;
  for (const std::string_view it : text::split(route.substr(0, route.find('?')), '/')) {
    if (it.empty() || all.size() > kMostSegments) continue;
    const bool placeholder = it.front() == ':' || (it.front() == '{' && it.back() == '}') ||
                             (it.front() == '<' && it.back() == '>') || it == "*";
    all.push_back(placeholder ? "*" : std::string(it));
  }
  return all;
}

// Which segments are placeholders, a bit for each.
std::uint64_t shape_of(const std::vector<std::string>& segments) {
  std::uint64_t shape = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) shape |= std::uint64_t{segments[i] == "*"} << i;
  return shape;
}

std::string route_key(std::string_view method, const std::vector<std::string>& segments, std::uint64_t shape) {
  std::string key = text::lower(method);
  for (std::size_t i = 0; i < segments.size(); ++i) key.append("/").append((shape >> i & 1U) != 0 ? "*" : segments[i]);
  return key;
}

bool is_scan(const Statement& it) { return it.kind == Kind::dast || it.kind == Kind::api; }

class RouteMatcher {
 public:
  explicit RouteMatcher(Pairs& pairs) : pairs_(pairs) {
    for (std::uint32_t i = 0; i < pairs.statements().size(); ++i) {
      const Statement& it = pairs.statement(i);
      if (is_code_kind(it.kind) && !it.route.empty()) add(i);
    }
  }

  void run() {
    std::map<std::uint32_t, std::vector<std::uint32_t>> confirmed_by;  // code, scans
    for (std::uint32_t i = 0; i < pairs_.statements().size(); ++i) {
      const Statement& it = pairs_.statement(i);
      if (!is_scan(it) || it.route.empty()) continue;
      if (const auto code = match_of(i)) confirmed_by[*code].push_back(i);
    }
    for (const auto& [code, scans] : confirmed_by) confirm(code, scans);
  }

 private:
  void add(std::uint32_t index) {
    const Statement& it = pairs_.statement(index);
    const auto segments = segments_of(it.route);
    auto& shapes = shapes_[segments.size()];
    const std::uint64_t shape = shape_of(segments);
    if (shapes.size() >= kMostShapes && !shapes.contains(shape)) return;
    shapes.insert(shape);
    by_route_[route_key(it.method, segments, shape)].push_back(index);
  }

  // The most literal route wins, as it does in routers.
  [[nodiscard]] const std::vector<std::uint32_t>* handlers_of(const Statement& scan) const {
    const auto segments = segments_of(scan.route);
    const auto shapes = shapes_.find(segments.size());
    if (shapes == shapes_.end()) return nullptr;
    const std::vector<std::uint32_t>* best = nullptr;
    int fewest = 64;
    for (const std::uint64_t shape : shapes->second) {
      // What the scan does not tell can only be a placeholder.
      if ((shape_of(segments) & ~shape) != 0) continue;
      const auto found = by_route_.find(route_key(scan.method, segments, shape));
      if (found == by_route_.end() || __builtin_popcountll(shape) >= fewest) continue;
      best = &found->second;
      fewest = __builtin_popcountll(shape);
    }
    return best;
  }

  // The code that a scan confirms, if it is clear which.
  std::optional<std::uint32_t> match_of(std::uint32_t index) {
    const Statement& scan = pairs_.statement(index);
    const auto* const handlers = handlers_of(scan);
    if (handlers == nullptr || handlers->size() > kMostOfARoute) return std::nullopt;
    std::set<std::string> parameters;
    for (const std::uint32_t code : *handlers) {
      const Statement& it = pairs_.statement(code);
      if (!it.parameter.empty()) parameters.insert(text::lower(it.parameter));
    }
    std::map<std::uint32_t, std::uint32_t> issues;  // issue, a statement of it
    std::vector<std::uint32_t> related;
    for (const std::uint32_t code : *handlers) {
      const Statement& it = pairs_.statement(code);
      if (differ(it.service, scan.service) || differ(it.repository, scan.repository)) continue;
      const bool named = !it.parameter.empty() && !scan.parameter.empty();
      const bool same_parameter =
          named ? text::equal_ignoring_case(it.parameter, scan.parameter) : parameters.size() <= 1;
      const bool like =
          is_compatible(match(it.cwes, scan.cwes).relation) || (!it.family.empty() && it.family == scan.family);
      if (same_parameter && like) issues.emplace(pairs_.issue_of(code), code);
      if (like) related.push_back(code);
    }
    if (issues.size() == 1) return issues.begin()->second;
    for (const std::uint32_t code : related)
      pairs_.link(code, index,
                  {"route_ambiguous", "maybe_confirmed_by",
                   "the same route and weakness, but it is not clear which parameter or place"});
    return std::nullopt;
  }

  // Two results of one report are two problems, unless it is the same one again.
  void confirm(std::uint32_t code, const std::vector<std::uint32_t>& scans) {
    const auto what = [&](std::uint32_t i) {
      const Statement& it = pairs_.statement(i);
      return std::tuple(it.rule, it.route, it.parameter);
    };
    std::map<std::tuple<std::uint32_t, std::string_view>,
             std::set<std::tuple<std::string_view, std::string_view, std::string_view>>>
        told;
    for (const std::uint32_t i : scans) told[{pairs_.statement(i).report, pairs_.statement(i).engine}].insert(what(i));
    for (const std::uint32_t i : scans) {
      const Statement &it = pairs_.statement(i), &handler = pairs_.statement(code);
      const std::string because =
          fmt::format("{} handles {} {}{}, where the scan found it", handler.path, handler.method, handler.route,
                      it.parameter.empty() ? "" : fmt::format(", parameter {}", it.parameter));
      if (told[{it.report, it.engine}].size() == 1) {
        pairs_.merge(code, i, {"sast_dast_route_param", "same_issue_confirmed", because});
      } else {
        pairs_.link(code, i, {"route_ambiguous", "maybe_confirmed_by", because + "; it found several problems there"});
      }
    }
  }

  Pairs& pairs_;
  std::map<std::size_t, std::set<std::uint64_t>> shapes_;  // by number of segments
  std::map<std::string, std::vector<std::uint32_t>> by_route_;
};

// The same weakness of one service, and nothing that tells where.
void link_services(Pairs& pairs) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < pairs.statements().size(); ++i) {
    const Statement& it = pairs.statement(i);
    if (!it.service.empty() && !it.cwes.empty() && (is_scan(it) || is_code_kind(it.kind))) all.push_back(i);
  }
  const auto key = [&](std::uint32_t i) {
    const Statement& it = pairs.statement(i);
    return std::tuple(it.service, it.cwes.front().number);
  };
  for_each_bucket(all, key, [&](std::span<std::uint32_t> bucket) {
    const auto is_code = [&](std::uint32_t i) { return !is_scan(pairs.statement(i)); };
    const auto code = std::ranges::find_if(bucket, is_code);
    if (code == bucket.end()) return;
    for (const std::uint32_t i : bucket) {
      if (!is_code(i))
        pairs.link(*code, i,
                   {"same_service_and_weakness", "maybe_confirmed_by",
                    fmt::format("the same weakness in {}, but nothing tells whether it is the same place",
                                pairs.statement(i).service)});
    }
  });
}

}  // namespace

void correlate_endpoints(Pairs& pairs) {
  RouteMatcher(pairs).run();
  link_services(pairs);
}

}  // namespace gatepost::correlate
