// Which VEX statements are about a finding, which of them may be believed, and which one decides. docs/vex.md tells the
// rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/glob.hpp"
#include "base/note.hpp"
#include "context/vex.hpp"
#include "model/purl.hpp"
#include "model/vex.hpp"

namespace gatepost::context {

// Whose statements count beside our own, for which packages, and what they may say.
struct VexTrust {
  std::string author;         // exactly as the documents name it
  std::optional<Glob> scope;  // of purls; empty: all
  bool not_affected = true, fixed = true;
};

struct VexRules {
  std::vector<VexTrust> trust;
  bool suspend_on_conflict = false;  // what was seen at run time suspends a suppression; else it is only told
};

// What a finding says of itself.
struct VexSubject {
  std::vector<std::string> ids;  // everything its vulnerability is called
  std::optional<Purl> package;
  std::string image;                  // of the finding: "ghcr.io/acme/cart:1.2@sha256:…"; "" for none
  std::string service;                // it belongs to; "" for none
  std::vector<std::string> images;    // of that service, without tags
  std::vector<std::string> products;  // other names of what we build: "acme/shop"
  bool called = false;                // at run time; else at most loaded
  std::string seen_running;           // the evidence of either; "" for none
  std::optional<Timestamp> now;       // a statement of a later day spares nothing
};

// All statements, found by vulnerability and package.
class VexIndex {
 public:
  VexIndex() = default;
  VexIndex(std::vector<VexStatement> statements, VexRules rules);

  [[nodiscard]] bool empty() const { return statements_.empty(); }
  // Statements on the subject's vulnerability and package: the one that decides first, those that do not count with
  // the reason why. At most kMostFacts. What is about other packages is left out.
  [[nodiscard]] std::vector<VexFact> about(const VexSubject& subject) const;
  // Vulnerabilities with so many statements on one package that none of them counts.
  [[nodiscard]] const std::vector<Note>& notes() const { return notes_; }

  static constexpr std::size_t kMostFacts = 16;
  static constexpr std::size_t kMostOfOnePackage = 4096;

 private:
  struct Entry {
    std::uint32_t statement = 0, target = 0, part = 0;
  };
  struct Candidate;
  void add(const std::string& key, Entry entry);
  void consider(const VexSubject& subject, const std::string& key, std::vector<Candidate>& found) const;

  std::vector<VexStatement> statements_;
  VexRules rules_;
  std::unordered_map<std::string, std::vector<Entry>> entries_;  // by "<id> <package>"; "<id> " for whole products
  std::vector<Note> notes_;
};

// Matching, for itself.

// Why a statement on `product` is not about `package`; "" when it is. The names are equal already.
std::string why_other_package(const VexProduct& product, const Purl& package);
// Why `product` is nothing of ours; "" when it is the finding's image, its service or what the repository builds.
std::string why_other_product(const VexProduct& product, const VexSubject& subject);

}  // namespace gatepost::context
