// Versions that fix a problem, from the sentences in which reports state them. Not from ranges of affected versions:
// the end of a range need not be a version that exists. (Retire.js calls AngularJS "<1.8.4" affected; there is
// no 1.8.4.)
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ingest {

// The versions of "Upgrade lodash to version 4.17.21", "Upgrade to versions 2.8.11.1, 2.9.5 or above." and
// "Upgrade apt from 1.4.8 to 1.4.9", in the order of the text. A sentence that names another package than `package` is
// passed over, and so is any advice of another form: nothing is guessed. `package` may be "".
std::vector<std::string> versions_in_advice(std::string_view advice, std::string_view package);

}  // namespace gatepost::ingest
