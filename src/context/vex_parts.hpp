// What the readers of VEX documents share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "context/vex.hpp"
#include "doc/document.hpp"

namespace gatepost::context::vex {

// Collects statements and notes of one document within its limits.
class Collector {
 public:
  Collector(VexDocument& out, VexOrigin origin) : out_(out), origin_(origin) {}

  // `about` is where the statement stands.
  void add(VexStatement statement, const doc::View& about);
  void reject(const doc::View& about, std::string_view why);  // the statement is left out
  void tell(const doc::View& about, std::string text);
  // Takes room for another product; false when the document has too many, and none of it will count.
  bool take();
  [[nodiscard]] bool full() const { return full_; }

 private:
  void note(const doc::View& about, std::string text);
  VexDocument& out_;
  VexOrigin origin_;
  std::size_t targets_ = 0, notes_ = 0;
  bool full_ = false;
};

// Text of people, cut and without control characters.
std::string words(const doc::View& text);
std::optional<Timestamp> time_of(const doc::View& text);
// Adds an identifier in its canonical spelling, unless it is none or there.
void add_id(std::vector<std::string>& ids, std::string_view id);
// A product by its identifier as it is written, which may be a purl.
VexProduct product(std::string_view id);
// The product in this version; "" leaves it as it is. One whose package URL cannot have it is no package any more.
VexProduct at_version(VexProduct it, std::string_view version);
// A package by its URL, in its version should the URL not say it; else by its name. An image is named like
// "ghcr.io/acme/cart:1.2".
VexProduct package(std::string_view purl, std::string_view name, std::string_view version, bool image);

bool is_openvex(const doc::View& root);
bool is_csaf(const doc::View& root);
bool is_cyclonedx(const doc::View& root);
bool is_spdx(const doc::View& root);
Status read_openvex(const doc::View& root, Collector& out);
Status read_csaf(const doc::View& root, Collector& out);
Status read_cyclonedx(const doc::View& root, Collector& out);
Status read_spdx(const doc::View& root, Collector& out);

// What a CycloneDX document in XML would be in JSON; nothing for other XML than a CycloneDX document.
Result<doc::Document> cyclonedx_of_xml(std::string text, const std::string& name, const Limits& limits);
// Where in the XML stands what is here in the JSON.
std::string xml_pointer(std::string_view pointer);

}  // namespace gatepost::context::vex
