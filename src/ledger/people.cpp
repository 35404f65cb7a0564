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
    people.names_[line.root().at("id").text()] = line.root().at("name").text();
  }
  return people;
}

std::string People::text() const {
  std::string all;
  for (const auto& [id, name] : names_) {
    CanonicalWriter out;
    out.begin_object().field("id", id).field("name", name).end_object();
    all.append(out.text()).append("\n");
  }
  return all;
}

std::string People::pseudonym(std::string_view name, std::string_view nonce) {
  const auto known = std::ranges::find(names_, name, [](const auto& it) -> const std::string& { return it.second; });
  if (known != names_.end()) return known->first;
  std::string id = std::string(kPrefix) + std::string(nonce.substr(0, kPseudonymDigits));
  names_[id] = std::string(name);
  return id;
}

std::string People::name(std::string_view pseudonym) const {
  const auto found = names_.find(pseudonym);
  return found == names_.end() ? std::string(pseudonym) : found->second;
}

bool People::erase(std::string_view name_or_pseudonym) {
  return std::erase_if(names_, [&](const auto& it) {
           return it.first == name_or_pseudonym || it.second == name_or_pseudonym;
         }) > 0;
}

}  // namespace gatepost::ledger
