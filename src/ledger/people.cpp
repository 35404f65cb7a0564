#include "ledger/people.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "ledger/canonical.hpp"

namespace gatepost::ledger {
namespace {

constexpr std::string_view kPrefix = "person:";
constexpr std::size_t kMostPeople = 1'000'000, kPseudonymDigits = 16;

}  // namespace

Result<People> People::parse(std::string_view text) {
  People people;
  CanonicalText line;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (one.empty()) continue;
    const bool good = line.read(one) && line.root().at("id").text().starts_with(kPrefix) &&
                      line.root().at("name").kind() == CanonicalText::Kind::text;
    if (!good || number > kMostPeople) {
      return error(
          ErrorKind::bad_input,
          fmt::format("{}:{}: not a person: expected {{\"id\":\"person:…\",\"name\":\"…\"}}", kDocument, number));
    }
    Person& person = people.people_[line.root().at("id").text()];
    person.name = line.root().at("name").text();
    person.account = line.root().at("account").text();
  }
  return people;
}

std::string People::text() const {
  std::string all;
  for (const auto& [id, person] : people_) {
    CanonicalWriter out;
    out.begin_object();
    if (!person.account.empty()) out.field("account", person.account);
    out.field("id", id).field("name", person.name).end_object();
    all.append(out.text()).append("\n");
  }
  return all;
}

std::string People::pseudonym(std::string_view name, std::string_view nonce, std::string_view account) {
  const auto is_same = [&](const auto& it) { return !account.empty() && it.second.account == account; };
  auto known = std::ranges::find_if(people_, is_same);
  if (known == people_.end()) {
    known = std::ranges::find_if(people_, [&](const auto& it) {
      return it.second.name == name && (account.empty() || it.second.account.empty());
    });
  }
  if (known == people_.end())
    known = people_.try_emplace(std::string(kPrefix) + std::string(nonce.substr(0, kPseudonymDigits))).first;
  known->second.name = name;
  if (!account.empty()) known->second.account = account;
  return known->first;
}

std::string People::name(std::string_view pseudonym) const {
  const auto found = people_.find(pseudonym);
  return found == people_.end() ? std::string(pseudonym) : found->second.name;
}

std::string People::account(std::string_view pseudonym) const {
  const auto found = people_.find(pseudonym);
  return found == people_.end() ? std::string() : found->second.account;
}

bool People::erase(std::string_view name_or_pseudonym) {
  return std::erase_if(people_, [&](const auto& it) {
           return it.first == name_or_pseudonym || it.second.name == name_or_pseudonym;
         }) > 0;
}

}  // namespace gatepost::ledger
