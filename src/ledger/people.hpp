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
  // One {"account":"github:1","id":"person:…","name":"…"} a line; without the account where none was told.
  static Result<People> parse(std::string_view text);
  [[nodiscard]] std::string text() const;  // sorted by id

  // The pseudonym of a name; a new one is made of `nonce`, 32 hexadecimal digits by chance. `account` is what a forge
  // never gives to somebody else, "github:1": by it a person is known again whatever the name is by now, and somebody
  // who took over a name is not.
  std::string pseudonym(std::string_view name, std::string_view nonce, std::string_view account = {});
  // The name, or the pseudonym itself when nobody knows the name, or no longer.
  [[nodiscard]] std::string name(std::string_view pseudonym) const;
  // "" when nobody told.
  [[nodiscard]] std::string account(std::string_view pseudonym) const;
  // Forgets the name and the account; false when it was not known.
  bool erase(std::string_view name_or_pseudonym);

 private:
  struct Person {
    std::string name, account;
  };
  std::map<std::string, Person, std::less<>> people_;  // by pseudonym
};

}  // namespace gatepost::ledger
