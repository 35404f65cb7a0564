// A test that cannot run here says so: it is counted as skipped, never as passed.
#pragma once

#include <optional>
#include <string>

namespace gatepost::test {

// Marks the running test case as skipped and prints why; return from the test case after it.
void skip(const std::string& why);

// Folder of the shared corpora and vectors (environment variable GATEPOST_SHARED, else ../shared beside the checkout);
// nothing when it is not there, in which case the running test case is marked as skipped.
std::optional<std::string> shared_folder();

}  // namespace gatepost::test
