// Who the people of a ledger are. Events name a person by a pseudonym that means nothing; the names stand beside the
// ledger, in the document people.jsonl, so that a name can be erased and the chain still holds.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace gatepost::ledger {

class People {
 public:
  static constexpr std::string_view kDocument = "people.jsonl";
  // One {"id":"person:…","name":"…"} a line.
  static Result<People> parse(std::string_view text);
  [[nodiscard]] std::string text() const;  // sorted by id

  // The pseudonym of a name; a new one is made of `nonce`, 32 hexadecimal digits by chance.
  std::string pseudonym(std::string_view name, std::string_view nonce);
  // The name, or the pseudonym itself when nobody knows the name, or no longer.
  [[nodiscard]] std::string name(std::string_view pseudonym) const;
  // Forgets the name; false when it was not known.
  bool erase(std::string_view name_or_pseudonym);

 private:
  std::map<std::string, std::string, std::less<>> names_;  // by pseudonym
};

}  // namespace gatepost::ledger
