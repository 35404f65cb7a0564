// CSAF 2.0, profile VEX. Specification: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "context/vex_parts.hpp"

namespace gatepost::context::vex {
namespace {

constexpr std::pair<std::string_view, VexStatus> kStatuses[] = {
    {"known_not_affected", VexStatus::not_affected},
    {"fixed", VexStatus::fixed},
    {"first_fixed", VexStatus::fixed},
    {"known_affected", VexStatus::affected},
    {"first_affected", VexStatus::affected},
    {"last_affected", VexStatus::affected},
    {"under_investigation", VexStatus::under_investigation}};

// The products of a document by their ids; a product may be a component in another one.
class ProductTree {
 public:
  explicit ProductTree(const doc::View& tree) {
    for (const doc::View it : tree.at("full_product_names").items()) add_product(it);
    add_branches(tree);
    for (const doc::View it : tree.at("relationships").items()) {
      const std::string_view id = it.at("full_product_name").at("product_id").text();
      parts_.emplace(id, Part{it.at("product_reference").text(), it.at("relates_to_product_reference").text()});
    }
    for (const doc::View it : tree.at("product_groups").items()) {
      std::vector<std::string_view>& members = groups_[it.at("group_id").text()];
      for (const doc::View id : it.at("product_ids").items()) members.push_back(id.text());
    }
  }

  // Empty when the document does not say what the id is.
  [[nodiscard]] std::optional<VexTarget> target(std::string_view id) const {
    const auto part = parts_.find(id);
    if (part == parts_.end()) {
      const auto known = products_.find(id);
      return known == products_.end() ? std::nullopt : std::optional(VexTarget{known->second, {}});
    }
    const VexProduct* const component = plain(part->second.component);
    const VexProduct* const holder = plain(part->second.holder);
    if (component == nullptr || holder == nullptr) return std::nullopt;
    return VexTarget{*holder, {*component}};
  }

  // The ids in `product_ids` and of the groups in `group_ids`.
  [[nodiscard]] std::vector<std::string_view> ids_of(const doc::View& holder) const {
    std::vector<std::string_view> ids;
    for (const doc::View id : holder.at("product_ids").items()) ids.push_back(id.text());
    for (const doc::View id : holder.at("group_ids").items()) {
      const auto group = groups_.find(id.text());
      if (group == groups_.end() || group->second.size() > room_) continue;
      room_ -= group->second.size();
      ids.insert(ids.end(), group->second.begin(), group->second.end());
    }
    return ids;
  }

 private:
  struct Part {
    std::string_view component, holder;
  };

  void add_product(const doc::View& it) {
    const std::string_view id = it.at("product_id").text();
    if (id.empty()) return;
    const doc::View helper = it.at("product_identification_helper");
    const std::string_view purl = helper.at("purl").text();
    VexProduct found = product(purl.empty() ? it.at("name").text() : purl);
    if (const std::string_view cpe = helper.at("cpe").text(); cpe.size() <= 256) found.cpe = cpe;
    products_.emplace(id, std::move(found));
  }

  // The depth of the recursion is bounded by the depth of the document.
  void add_branches(const doc::View& holder) {
    for (const doc::View branch : holder.at("branches").items()) {
      if (branch.at("product").is_object()) add_product(branch.at("product"));
      add_branches(branch);
    }
  }

  // What a part of a part is at last. Rings end somewhere.
  [[nodiscard]] const VexProduct* plain(std::string_view id) const {
    for (int step = 0; step < 8; ++step) {
      if (const auto known = products_.find(id); known != products_.end()) return &known->second;
      const auto part = parts_.find(id);
      if (part == parts_.end()) return nullptr;
      id = part->second.component;
    }
    return nullptr;
  }

  // Many flags may name one large group: what is beyond this is not justified, and so does not count.
  mutable std::size_t room_ = 2'000'000;
  std::unordered_map<std::string_view, VexProduct> products_;
  std::unordered_map<std::string_view, Part> parts_;
  std::unordered_map<std::string_view, std::vector<std::string_view>> groups_;
};

using ByProduct = std::unordered_map<std::string_view, std::string>;

class Vulnerability {
 public:
  Vulnerability(const doc::View& it, const ProductTree& tree, const VexStatement& inherited, Collector& out)
      : it_(it), tree_(tree), inherited_(inherited), out_(out) {}

  void read() {
    std::vector<std::string> ids;
    add_id(ids, it_.at("cve").text());
    for (const doc::View id : it_.at("ids").items()) add_id(ids, id.at("text").text());
    if (ids.empty()) return out_.reject(it_, "it names no vulnerability");
    labels_ = texts(it_.at("flags"), "label", "");
    impacts_ = texts(it_.at("threats"), "details", "impact");
    remedies_ = texts(it_.at("remediations"), "details", "");
    for (const auto& [list, status] : kStatuses) {
      for (const doc::View id : it_.at("product_status").at(list).items()) add(id, status);
    }
    for (auto& [key, targets] : groups_) {
      VexStatement statement = inherited_;
      statement.ids = ids;
      std::tie(statement.status, statement.justification, statement.statement) = key;
      statement.targets = std::move(targets);
      out_.add(std::move(statement), it_);
    }
  }

 private:
  // What a list of statements says about each product; `category` of those that count, or "".
  [[nodiscard]] ByProduct texts(const doc::View& list, std::string_view member, std::string_view category) const {
    ByProduct found;
    for (const doc::View entry : list.items()) {
      if (!category.empty() && entry.at("category").text() != category) continue;
      const std::string text = words(entry.at(member));
      if (text.empty()) continue;
      for (const std::string_view id : tree_.ids_of(entry)) found.emplace(id, text);
    }
    return found;
  }

  static std::string of(const ByProduct& texts, std::string_view id) {
    const auto found = texts.find(id);
    return found == texts.end() ? "" : found->second;
  }

  void add(const doc::View& id, VexStatus status) {
    if (!out_.take()) return;
    auto target = tree_.target(id.text());
    if (!target) return out_.reject(id, "the product tree does not have this product");
    const std::string label = of(labels_, id.text());
    std::string words = of(impacts_, id.text());
    if (status == VexStatus::not_affected && label.empty() && words.empty())
      return out_.reject(id, "known_not_affected needs a flag or an impact for the product");
    if (words.empty()) words = of(remedies_, id.text());
    groups_[{status, status == VexStatus::not_affected ? label : "", std::move(words)}].push_back(std::move(*target));
  }

  const doc::View it_;
  const ProductTree& tree_;
  const VexStatement& inherited_;
  Collector& out_;
  ByProduct labels_, impacts_, remedies_;
  std::map<std::tuple<VexStatus, std::string, std::string>, std::vector<VexTarget>> groups_;
};

}  // namespace

bool is_csaf(const doc::View& root) { return root.at("document").at("csaf_version").is_string(); }

Status read_csaf(const doc::View& root, Collector& out) {
  const doc::View document = root.at("document");
  if (document.at("category").text() != "csaf_vex") {
    return error(ErrorKind::bad_input, document.where() + ": the category is \"" +
                                           text::printable(document.at("category").scalar(), 40) +
                                           "\"; of CSAF only csaf_vex makes VEX statements");
  }
  if (document.at("csaf_version").text() != "2.0")
    return error(ErrorKind::bad_input, document.where() + ": only version 2.0 of CSAF can be read");
  VexStatement inherited;
  inherited.author = words(document.at("publisher").at("name"));
  inherited.time = time_of(document.at("tracking").at("current_release_date"));
  if (inherited.author.empty())
    return error(ErrorKind::bad_input, document.where() + ": publisher.name is missing, which CSAF demands");
  if (!inherited.time) {
    return error(ErrorKind::bad_input,
                 document.where() + ": tracking.current_release_date is missing or no time, which CSAF demands");
  }
  // A draft may say anything.
  if (document.at("tracking").at("status").text() == "draft")
    return error(ErrorKind::bad_input, document.where() + ": a draft, which nobody has published");
  const ProductTree tree(root.at("product_tree"));
  for (const doc::View it : root.at("vulnerabilities").items()) Vulnerability(it, tree, inherited, out).read();
  return Done{};
}

}  // namespace gatepost::context::vex
