// Whether a product of a VEX statement is what a finding is about.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "context/vex_resolution.hpp"
#include "model/version_range.hpp"

namespace gatepost::context {
namespace {

// "registry/name:tag@sha256:…"
struct Image {
  std::string name, tag, digest;  // name with its registry
};

Image image_of(std::string_view text) {
  Image it;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    it.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon != std::string_view::npos) it.tag = text.substr(colon + 1);
  it.name = text::lower(text.substr(0, colon));
  for (const std::string_view hub : {"docker.io/", "index.docker.io/", "library/"}) {
    if (it.name.starts_with(hub)) it.name.erase(0, hub.size());
  }
  return it;
}

std::string_view qualifier(const Purl& purl, std::string_view key) {
  for (const auto& [name, value] : purl.qualifiers()) {
    if (name == key) return value;
  }
  return {};
}

// An image as pkg:oci or pkg:docker states it; the name is empty when the registry is not said.
Image image_of(const Purl& purl) {
  const std::string_view repository = qualifier(purl, "repository_url");
  Image it;
  if (purl.type() == "oci") {
    it = image_of(repository);
    const std::string tail = "/" + purl.name();
    if (!it.name.empty() && it.name != purl.name() && !it.name.ends_with(tail)) it.name += tail;
    it.tag = qualifier(purl, "tag");
  } else {
    std::string name = purl.name_space().empty() ? purl.name() : purl.name_space() + "/" + purl.name();
    if (!repository.empty()) name = std::string(repository) + "/" + name;
    it = image_of(name);
  }
  if (purl.version().starts_with("sha256:")) {
    it.digest = purl.version();
  } else if (it.tag.empty()) {
    it.tag = purl.version();
  }
  return it;
}

bool ends_with_name(std::string_view image, std::string_view name) {
  return image == name ||
         (image.size() > name.size() && image.ends_with(name) && image[image.size() - name.size() - 1] == '/');
}

std::string why_other_image(const Image& stated, std::string_view bare_name, const VexSubject& subject) {
  const Image found = image_of(subject.image);
  if (!subject.image.empty() && !stated.digest.empty() && stated.digest == found.digest &&
      (stated.name.empty() ? ends_with_name(found.name, bare_name) : stated.name == found.name))
    return {};
  if (stated.name.empty()) return "it does not say in which registry the image is";
  if (!subject.image.empty()) {
    if (stated.name != found.name) return "it is about another image";
    if (!stated.digest.empty())
      return found.digest.empty() ? "the image's digest is not known here" : "it is about another build of the image";
    return stated.tag.empty() || stated.tag == found.tag ? "" : "it is about another tag of the image";
  }
  const auto ours = [&](const std::string& image) { return image_of(image).name == stated.name; };
  if (std::ranges::none_of(subject.images, ours)) return "it is about another image";
  const bool one_build = !stated.digest.empty() || !stated.tag.empty();
  return one_build ? "it is about one build of the image; the finding is of none" : "";
}

bool is_our_name(std::string_view name, const VexSubject& subject) {
  if (name.empty()) return false;
  return name == subject.service || std::ranges::find(subject.products, name) != subject.products.end();
}

// --- distributions, as CPE and package URLs name them ---

struct Platform {
  std::string_view vendor, product;
  std::array<std::string_view, 3> distros;  // what stands before the hyphen in "distro=rhel-8.6"
};
constexpr Platform kPlatforms[] = {{"redhat", "enterprise_linux", {"rhel", "redhat", "el"}},
                                   {"debian", "debian_linux", {"debian"}},
                                   {"canonical", "ubuntu_linux", {"ubuntu"}},
                                   {"alpinelinux", "alpine_linux", {"alpine"}},
                                   {"fedoraproject", "fedora", {"fedora"}},
                                   {"rocky", "rocky", {"rocky"}},
                                   {"almalinux", "almalinux", {"almalinux", "alma"}},
                                   {"oracle", "linux", {"ol", "oracle", "oraclelinux"}},
                                   {"opensuse", "leap", {"opensuse-leap", "opensuse.leap"}},
                                   {"suse", "sles", {"sles", "suse"}}};

std::vector<std::string_view> cpe_parts(std::string_view cpe) {
  if (cpe.starts_with("cpe:2.3:")) return text::split(cpe.substr(8), ':');
  if (cpe.starts_with("cpe:/")) return text::split(cpe.substr(5), ':');
  return {};
}

// "8" covers "8.6".
bool covers(std::string_view stated, std::string_view version) {
  if (stated.empty() || stated == "*" || stated == "-") return true;
  return version.starts_with(stated) && (version.size() == stated.size() || version[stated.size()] == '.');
}

bool is_platform_of(std::string_view cpe, const Purl& package) {
  const auto parts = cpe_parts(cpe);
  if (parts.size() < 3) return false;
  const std::string_view distro = qualifier(package, "distro");
  const std::size_t hyphen = distro.rfind('-');
  if (hyphen == std::string_view::npos) return false;
  const auto* const platform = std::ranges::find_if(
      kPlatforms, [&](const Platform& it) { return it.vendor == parts[1] && it.product == parts[2]; });
  if (platform == std::end(kPlatforms)) return false;
  const bool named = std::ranges::find(platform->distros, distro.substr(0, hyphen)) != platform->distros.end();
  return named && covers(parts.size() > 3 ? parts[3] : "", distro.substr(hyphen + 1));
}

std::string why_other_version(const VexProduct& product, const Purl& stated, const Purl& package) {
  const std::string version = version_of(package);
  if (product.versions.empty()) {
    if (stated.version().empty()) return {};
    if (version.empty()) return "the finding's version is not known";
    const std::string only = version_of(stated);
    const auto bare = [](std::string_view text) { return text.starts_with("0:") ? text.substr(2) : text; };
    return bare(only) == bare(version) ? "" : "it is about version " + only;
  }
  const auto range = VersionRange::parse(product.versions);
  if (!range) return "its range of versions cannot be read";
  if (range->is_any()) return {};
  if (version.empty()) return "the finding's version is not known";
  const auto scheme = version_scheme_of(range->scheme()), own = version_scheme_of(package.type());
  if (range->scheme() != package.type() && (!own || scheme != own))
    return fmt::format("its range is of {} versions, not of {}", range->scheme(), package.type());
  const auto inside = range->contains(version);
  if (!inside) return fmt::format("versions of {} cannot be compared with its range", package.type());
  return *inside ? "" : "it is about versions " + product.versions;
}

}  // namespace

std::string why_other_package(const VexProduct& product, const Purl& package) {
  const auto stated = Purl::parse(product.purl);
  if (!stated || stated->package() != package.package()) return "it is about another package";
  for (const auto& [key, value] : stated->qualifiers()) {
    if (key == "epoch" && package.type() == "rpm") continue;  // part of the version
    if (qualifier(package, key) != value) return fmt::format("it is about {}={} only", key, value);
  }
  if (!stated->subpath().empty() && stated->subpath() != package.subpath())
    return "it is about " + stated->subpath() + " in the package only";
  return why_other_version(product, *stated, package);
}

std::string why_other_product(const VexProduct& product, const VexSubject& subject) {
  if (!product.cpe.empty() && subject.package && is_platform_of(product.cpe, *subject.package)) return {};
  const auto purl = Purl::parse(product.purl);
  if (purl && (purl->type() == "oci" || purl->type() == "docker"))
    return why_other_image(image_of(*purl), purl->name(), subject);
  std::string name = product.id;
  if (purl) name = purl->name_space().empty() ? purl->name() : purl->name_space() + "/" + purl->name();
  const bool may_be_ours = !purl || purl->type() == "generic" || purl->type() == "github" || purl->type() == "gitlab";
  // Which release of ours a finding is in is not known: a statement on one of them may be on another.
  if (may_be_ours && is_our_name(name, subject))
    return purl && !purl->version().empty() ? "it is about one release of " + name : "";
  if (!purl && name.find('/') != std::string::npos && name.find("://") == std::string::npos)
    return why_other_image(image_of(name), name, subject);
  return "it is about the package in another product";
}

}  // namespace gatepost::context
