#include "model/imports.hpp"

namespace gatepost {

std::string because_of(const ImportFact& fact) {
  const std::string place = fact.path + ":" + std::to_string(fact.line);
  if (fact.seen == ImportSeen::imported) return "imported at " + place;
  if (fact.seen == ImportSeen::in_tests) return "imported by tests only, first at " + place;
  const std::string code = fact.files == 1
                               ? "the only " + fact.language + " file"
                               : "none of the " + std::to_string(fact.files) + " " + fact.language + " files";
  const std::string where = fact.folder.empty() ? "" : " below " + fact.folder;
  return code + where + (fact.files == 1 ? " does not import it" : " imports it");
}

}  // namespace gatepost
