// Property lists, which Apple's tools and clang write as XML: dictionaries are objects there, whatever their tags.
#pragma once

#include <pugixml.hpp>

#include "doc/document.hpp"

namespace gatepost::doc {

bool is_plist(pugi::xml_node root);
// The value in it: dictionaries as objects, arrays as lists, the rest as texts, numbers, true and false. The elements
// are nested no deeper than any document may be.
void make_plist(pugi::xml_node root, TreeBuilder& out);

}  // namespace gatepost::doc
