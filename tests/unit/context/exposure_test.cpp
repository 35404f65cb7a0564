#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "context/exposure.hpp"

using namespace gatepost;
using namespace gatepost::context;

namespace {

Catalogue shop() {
  Service web{.name = "web"};
  web.claims = {{ServiceClaim::By::path, "web", "s:1:1"}, {ServiceClaim::By::image, "acme/web", "s:2:1"}};
  Service infra{.name = "infra"};
  infra.claims = {{ServiceClaim::By::path, "infra", "s:3:1"}};
  return Catalogue({web, infra});
}

std::vector<DerivedExposure> derive(const std::string& path, const std::string& text) {
  const DeployFile file{path, text};
  return derived_exposures(shop(), exposure_facts({&file, 1}));
}

const std::string kDeployment =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    metadata: {labels: {app: "
    "web}}\n    spec: {containers: [{name: web, image: 'acme/web:1'}]}\n";

std::string kube_service(const std::string& spec, const std::string& annotations = "") {
  return kDeployment + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {" + annotations +
         "}}\nspec: {selector: {app: web}" + spec + "}\n";
}

struct Case {
  const char* name;
  std::string text;
  Exposure exposure;
};

}  // namespace

TEST_CASE("exposure: what Kubernetes says of a service that runs one of its images") {
  const std::string cluster_ip = kube_service("");
  const auto ingress = [](const std::string& more) {
    return "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: in" + more +
           "}\nspec: {rules: [{http: {paths: [{backend: {service: {name: web}}}]}}]}\n";
  };
  const std::string route =
      "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec: {parentRefs: [{name: "
      "g}], rules: [{backendRefs: [{name: web}]}]}\n";
  const auto gateway = [](const std::string& type) {
    return "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: "
           "{gatewayClassName: " +
           type + "}\n";
  };
  const Case cases[] = {
      {"inside of the cluster", cluster_ip, Exposure::unknown},
      {"LoadBalancer", kube_service(", type: LoadBalancer"), Exposure::internet},
      {"internal LoadBalancer",
       kube_service(", type: LoadBalancer", "service.beta.kubernetes.io/aws-load-balancer-internal: 'true'"),
       Exposure::internal},
      {"for some", kube_service(", type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]"),
       Exposure::external_restricted},
      {"for some and all", kube_service(", type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, 0.0.0.0/0]"),
       Exposure::internet},
      {"NodePort", kube_service(", type: NodePort"), Exposure::external_restricted},
      {"Ingress", cluster_ip + ingress(""), Exposure::internet},
      {"internal Ingress", cluster_ip + ingress(", annotations: {alb.ingress.kubernetes.io/scheme: internal}"),
       Exposure::internal},
      {"HTTPRoute", cluster_ip + route + gateway("public"), Exposure::internet},
      {"HTTPRoute, internal gateway", cluster_ip + route + gateway("gke-l7-rilb"), Exposure::internal},
      {"HTTPRoute, unknown gateway", cluster_ip + route, Exposure::unknown},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.name));
    const auto derived = derive("deploy/web.yaml", test.text);
    CHECK(derived[0].exposure == test.exposure);
    CHECK(derived[0].because.empty() == (test.exposure == Exposure::unknown));
    CHECK(derived[1].exposure == Exposure::unknown);
  }
}

TEST_CASE("exposure: what Terraform says, where no variable decides") {
  const Case cases[] = {
      {"public lb", "resource \"aws_lb\" \"x\" {\n  internal = false\n}\n", Exposure::internet},
      {"internal lb", "resource \"aws_lb\" \"x\" {\n  internal = true # yes\n}\n", Exposure::internal},
      {"lb by variable", "resource \"aws_lb\" \"x\" {\n  internal = var.internal\n}\n", Exposure::unknown},
      {"public database", "resource \"aws_db_instance\" \"x\" {\n  publicly_accessible = true\n}\n",
       Exposure::internet},
      {"private database", "resource \"aws_db_instance\" \"x\" {\n  publicly_accessible = false\n}\n",
       Exposure::unknown},
      {"open group",
       "resource \"aws_security_group\" \"x\" {\n  ingress {\n    cidr_blocks = [\n\"10.0.0.0/8\", \"0.0.0.0/0\"]\n  "
       "}\n}\n",
       Exposure::internet},
      {"egress", "resource \"aws_security_group\" \"x\" {\n  egress {\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n",
       Exposure::unknown},
      {"perhaps",
       "resource \"aws_security_group\" \"x\" {\n  count = var.open ? 1 : 0\n  ingress {\n    cidr_blocks = "
       "[\"0.0.0.0/0\"]\n  }\n}\n",
       Exposure::unknown},
      {"a comment", "/* resource \"aws_lb\" \"x\" {\n}*/\n# resource \"aws_lb\" \"y\" {}\n", Exposure::unknown},
      {"a text", "locals {\n  a = <<EOF\nresource \"aws_lb\" \"x\" {\n}\nEOF\n}\n", Exposure::unknown},
      {"not closed", "resource \"aws_lb\" \"x\" {\n  internal = false\n", Exposure::unknown},
      {"braces in texts", "resource \"aws_lb\" \"x\" {\n  name = \"${var.a}}{\"\n  internal = false\n}\n",
       Exposure::internet},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.name));
    CHECK(derive("infra/main.tf", test.text)[1].exposure == test.exposure);
  }
}

TEST_CASE("exposure: what compose publishes") {
  const auto compose = [](const std::string& ports, const std::string& more = "") {
    return "x-a: &a {b: c}\nservices:\n  web:\n    <<: *a\n    build: ../web\n    ports: [" + ports + "]\n" + more;
  };
  const Case cases[] = {
      {"published", compose("'8080:80'"), Exposure::external_restricted},
      {"to itself", compose("'127.0.0.1:8080:80'"), Exposure::unknown},
      {"by variable", compose("'${PORT}:80'"), Exposure::unknown},
      {"long form", compose("{target: 80, published: 8080}"), Exposure::external_restricted},
      {"in a profile", compose("'8080:80'", "    profiles: [debug]\n"), Exposure::unknown},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.name));
    CHECK(derive("run/compose.yaml", test.text)[0].exposure == test.exposure);
  }
  CHECK_FALSE(may_tell_exposure("compose.override.yaml"));
  CHECK_FALSE(may_tell_exposure("tests/deploy.yaml"));
  CHECK(may_tell_exposure("deploy/shop.yaml"));
}

TEST_CASE("exposure: a change may raise what is known of a service, and never lowers it") {
  struct Row {
    Exposure stated, base, head, expected;
    bool told;
  };
  using enum Exposure;
  const Row rows[] = {
      {unknown, unknown, internet, internet, true},    {unknown, internet, unknown, internet, false},
      {unknown, internet, internal, internet, false},  {unknown, unknown, internal, unknown, false},
      {unknown, internal, internet, internet, true},   {internal, unknown, internet, internal, true},
      {internet, internal, internet, internet, false}, {internal, internet, internet, internal, false},
  };
  for (const Row& row : rows) {
    Service it{.name = "web"};
    if (row.stated != unknown) {
      it.context.exposure = row.stated;
      it.because.exposure = "s:1:1";
    }
    const std::vector<DerivedExposure> base = {{row.base, row.base == unknown ? "" : "base"}};
    const std::vector<DerivedExposure> head = {{row.head, row.head == unknown ? "" : "head"}};
    const Derivation derived = apply_exposures(Catalogue({it}), base, head);
    INFO(static_cast<int>(row.stated) << " " << static_cast<int>(row.base) << " " << static_cast<int>(row.head));
    CHECK(derived.services[0].context.exposure == row.expected);
    CHECK(!derived.changes.empty() == row.told);
  }
}

TEST_CASE("exposure: hostile files end") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "a {";
  CHECK(derive("infra/main.tf", deep)[1].exposure == Exposure::unknown);
  CHECK(derive("infra/main.tf", std::string(1'000'000, '"'))[1].exposure == Exposure::unknown);
  CHECK(derive("infra/main.tf", "a = " + std::string(1'000'000, '['))[1].exposure == Exposure::unknown);
  CHECK(derive("deploy/a.yaml", "apiVersion: v1\nkind: Service\na: " + std::string(100'000, '['))[0].exposure ==
        Exposure::unknown);
  std::string bomb = "apiVersion: v1\nkind: Service\na0: &a0 [x]\n";
  for (int i = 1; i < 50; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + "]\n";
  }
  CHECK(derive("deploy/a.yaml", bomb)[0].exposure == Exposure::unknown);
}
