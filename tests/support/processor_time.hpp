// What a test makes the processor do, for bounds that a quadratic algorithm misses by far and a busy machine keeps.
#pragma once

#include <ctime>

namespace gatepost::test {

// Seconds of processor time of this process since the object was made, all threads together.
class ProcessorTime {
 public:
  [[nodiscard]] double seconds() const { return static_cast<double>(std::clock() - begin_) / CLOCKS_PER_SEC; }

 private:
  std::clock_t begin_ = std::clock();
};

}  // namespace gatepost::test
