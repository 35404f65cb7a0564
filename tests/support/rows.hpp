// Observations for tests: what a test does not say gets a plain value.
#pragma once

#include <string>
#include <utility>

#include "model/observation.hpp"

namespace gatepost::test {

class AnObservation {
 public:
  AnObservation() {
    it_.engine = "semgrep";
    it_.kind = Kind::sast;
    it_.rule = "rule-a";
    it_.message = "a message";
    it_.place = {.path = "src/a.c", .range = {.first_line = 10, .last_line = 10}};
  }
  AnObservation& engine(std::string value) { return set(it_.engine, std::move(value)); }
  AnObservation& kind(Kind value) { return set(it_.kind, value); }
  AnObservation& rule(std::string value) { return set(it_.rule, std::move(value)); }
  AnObservation& message(std::string value) { return set(it_.message, std::move(value)); }
  AnObservation& at(std::string path, std::uint32_t line, std::uint32_t last = 0) {
    it_.place.path = std::move(path);
    it_.place.range = {.first_line = line, .last_line = last == 0 ? line : last};
    return *this;
  }
  AnObservation& through(std::string path, std::uint32_t line) {
    it_.flow.push_back({.path = std::move(path), .range = {.first_line = line, .last_line = line}});
    return *this;
  }
  AnObservation& also_at(std::string path, std::uint32_t line) {
    it_.locations.push_back({.path = std::move(path), .range = {.first_line = line, .last_line = line}});
    return *this;
  }
  AnObservation& package(std::string purl, std::string name, std::string version) {
    it_.kind = Kind::sca;
    it_.component = Component{.purl = std::move(purl), .package = std::move(name), .version = std::move(version)};
    return *this;
  }
  AnObservation& advisory(const std::string& id) {
    it_.advisories.push_back(*AdvisoryId::parse(id));
    it_.rule = id;
    return *this;
  }
  AnObservation& severity(SeverityLabel label, std::optional<int> tenths = {}) {
    it_.claims.push_back({.label = label,
                          .tenths = tenths,
                          .method = tenths ? SeverityMethod::score : SeverityMethod::label,
                          .source = it_.engine});
    return *this;
  }
  AnObservation& resource(std::string address) {
    it_.kind = Kind::iac;
    return set(it_.resource, std::move(address));
  }
  AnObservation& report(std::uint32_t index) { return set(it_.report, index); }
  operator const Observation&() const { return it_; }  // NOLINT(google-explicit-constructor)
  Observation& get() { return it_; }

 private:
  template <class T, class V>
  AnObservation& set(T& member, V value) {
    member = std::move(value);
    return *this;
  }
  Observation it_;
};

}  // namespace gatepost::test
