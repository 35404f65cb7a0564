// Packages under the name that all tools mean.
#pragma once

#include <string>

#include "model/purl.hpp"

namespace gatepost::correlate {

// The package without its version, for comparing and never for showing: beyond the canonical form, what the ecosystem
// takes for equal is equal (letters of NuGet, "!a" for "A" in Go's module paths), and of the qualifiers only those stay
// that tell one build of a distribution's package from another: distro, arch and epoch of deb, rpm and apk.
std::string comparable(const Purl& purl);

}  // namespace gatepost::correlate
