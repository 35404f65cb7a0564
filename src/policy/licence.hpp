// Licence expressions of SPDX ("MIT OR (Apache-2.0 AND BSD-3-Clause)"), and what a list of licences means for one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::policy {

// Names of licences, in lower case: "mit", "gpl-2.0-only with classpath-exception-2.0".
using LicenceNames = std::vector<std::string>;

// The name as lists hold it: lower case, "GPL-2.0+" and the old "GPL-2.0" with -or-later and -only. Empty for what is
// no licence with an optional exception.
std::optional<std::string> licence_name(std::string_view text);

// Whether the expression can be complied with by licences of the list alone. With OR one side is enough, with AND both
// count. Empty for what is no expression, and for NOASSERTION and NONE: nobody knows what they allow.
std::optional<bool> is_allowed(std::string_view expression, const LicenceNames& names);
// Whether the expression cannot be complied with without a licence of the list.
std::optional<bool> is_denied(std::string_view expression, const LicenceNames& names);

}  // namespace gatepost::policy
