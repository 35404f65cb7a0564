#include "model/context.hpp"

namespace gatepost {

std::string data_class_names(const DataClasses& classes) {
  std::string names;
  for (std::size_t i = 0; i < kDataClassNames.size(); ++i) {
    if (!classes.has(static_cast<DataClass>(i))) continue;
    names.append(names.empty() ? "" : ", ").append(kDataClassNames[i]);
  }
  return names;
}

}  // namespace gatepost
