#include <cstdio>
#include <exception>

#include "cli/run.hpp"

namespace {

constexpr int kInternalError = 70;

}  // namespace

int main(int argc, char** argv) {
  try {
    return gatepost::cli::run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "gatepost: internal error: %s\n", failure.what());
  } catch (...) {
    std::fprintf(stderr, "gatepost: internal error\n");
  }
  return kInternalError;
}
