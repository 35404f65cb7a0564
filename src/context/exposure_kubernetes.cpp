#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "context/exposure_sources.hpp"
#include "doc/yaml.hpp"

namespace gatepost::context {
namespace {

// Comparisons of selectors with labels in one repository; beyond them nothing more is told.
constexpr std::size_t kMostComparisons = 5'000'000;
constexpr std::array<std::string_view, 7> kWorkloads = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet",
                                                        "Pod",        "Job",         "CronJob"};
// A load balancer that only the own network reaches: annotation and the beginning of its value.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kInternal = {
    {{"service.beta.kubernetes.io/aws-load-balancer-internal", "true"},
     {"service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"},
     {"service.beta.kubernetes.io/azure-load-balancer-internal", "true"},
     {"networking.gke.io/load-balancer-type", "Internal"},
     {"cloud.google.com/load-balancer-type", "Internal"},
     {"alb.ingress.kubernetes.io/scheme", "internal"},
     {"kubernetes.io/ingress.class", "gce-internal"}}};

using Labels = std::map<std::string, std::string>;

struct Place {
  std::string path;
  std::uint32_t line = 0;
  std::string space;  // namespace; "" when not said
  std::string name;
};
struct Workload {
  Place place;
  Labels labels;
  std::vector<std::string> images;
  std::string id;  // backstage.io/kubernetes-id
};
struct KubeService {
  Place place;
  Labels selector;
  std::string id;
  DerivedExposure by_itself;
};
struct Route {  // Ingress, HTTPRoute
  Place place;
  std::string kind;
  std::set<std::string> backends;
  std::set<std::string> gateways;
  Exposure exposure = Exposure::internet;
};

bool same_space(const Place& a, const Place& b) { return a.space.empty() || b.space.empty() || a.space == b.space; }

Labels labels_of(const doc::View& view) {
  Labels labels;
  for (const auto& [key, value] : view.members()) labels.emplace(key, value.scalar());
  return labels;
}

std::string id_of(const doc::View& metadata) {
  for (const char* const where : {"labels", "annotations"}) {
    if (const auto id = metadata.at(where).at("backstage.io/kubernetes-id").text(); !id.empty()) return std::string(id);
  }
  return {};
}

bool is_internal(const doc::View& metadata) {
  return std::ranges::any_of(
      kInternal, [&](const auto& it) { return metadata.at("annotations").at(it.first).scalar() == it.second; });
}

bool is_everybody(std::string_view range) { return range == "0.0.0.0/0" || range == "::/0"; }

class Cluster {
 public:
  void read(const DeployFile& file) {
    for (const doc::Document& document : doc::parse_yaml_documents(file.text, file.path).documents) {
      const doc::View root = document.root();
      if (root.at("kind").text() == "List") {
        for (const doc::View item : root.at("items").items()) object(file.path, item);
      } else {
        object(file.path, root);
      }
    }
  }

  void tell(std::vector<ExposureFact>& out) {
    for (const KubeService& service : services_) {
      DerivedExposure best = service.by_itself;
      for (const Route& route : routes_) {
        if (!spend() || !route.backends.contains(service.place.name) || !same_space(route.place, service.place))
          continue;
        const Exposure exposure = exposure_of(route);
        if (exposure == Exposure::unknown) continue;
        if (best.exposure != Exposure::unknown && !more_exposed(exposure, best.exposure)) continue;
        best = {exposure,
                fmt::format("{}:{}: {} {} leads to service {}", route.place.path, route.place.line, route.kind,
                            text::printable(route.place.name, 60), text::printable(service.place.name, 60))};
      }
      if (best.exposure != Exposure::unknown) out.push_back(fact(service, std::move(best)));
    }
  }

 private:
  void object(const std::string& path, const doc::View& root) {
    const std::string_view kind = root.at("kind").text();
    const doc::View metadata = root.at("metadata"), spec = root.at("spec");
    const Place place{path, root.position().line, std::string(metadata.at("namespace").text()),
                      std::string(metadata.at("name").text())};
    if (std::ranges::find(kWorkloads, kind) != kWorkloads.end()) workload(place, root);
    if (kind == "Service") service(place, metadata, spec);
    if (kind == "Ingress") ingress(place, metadata, spec);
    if (kind == "HTTPRoute") http_route(place, metadata, spec);
    if (kind == "Gateway") gateways_[place.name] = std::string(spec.at("gatewayClassName").text());
  }

  void workload(const Place& place, const doc::View& root) {
    const bool pod = root.at("kind").text() == "Pod";
    const doc::View spec =
        root.at("spec").at("jobTemplate").exists() ? root.at("spec").at("jobTemplate").at("spec") : root.at("spec");
    const doc::View holder = pod ? root : spec.at("template");
    Workload it{.place = place,
                .labels = labels_of(holder.at("metadata").at("labels")),
                .images = {},
                .id = id_of(root.at("metadata"))};
    if (it.id.empty()) it.id = id_of(holder.at("metadata"));
    for (const doc::View container : holder.at("spec").at("containers").items()) {
      if (const auto image = container.at("image").text(); !image.empty()) it.images.emplace_back(image);
    }
    workloads_.push_back(std::move(it));
  }

  void service(const Place& place, const doc::View& metadata, const doc::View& spec) {
    KubeService it{.place = place, .selector = labels_of(spec.at("selector")), .id = id_of(metadata), .by_itself = {}};
    const std::string_view type = spec.at("type").text();
    const auto says = [&](Exposure exposure, std::string_view what) {
      it.by_itself = {exposure, fmt::format("{}:{}: Service {} is {}", place.path, place.line,
                                            text::printable(place.name, 60), what)};
    };
    if (type == "NodePort") says(Exposure::external_restricted, "a NodePort, open on each node");
    if (type == "LoadBalancer" && is_internal(metadata)) {
      says(Exposure::internal, "an internal LoadBalancer");
    } else if (type == "LoadBalancer") {
      const auto ranges = spec.at("loadBalancerSourceRanges").items();
      const bool limited = ranges.begin() != ranges.end() && std::ranges::none_of(ranges, [](const doc::View& range) {
                             return is_everybody(range.text());
                           });
      limited ? says(Exposure::external_restricted, "a LoadBalancer for some addresses")
              : says(Exposure::internet, "a LoadBalancer");
    }
    services_.push_back(std::move(it));
  }

  static void backend(const doc::View& view, Route& route) {
    for (const auto name : {view.at("service").at("name").text(), view.at("serviceName").text()}) {
      if (!name.empty()) route.backends.emplace(name);
    }
  }

  void ingress(const Place& place, const doc::View& metadata, const doc::View& spec) {
    Route route{.place = place, .kind = "Ingress", .backends = {}, .gateways = {}};
    const doc::View annotations = metadata.at("annotations");
    std::string_view type = spec.at("ingressClassName").text();
    if (type.empty()) type = annotations.at("kubernetes.io/ingress.class").text();
    const bool scheme = annotations.at("alb.ingress.kubernetes.io/scheme").exists();
    if (is_internal(metadata) || type.find("internal") != std::string_view::npos) {
      route.exposure = Exposure::internal;
    } else if (type == "alb" && !scheme) {
      return;  // who can reach it is said elsewhere
    } else if (annotations.at("nginx.ingress.kubernetes.io/whitelist-source-range").exists()) {
      route.exposure = Exposure::external_restricted;
    }
    backend(spec.at("defaultBackend"), route);
    backend(spec.at("backend"), route);
    for (const doc::View rule : spec.at("rules").items()) {
      for (const doc::View path : rule.at("http").at("paths").items()) backend(path.at("backend"), route);
    }
    routes_.push_back(std::move(route));
  }

  void http_route(const Place& place, const doc::View&, const doc::View& spec) {
    Route route{.place = place, .kind = "HTTPRoute", .backends = {}, .gateways = {}};
    for (const doc::View parent : spec.at("parentRefs").items()) route.gateways.emplace(parent.at("name").text());
    for (const doc::View rule : spec.at("rules").items()) {
      for (const doc::View to : rule.at("backendRefs").items()) route.backends.emplace(to.at("name").text());
    }
    routes_.push_back(std::move(route));
  }

  // A route counts as far as its gateway is known to be no internal one.
  [[nodiscard]] Exposure exposure_of(const Route& route) const {
    if (route.kind != "HTTPRoute") return route.exposure;
    Exposure best = Exposure::unknown;
    for (const std::string& name : route.gateways) {
      const auto gateway = gateways_.find(name);
      if (gateway == gateways_.end()) continue;
      const bool internal =
          gateway->second.find("internal") != std::string::npos || gateway->second.find("rilb") != std::string::npos;
      const Exposure exposure = internal ? Exposure::internal : Exposure::internet;
      if (best == Exposure::unknown || more_exposed(exposure, best)) best = exposure;
    }
    return best;
  }

  ExposureFact fact(const KubeService& service, DerivedExposure derived) {
    ExposureFact it{.exposure = derived.exposure,
                    .because = std::move(derived.because),
                    .paths = {service.place.path},
                    .images = {},
                    .services = {}};
    if (!service.id.empty()) it.services.push_back(service.id);
    if (service.selector.empty()) return it;
    for (const Workload& workload : workloads_) {
      if (!spend()) break;
      const bool selected =
          same_space(workload.place, service.place) && std::ranges::all_of(service.selector, [&](const auto& label) {
            const auto found = workload.labels.find(label.first);
            return found != workload.labels.end() && found->second == label.second;
          });
      if (!selected) continue;
      it.paths.push_back(workload.place.path);
      it.images.insert(it.images.end(), workload.images.begin(), workload.images.end());
      if (!workload.id.empty()) it.services.push_back(workload.id);
    }
    return it;
  }

  bool spend() { return comparisons_ < kMostComparisons && ++comparisons_ > 0; }

  std::vector<Workload> workloads_;
  std::vector<KubeService> services_;
  std::vector<Route> routes_;
  std::map<std::string, std::string> gateways_;  // name -> class
  std::size_t comparisons_ = 0;
};

// Parsing costs far more than looking.
bool may_be_manifest(const DeployFile& file) {
  if (is_terraform_file(file.path) || is_compose_file(file.path)) return false;
  const std::string_view text = file.text;
  if (text.find("apiVersion") == std::string_view::npos) return false;
  constexpr std::array<std::string_view, 11> kKinds = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet",
                                                       "Pod",        "Job",         "CronJob",   "Service",
                                                       "Ingress",    "HTTPRoute",   "Gateway"};
  return std::ranges::any_of(kKinds, [&](std::string_view kind) { return text.find(kind) != std::string_view::npos; });
}

}  // namespace

void kubernetes_facts(std::span<const DeployFile> files, std::vector<ExposureFact>& out) {
  Cluster cluster;
  for (const DeployFile& file : files) {
    if (may_be_manifest(file)) cluster.read(file);
  }
  cluster.tell(out);
}

}  // namespace gatepost::context
