#include "config/services_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/time.hpp"
#include "context/catalogue.hpp"

namespace gatepost::config {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kMostProblems = 50;  // nobody reads more

// The names of DataClass, then what others call two of them.
constexpr std::array<std::string_view, 10> kDataNames = {"public",      "internal", "confidential", "financial", "pii",
                                                         "credentials", "health",   "payment",      "phi",       "pci"};
constexpr std::size_t kPhi = 8, kPci = 9;

DataClass data_class(std::size_t name) {
  if (name == kPhi) return DataClass::health;
  return name == kPci ? DataClass::payment : static_cast<DataClass>(name);
}

bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
  return !name.empty() && name.size() <= kLongestName && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

class ServiceReader {
 public:
  explicit ServiceReader(Problems& problems) : problems_(problems) {}

  std::vector<Service> read(doc::View root) {
    Section section(root, problems_);
    const doc::View list = section.file_list("services", ".gatepost/services.yml", context::kMostServices);
    for (const doc::View view : list.items()) {
      services_.push_back(service(view));
      if (problems_.size() > kMostProblems || claims_ > context::kMostClaims) break;
    }
    if (claims_ > context::kMostClaims)
      problems_.add(list, fmt::format("the services have more than {} paths and images", context::kMostClaims));
    if (globs_ > context::kMostGlobs) {
      problems_.add(list, fmt::format("{} paths have wildcards; expected at most {}: name folders instead", globs_,
                                      context::kMostGlobs));
    }
    section.finish();
    return std::move(services_);
  }

 private:
  Service service(doc::View view) {
    Section section(view, problems_);
    Service it{.where = view.where()};
    it.name = section.required_text("name");
    if (!it.name.empty() && !is_name(it.name)) {
      problems_.add(view.at("name"), fmt::format("name \"{}\" is not allowed: letters, digits and . _ / - , at most {}",
                                                 text::printable(it.name, 60), kLongestName));
    }
    const auto [earlier, fresh] = names_.try_emplace(text::lower(it.name), it.where);
    if (!fresh) {
      problems_.add(view.at("name"), fmt::format("service \"{}\" was already given at {}", text::printable(it.name, 60),
                                                 earlier->second));
    }
    claims(section, "paths", ServiceClaim::By::path, it);
    claims(section, "images", ServiceClaim::By::image, it);
    if (view.is_object() && it.claims.empty() && !view.at("paths").exists() && !view.at("images").exists())
      problems_.add(view, "neither \"paths\" nor \"images\" are given: nothing would belong to the service");
    owners(section, it);
    it.context.criticality = choice<Criticality>(section, "criticality", kCriticalityNames, it.because.criticality);
    it.context.exposure = choice<Exposure>(section, "exposure", kExposureNames, it.because.exposure);
    it.context.environment = choice<Environment>(section, "environment", kEnvironmentNames, it.because.environment);
    data_classes(section, it);
    mitigation(section, it);
    section.finish();
    return it;
  }

  // "unknown" is a statement as well: then nothing is derived from other files.
  template <typename Enum, typename Names>
  static Enum choice(Section& section, std::string_view key, const Names& names, std::string& because) {
    const auto found = section.choice(key, names);
    if (!found) return Enum{};
    because = section.get(key).where();
    return static_cast<Enum>(*found);
  }

  void claims(Section& section, std::string_view key, ServiceClaim::By by, Service& it) {
    const doc::View list = section.get(key);
    const std::vector<std::string> texts = section.texts(key);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const doc::View at = list.is_array() ? list.at(i) : list;
      ++claims_;
      claim(at, texts[i], by, it);
      if (problems_.size() > kMostProblems) return;
    }
  }

  void claim(const doc::View& at, const std::string& text, ServiceClaim::By by, Service& it) {
    std::string key;
    if (by == ServiceClaim::By::path) {
      const auto pattern = context::parse_path_pattern(text);
      if (!pattern) return problems_.add(at, pattern.error().message);
      globs_ += pattern->globs.empty() ? 0 : 1;
      key = "p" + (pattern->globs.empty() ? pattern->folder : pattern->globs.front().pattern());
    } else {
      key = "i" + context::image_name(text);
      if (key == "i" || text.size() > context::kLongestPattern)
        return problems_.add(at, fmt::format("image \"{}\" is no name of an image", text::printable(text, 60)));
    }
    const auto [earlier, fresh] = claimed_.try_emplace(key, it.name);
    if (!fresh && earlier->second != it.name) {
      problems_.add(at, fmt::format("\"{}\" already belongs to service {}", text::printable(text, 60),
                                    text::printable(earlier->second, 60)));
    }
    if (fresh) it.claims.push_back({by, text, at.where()});
  }

  static void owners(Section& section, Service& it) {
    const doc::View view = section.get("owner");
    const std::vector<std::string> names = section.texts("owner");
    for (std::size_t i = 0; i < names.size(); ++i) {
      const doc::View at = view.is_array() ? view.at(i) : view;
      if (!names[i].empty()) it.owners.push_back({TeamId{names[i]}, at.where()});
    }
  }

  void data_classes(Section& section, Service& it) {
    const doc::View list = section.get("data_classes");
    const std::vector<std::string> texts = section.texts("data_classes");
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto found = std::ranges::find(kDataNames, texts[i]);
      if (found == kDataNames.end()) {
        problems_.add(list.is_array() ? list.at(i) : list, unknown_name("data class", texts[i], kDataNames));
        return;
      }
      it.context.data.add(data_class(static_cast<std::size_t>(found - kDataNames.begin())));
    }
    if (!texts.empty()) it.because.data = list.where();
  }

  // It lowers risks, so it says what it is, and it ends.
  void mitigation(Section& of_service, Service& it) {
    const doc::View view = of_service.get("mitigation");
    if (!view.exists()) return;
    Section section(view, problems_);
    const auto strength = section.choice("strength", kMitigationNames);
    if (!strength && !view.at("strength").exists())
      problems_.add(view, "\"strength\" is missing: none, partial or strong");
    it.mitigation_reason = section.required_text("reason");
    it.mitigation_expires = section.date("expires");
    if (!view.at("expires").exists()) problems_.add(view, "\"expires\" is missing: a mitigation needs a last day");
    section.finish();
    if (!strength) return;
    it.context.mitigation = static_cast<Mitigation>(*strength);
    it.because.mitigation = view.where();
  }

  Problems& problems_;
  std::vector<Service> services_;
  std::map<std::string, std::string> names_;    // in lower case -> where
  std::map<std::string, std::string> claimed_;  // what -> by which service
  std::size_t claims_ = 0, globs_ = 0;
};

}  // namespace

std::vector<Service> read_services(doc::View root, Problems& problems) { return ServiceReader(problems).read(root); }

}  // namespace gatepost::config
