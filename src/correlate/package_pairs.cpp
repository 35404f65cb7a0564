// Packages: the same vulnerability in the same version of a package that the same manifest or image brings.
#include <fmt/core.h>

#include <map>
#include <tuple>

#include "correlate/pairs.hpp"
#include "model/purl.hpp"

namespace gatepost::correlate {
namespace {

using Roles = std::span<std::uint32_t>;

bool is_image(const Statement& it) { return it.kind == Kind::container || !it.image.empty(); }

std::string_view without_version(std::string_view purl) {
  const std::size_t at = purl.rfind('@');
  return at == std::string_view::npos || at < purl.rfind('/') ? purl : purl.substr(0, at);
}

bool is_of_a_distribution(std::string_view purl) {
  const std::string_view type = purl_type(purl);
  return type == "deb" || type == "rpm" || type == "apk" || type == "alpm";
}

// "Cart/package-lock.json" in "srv/app/cart/package-lock.json" says whose it is; a bare file name does not.
bool is_manifest_in_image(std::string_view manifest, std::string_view path) {
  if (manifest.find('/') == std::string_view::npos || !path.ends_with(manifest)) return false;
  return path.size() == manifest.size() || path[path.size() - manifest.size() - 1] == '/';
}

// All roles with one vulnerability in one version of one package.
class PackageMatcher {
 public:
  PackageMatcher(Pairs& pairs, Roles roles) : pairs_(pairs) {
    for (const std::uint32_t role : roles) (is_image(of(role)) ? images_ : manifests_).push_back(role);
  }

  void run() {
    const auto place = [&](std::uint32_t role) { return std::tuple(of(role).repository, of(role).manifest); };
    std::vector<std::uint32_t> without;
    for_each_bucket(manifests_, place, [&](Roles roles) {
      if (of(roles.front()).manifest.empty()) {
        without.assign(roles.begin(), roles.end());
        unplaced(without);
      } else {
        manifest(roles);
      }
    });
    const auto image = [&](std::uint32_t role) { return std::tuple(of(role).image, of(role).repository); };
    for_each_bucket(images_, image, [&](Roles roles) { one_image(roles); });
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const Statement& it = of(groups_[i].roles.front());
      if (!groups_[i].service.empty()) of_service_[{it.repository, groups_[i].service}].push_back(i);
    }
    for (const auto& roles : unplaced_) join_unplaced(roles);
    for (const auto& roles : image_groups_) join_image(roles);
    link_groups();
  }

  // One of each group, for links.
  [[nodiscard]] std::uint32_t representative() const { return first_; }

 private:
  struct Group {
    std::string_view service, scope;
    std::vector<std::uint32_t> roles;
  };

  [[nodiscard]] const Statement& of(std::uint32_t role) const { return pairs_.of_role(role); }
  [[nodiscard]] std::string vulnerable(std::uint32_t role) const {
    return fmt::format("{} in {}", pairs_.roles()[role].advisory, of(role).package);
  }

  // What does not say its service or scope joins those that do, if they agree.
  void manifest(Roles roles) {
    const auto known = [&](auto member) {
      std::string_view all;
      for (const std::uint32_t role : roles) {
        const std::string_view it = of(role).*member;
        if (differ(all, it)) return std::string_view{};
        if (!it.empty()) all = it;
      }
      return all;
    };
    const std::string_view service = known(&Statement::service), scope = known(&Statement::scope);
    std::map<std::tuple<std::string_view, std::string_view>, Group> groups;
    for (const std::uint32_t role : roles) {
      const Statement& it = of(role);
      const std::string_view own_service = it.service.empty() ? service : it.service;
      const std::string_view own_scope = it.scope.empty() ? scope : it.scope;
      Group& group = groups[{own_service, own_scope}];
      group.service = own_service, group.scope = own_scope;
      group.roles.push_back(role);
    }
    for (auto& [key, group] : groups) {
      merge_all(group.roles, "sca_alias_group", "same_issue", [&](std::uint32_t role) {
        return fmt::format("both report {} of {}", vulnerable(role), of(role).manifest);
      });
      groups_.push_back(std::move(group));
    }
  }

  template <class Because>
  void merge_all(const std::vector<std::uint32_t>& roles, std::string_view rule, std::string_view relation,
                 const Because& because) {
    for (std::size_t i = 1; i < roles.size(); ++i)
      pairs_.merge_roles(roles[0], roles[i], {rule, relation, because(roles[i])});
  }

  // Without a manifest: what one engine says twice of one service is one.
  void unplaced(std::vector<std::uint32_t>& roles) {
    const auto who = [&](std::uint32_t role) {
      const Statement& it = of(role);
      return std::tuple(it.repository, it.service, it.scope, it.engine, it.report);
    };
    for_each_bucket(roles, who, [&](Roles same) {
      std::vector<std::uint32_t> group(same.begin(), same.end());
      merge_all(group, "same_engine_again", "same_issue",
                [&](std::uint32_t role) { return fmt::format("{} says {} twice", of(role).engine, vulnerable(role)); });
      unplaced_.push_back(std::move(group));
    });
  }

  // To the only manifest of its service that has the package.
  void join_unplaced(const std::vector<std::uint32_t>& roles) {
    const Statement& it = of(roles.front());
    const Group* only = nullptr;
    std::size_t fitting = 0;
    const auto known = of_service_.find({it.repository, it.service});
    const bool few = known != of_service_.end() && known->second.size() <= kMostGroups;
    for (const std::size_t index : few ? known->second : std::vector<std::size_t>{}) {
      if (differ(groups_[index].scope, it.scope)) continue;
      only = &groups_[index];
      ++fitting;
    }
    if (fitting == 1) {
      pairs_.merge_roles(only->roles.front(), roles.front(),
                         {"sca_alias_group", "same_issue",
                          fmt::format("both report {}; {} has it in one manifest only, {}", vulnerable(roles.front()),
                                      it.service, of(only->roles.front()).manifest)});
    } else {
      lonely_.push_back(roles.front());
    }
  }

  // One repository of images; tags and digests are states of it.
  void one_image(Roles roles) {
    std::vector<std::uint32_t> group(roles.begin(), roles.end());
    if (of(group.front()).image.empty()) {
      for (const std::uint32_t role : group) image_groups_.push_back({role});
      return;
    }
    merge_all(group, "container_same_image", "same_issue", [&](std::uint32_t role) {
      return fmt::format("both report {} in images of {}", vulnerable(role), of(role).image);
    });
    image_groups_.push_back(std::move(group));
  }

  // To the only manifest that the image is built from.
  void join_image(const std::vector<std::uint32_t>& roles) {
    const Group* only = nullptr;
    std::size_t fitting = 0, looked = 0;
    std::string why;
    for (const Group& group : groups_) {
      if (++looked > kMostGroups) return lonely_.push_back(roles.front());
      std::string here = built_from(group, roles);
      if (here.empty()) continue;
      only = &group;
      why = std::move(here);
      if (++fitting > 1) break;
    }
    if (fitting == 1) {
      pairs_.merge_roles(only->roles.front(), roles.front(),
                         {"sca_container_same_build", "same_issue_two_occurrences",
                          fmt::format("both report {}; {}", vulnerable(roles.front()), why)});
    } else {
      lonely_.push_back(roles.front());
    }
  }

  // Why the image has the package from there; "" when nothing says so.
  [[nodiscard]] std::string built_from(const Group& group, const std::vector<std::uint32_t>& roles) const {
    const Statement& source = of(group.roles.front());
    if (is_of_a_distribution(source.package)) return {};
    for (const std::uint32_t role : std::span(roles).first(std::min(roles.size(), kMostOfAnImage))) {
      const Statement& it = of(role);
      const bool same = !it.built_from_repository.empty() && it.built_from_repository == source.repository &&
                        !it.built_from_service.empty() && it.built_from_service == group.service &&
                        !differ(it.built_from_commit, source.commit);
      if (same) return fmt::format("the image is built from {} of {}", it.built_from_service, it.built_from_repository);
      const bool elsewhere = differ(it.built_from_repository, source.repository) ||
                             differ(it.built_from_service, group.service) || differ(it.service, group.service);
      if (!elsewhere && is_manifest_in_image(source.manifest, it.path))
        return fmt::format("the image has it by {}, which is {} of the repository", it.path, source.manifest);
    }
    return {};
  }

  static std::string_view difference(const Statement& a, const Statement& b) {
    if (is_image(a) != is_image(b)) return "image_without_build";
    if (is_image(a)) return "two_images";
    if (differ(a.repository, b.repository)) return "two_repositories";
    if (differ(a.service, b.service)) return "two_services";
    if (differ(a.scope, b.scope)) return "two_scopes";
    if (differ(a.manifest, b.manifest)) return "two_manifests";
    return "no_manifest";
  }

  void link_groups() {
    std::vector<std::uint32_t> all;
    for (const Group& group : groups_) all.push_back(group.roles.front());
    all.insert(all.end(), lonely_.begin(), lonely_.end());
    std::ranges::sort(all);
    first_ = all.front();
    for (std::size_t i = 1; i < all.size(); ++i) {
      const std::string_view rule = difference(of(all[0]), of(all[i]));
      pairs_.link(pairs_.roles()[all[0]].statement, pairs_.roles()[all[i]].statement,
                  {rule, "same_advisory", fmt::format("both report {}, but at two places to fix", vulnerable(all[i]))});
    }
  }

  static constexpr std::size_t kMostGroups = 64;     // manifests that one image or statement is compared with
  static constexpr std::size_t kMostOfAnImage = 16;  // statements about one image that may say what it is built from

  Pairs& pairs_;
  std::vector<std::uint32_t> manifests_, images_;
  std::vector<Group> groups_;
  std::map<std::tuple<std::string_view, std::string_view>, std::vector<std::size_t>>
      of_service_;  // repository, service
  std::vector<std::vector<std::uint32_t>> unplaced_, image_groups_;
  std::vector<std::uint32_t> lonely_;
  std::uint32_t first_ = 0;
};

std::string_view package_difference(const Statement& a, const Statement& b) {
  if (without_version(a.package) == without_version(b.package)) return "two_versions";
  if (is_of_a_distribution(a.package) != is_of_a_distribution(b.package)) return "distribution_and_language_package";
  return "two_packages";
}

// One vulnerability in several packages or versions.
void link_packages(Pairs& pairs, Roles firsts) {
  for (std::size_t i = 1; i < firsts.size(); ++i) {
    const Statement &a = pairs.of_role(firsts[0]), &b = pairs.of_role(firsts[i]);
    pairs.link(pairs.roles()[firsts[0]].statement, pairs.roles()[firsts[i]].statement,
               {package_difference(a, b), "same_advisory",
                fmt::format("{} in {} and {}", pairs.roles()[firsts[i]].advisory, a.package, b.package)});
  }
}

// Several vulnerabilities of one version of one package, closed by one update.
void link_advisories(Pairs& pairs, Roles firsts) {
  for (std::size_t i = 1; i < firsts.size(); ++i) {
    const auto &a = pairs.roles()[firsts[0]], &b = pairs.roles()[firsts[i]];
    pairs.link(a.statement, b.statement,
               {"two_advisories", "same_package",
                fmt::format("{} and {} in {}", a.advisory, b.advisory, pairs.of_role(firsts[i]).package)});
  }
}

void correlate_licences(Pairs& pairs, std::vector<std::uint32_t> all) {
  const auto key = [&](std::uint32_t i) {
    const Statement& it = pairs.statement(i);
    return std::tuple(it.package, it.licence, it.repository, it.manifest);
  };
  for_each_bucket(all, key, [&](std::span<std::uint32_t> bucket) {
    const Statement& it = pairs.statement(bucket[0]);
    for (std::size_t i = 1; i < bucket.size(); ++i)
      pairs.merge(
          bucket[0], bucket[i],
          {"license_same_expression", "same_issue", fmt::format("both report {} of {}", it.licence, it.package)});
  });
}

}  // namespace

void correlate_packages(Pairs& pairs) {
  std::vector<std::uint32_t> roles, licences;
  for (std::uint32_t role = 0; role < pairs.roles().size(); ++role) {
    const Statement& it = pairs.of_role(role);
    if (it.package.empty() || !is_dependency_kind(it.kind)) continue;
    if (it.kind == Kind::license) {
      if (!it.licence.empty()) licences.push_back(pairs.roles()[role].statement);
    } else if (!pairs.roles()[role].advisory.empty()) {
      roles.push_back(role);
    }
  }
  std::vector<std::uint32_t> firsts;
  const auto key = [&](std::uint32_t role) {
    return std::tuple(pairs.roles()[role].advisory, pairs.of_role(role).package);
  };
  for_each_bucket(roles, key, [&](Roles bucket) {
    PackageMatcher matcher(pairs, bucket);
    matcher.run();
    firsts.push_back(matcher.representative());
  });
  for_each_bucket(
      firsts, [&](std::uint32_t role) { return pairs.roles()[role].advisory; },
      [&](Roles bucket) { link_packages(pairs, bucket); });
  for_each_bucket(
      firsts, [&](std::uint32_t role) { return pairs.of_role(role).package; },
      [&](Roles bucket) { link_advisories(pairs, bucket); });
  correlate_licences(pairs, std::move(licences));
}

}  // namespace gatepost::correlate
