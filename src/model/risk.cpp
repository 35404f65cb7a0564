#include "model/risk.hpp"

namespace gatepost {

Band band_for_tenths(int tenths) {
  if (tenths >= 800) return Band::critical;
  if (tenths >= 600) return Band::high;
  if (tenths >= 350) return Band::medium;
  return tenths >= 100 ? Band::low : Band::info;
}

}  // namespace gatepost
