#include "context/workflow_permissions.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using namespace gatepost::context;

namespace {

// "contents packages", with "?" where the repository's settings decide; "none" for what is no workflow.
std::string writes(const char* text) {
  const auto permissions = workflow_permissions(text);
  if (!permissions) return "none";
  std::string out;
  for (const std::string& it : permissions->writes) out += (out.empty() ? "" : " ") + it;
  return out + (permissions->from_settings ? "?" : "");
}

}  // namespace

TEST_CASE("workflows: what jobs may write is theirs, else the workflow's, else the settings'") {
  CHECK(writes("permissions: {contents: write, issues: read}\njobs: {a: {}}") == "contents");
  CHECK(writes("permissions: {contents: write}\njobs: {a: {permissions: {packages: write}}}") == "packages");
  CHECK(writes("permissions: {contents: write}\njobs: {a: {permissions: {packages: write}}, b: {}}") ==
        "contents packages");
  CHECK(writes("permissions: write-all\njobs: {a: {}}") == "all");
  CHECK(writes("permissions: read-all\njobs: {a: {}}") == "");
  CHECK(writes("permissions: {}\njobs: {a: {}}") == "");
  CHECK(writes("jobs: {a: {}, b: {permissions: {id-token: write}}}") == "id-token?");
}

TEST_CASE("workflows: what is none says nothing") {
  CHECK(writes("") == "none");
  CHECK(writes("[1, 2]") == "none");
  CHECK(writes("jobs: [a]") == "none");
  CHECK(writes("jobs: {a: {permissions: [contents]}}") == "");
  CHECK(writes("a: b: c") == "none");
}

TEST_CASE("workflows: files of the one folder") {
  CHECK(is_workflow(".github/workflows/ci.yml"));
  CHECK(is_workflow(".github/workflows/ci.yaml"));
  CHECK_FALSE(is_workflow(".github/workflows/ci.txt"));
  CHECK_FALSE(is_workflow(".github/workflows/old/ci.yml"));
  CHECK_FALSE(is_workflow("a/.github/workflows/ci.yml"));
}
