#include "app/bom_files.hpp"

#include <cstdint>
#include <utility>

#include "base/archive.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestBom = std::uint64_t{1} << 30;

}  // namespace

Result<advisory::BomCounts> read_bom_bytes(advisory::Inventory& inventory, Bytes bytes, const std::string& name,
                                           std::string_view service) {
  std::string head(16, '\0');
  GP_TRY(const std::size_t count, bytes.read(0, head));
  if (is_gzip(std::string_view(head).substr(0, count))) {
    GP_TRY(bytes, gunzip(bytes, Limits{.unpacked_bytes = kLargestBom}).context(name));
  }
  GP_TRY(std::string text, bytes.all(kLargestBom).context(name));
  return advisory::read_bom(inventory, std::move(text), name, service);
}

Result<advisory::BomCounts> read_bom_file(advisory::Inventory& inventory, const std::string& path,
                                          std::string_view service) {
  const std::string name = path == "-" ? "standard input" : text::printable(path, 200);
  GP_TRY(Bytes bytes, Bytes::open(path).context(name));
  return read_bom_bytes(inventory, std::move(bytes), name, service);
}

}  // namespace gatepost::app
