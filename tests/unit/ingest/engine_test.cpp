#include "ingest/engine.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"

using namespace gatepost;
using ingest::engine_id;
using ingest::engine_kind;

TEST_CASE("engines: the names that tools write lead to one id") {
  CHECK(engine_id("Trivy") == "trivy");
  CHECK(engine_id("aquasecurity/trivy") == "trivy");
  CHECK(engine_id("trivy (image)") == "trivy");
  CHECK(engine_id("find_sec_bugs") == "spotbugs");
  CHECK(engine_id("Semgrep OSS") == "semgrep");
  CHECK(engine_id("OWASP Zed Attack Proxy (ZAP)") == "zap");
  CHECK(engine_id("Snyk CLI (Linux)") == "snyk");
  CHECK(engine_id("SnykCode") == "snyk-code");
  CHECK(engine_id("  mAPI ") == "mayhem-api");
}

TEST_CASE("engines: a name nobody knows becomes kebab-case") {
  CHECK(engine_id("Acme Scanner 3") == "acme-scanner-3");
  CHECK(engine_id("Acme (beta)") == "acme");
  CHECK(engine_id("") == "");
  CHECK(engine_id("(((") == "");
  CHECK(engine_id(std::string(100'000, 'x')).size() == 64);
  CHECK_FALSE(engine_id(std::string(63, 'x') + " y").ends_with('-'));
}

TEST_CASE("engines: the usual kind of findings is known for engines of the table only") {
  CHECK(engine_kind("gitleaks") == Kind::secret);
  CHECK(engine_kind("kics") == Kind::iac);
  CHECK_FALSE(engine_kind("acme-scanner-3").has_value());
}

TEST_CASE("engines: every id of the table is its own name and every kind is one") {
  const auto text = find_resource("rules/engines.yaml");
  REQUIRE(text.has_value());
  const auto table = doc::parse_yaml(std::string(*text), "rules/engines.yaml");
  REQUIRE(table.ok());
  CHECK(table->root().size() > 100);
  for (const auto& [id, engine] : table->root().members()) {
    CAPTURE(std::string(id));
    CHECK(text::kebab_case(id) == id);
    CHECK(engine_id(id) == id);
    CHECK(parse_kind(engine.at("kind").text()).has_value());
    for (const doc::View name : engine.at("names").items()) CHECK(engine_id(name.text()) == id);
  }
}

TEST_CASE("engine: one that writes the same level on everything has its severity from the table") {
  CHECK(ingest::engine_severity("checkov") == SeverityLabel::medium);
  CHECK(ingest::engine_severity("gitleaks") == SeverityLabel::high);
  CHECK_FALSE(ingest::engine_severity("semgrep").has_value());
}

TEST_CASE("engines: a tool's own words are taken as it means them, all others as everybody does") {
  using enum SeverityLabel;
  CHECK(ingest::engine_word("sonarqube", "CRITICAL") == high);
  CHECK(ingest::engine_word("sonarqube", "Blocker") == critical);
  CHECK(ingest::engine_word("trivy", "CRITICAL") == critical);
  CHECK(ingest::engine_word("semgrep", "INFO") == low);
  CHECK(ingest::engine_word("kics", "TRACE") == info);
  CHECK(ingest::engine_word("bandit", " UNDEFINED ") == unknown);
  CHECK_FALSE(ingest::engine_word("trivy", "dire").has_value());
  CHECK(ingest::engine_level("eslint", "error") == medium);
  CHECK_FALSE(ingest::engine_level("semgrep", "error").has_value());
}

TEST_CASE("engines: the table of words names engines that we know") {
  const auto document =
      doc::parse_yaml(std::string(*find_resource("rules/severity-tools.yaml")), "severity-tools.yaml");
  REQUIRE(document.ok());
  for (const auto& [engine, view] : document->root().members()) {
    CAPTURE(engine);
    CHECK(engine_kind(engine).has_value());
  }
}
