// What correlation looks at of one observation. Texts are views into what the caller keeps; "" and 0 are not known.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/cwe.hpp"
#include "model/kind.hpp"

namespace gatepost::correlate {

struct Statement {
  Kind kind = Kind::other;
  std::string_view engine, rule;
  std::uint32_t report = 0;  // equal with an equal engine: one report of one engine
  std::string_view repository, commit, service;
  // code
  std::string_view path, symbol;
  std::uint32_t first_line = 0, last_line = 0, first_column = 0;
  std::string_view context;       // hash of the code around
  std::string_view renamed_from;  // this path in an earlier commit, as git says
  std::vector<Cwe> cwes;
  bool cwe_of_family = false;  // its report names no weakness; the one of the family was taken
  std::string_view family;     // of the rule; see families.hpp
  // dependency
  std::vector<std::string_view> advisories;  // groups that it stands for; see model/alias_graph.hpp
  std::string_view package;                  // canonical purl with its version
  std::string_view manifest, scope, licence;
  std::string_view image;  // without tag and digest
  std::string_view built_from_repository, built_from_service, built_from_commit;
  // secret
  std::string_view secret_kind, secret_hash;
  // infrastructure: `family` is the control
  std::string_view address, provider_id;
  // application: of code the route that it handles, of a scan what was called, without values
  std::string_view method, route, parameter;
};

}  // namespace gatepost::correlate
