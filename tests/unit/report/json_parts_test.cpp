#include "report/json_parts.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gatepost;

namespace {

std::string info_of(std::vector<ToolInfo> tools) {
  doc::JsonWriter json;
  report::write_report_info(json, {.path = "r.json", .tools = std::move(tools)});
  return json.take();
}

}  // namespace

TEST_CASE("json: a tool that is not known is absent") {
  CHECK(info_of({}).find("tool") == std::string::npos);
  CHECK(info_of({{"", ""}}).find("tool") == std::string::npos);
  CHECK(info_of({{"", ""}, {"Semgrep", "1"}}).find(R"("tool":{"name":"Semgrep","version":"1"},"state")") !=
        std::string::npos);
  CHECK(info_of({{"Semgrep", ""}, {"", ""}, {"Trivy", ""}})
            .find(R"("tool":{"name":"Semgrep"},"tools":[{"name":"Semgrep"},{"name":"Trivy"}])") != std::string::npos);
}
