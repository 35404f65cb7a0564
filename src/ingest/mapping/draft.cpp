#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "ingest/claims.hpp"
#include "ingest/engine.hpp"
#include "ingest/mapping/fields.hpp"
#include "ingest/package_url.hpp"
#include "ingest/plain_text.hpp"
#include "ingest/secret_text.hpp"
#include "model/purl.hpp"

namespace gatepost::ingest::mapping {
namespace {

// Appends what is not there yet.
template <class Item>
void unite(std::vector<Item>& list, std::vector<Item>&& more) {
  for (Item& item : more) {
    if (std::ranges::find(list, item) == list.end()) list.push_back(std::move(item));
  }
}

class Finisher {
 public:
  Finisher(Draft& draft, const Origin& origin, ReportWriter& out, const std::string& at)
      : draft_(draft), it_(draft_.observation), origin_(origin), out_(out), at_(at) {}

  void finish() {
    if (it_.engine.empty() || it_.engine == origin_.engine) {
      it_.engine = origin_.engine;
    } else if (std::string id = engine_id(it_.engine); !id.empty()) {
      it_.engine = std::move(id);
    }
    make_component();
    if (std::ranges::any_of(it_.advisories, &AdvisoryId::is_malware)) it_.kind = Kind::malware;
    make_claims();
    make_place();
    make_endpoint();
    make_suppression();
    name_problem();
    guard_texts();
    for (const std::string& unknown : draft_.unknown) {
      out_.note(Note::Level::warning, "unmapped-value", unknown + " is not known", at_);
    }
  }

 private:
  void make_component() {
    const auto stated = Purl::parse(draft_.purl);
    const bool named = stated || !draft_.package.empty();
    if (!named) return it_.component.reset();
    if (!it_.component) it_.component.emplace();
    Component& component = *it_.component;
    component.package = draft_.package;
    component.version = draft_.version;
    if (stated) {
      component.purl = stated->to_string();
      if (component.package.empty())
        component.package = stated->name_space().empty() ? stated->name() : stated->name_space() + "/" + stated->name();
      if (component.version.empty()) component.version = stated->version();
    } else {
      component.purl = ecosystem_package_url(draft_.ecosystem, draft_.name_space, component.package, component.version);
    }
  }

  void make_claims() {
    const std::string source = draft_.severity_source.empty() ? it_.engine : severity_source(draft_.severity_source);
    it_.claims.reserve(draft_.vectors.size() + 2);
    if (const auto own = engine_word(it_.engine, draft_.severity)) {
      it_.claims.push_back({*own, {}, SeverityMethod::label, it_.engine, {}});
    } else {
      add_claim({.severity = draft_.severity, .source = source});
    }
    std::optional<double> score = draft_.score;
    for (const std::string& stated : draft_.vectors) {
      // "nvd CVSS:3.1/…"
      const std::size_t blank = stated.find(' ');
      const std::string_view vector = std::string_view(stated).substr(blank == std::string::npos ? 0 : blank + 1);
      const std::string own = blank == std::string::npos ? source : severity_source(stated.substr(0, blank));
      if (vector.find('/') == std::string_view::npos) continue;  // a source without a vector
      add_claim({.score = score, .vector = vector, .source = own});
      score.reset();
    }
    if (score) add_claim({.score = score, .source = source});
  }

  void add_claim(const Rating& rating) {
    std::string unmapped;
    if (auto claim = claim_of(rating, unmapped)) it_.claims.push_back(std::move(*claim));
    if (unmapped.empty()) return;
    out_.note(Note::Level::warning, "unmapped-severity", fmt::format("severity \"{}\" is not known", unmapped), at_);
  }

  void make_place() {
    Range& range = it_.place.range;
    if (range.last_line < range.first_line) range.last_line = range.first_line;
    if (range.first_line == 0) range = {};
    if (draft_.places.empty()) return;
    it_.place.path = draft_.places.front().path;
    if (draft_.places.size() == 1) return;
    draft_.places.front() = it_.place;
    it_.locations = std::move(draft_.places);
  }

  void make_endpoint() {
    if (it_.endpoint && it_.endpoint->url.empty() && draft_.host.empty()) it_.endpoint.reset();
    if (draft_.host.empty()) return;
    std::string place = draft_.host;
    if (!draft_.port.empty() && draft_.port != "0") place += ":" + draft_.port;
    if (!draft_.protocol.empty()) place += "/" + draft_.protocol;
    if (it_.endpoint && it_.endpoint->url.empty()) it_.endpoint->url = place;
    if (!it_.endpoint && it_.resource.empty()) it_.resource = std::move(place);
  }

  void make_suppression() {
    if (!draft_.suppressed) return;
    it_.suppression =
        Suppression{draft_.suppressed_by.empty() ? "tool" : draft_.suppressed_by, draft_.suppression_note};
  }

  void name_problem() {
    if (it_.rule.empty() && !it_.advisories.empty()) it_.rule = it_.advisories.front().value();
    if (!text::trim(it_.title).empty()) return;
    if (it_.component && !it_.rule.empty()) {
      it_.title = fmt::format("{} in {} {}", it_.rule, it_.component->package, it_.component->version);
    } else {
      const std::string first(it_.message.substr(0, it_.message.find('\n')));
      it_.title = first.empty() ? it_.rule : first;
    }
  }

  // Guarded before they are cut: half a secret is one.
  void guard_texts() {
    const bool about_secret = it_.kind == Kind::secret || !draft_.secret.empty();
    const bool credential = std::ranges::any_of(it_.cwes, is_about_credentials);
    if (about_secret || credential) mask(about_secret);
    it_.title = plain_title(it_.title);
    it_.message = plain_paragraphs(it_.message);
    if (it_.rule.empty()) it_.rule = plain_name(it_.title);
  }

  void mask(bool about_secret) {
    const SecretGuard guard(draft_.secret);
    const auto prose = [&](std::string& text) {
      text = about_secret ? guard.masked(std::move(text)) : guard.masked_credential(std::move(text));
    };
    prose(it_.title);
    prose(it_.message);
    for (Fix& fix : it_.fixes) prose(fix.description);
    for (std::string* name : {&it_.rule, &it_.uid, &it_.help_url, &it_.resource, &it_.image, &it_.place.symbol})
      *name = guard.without(std::move(*name));
    if (it_.endpoint) {
      for (std::string* name : {&it_.endpoint->url, &it_.endpoint->parameter}) *name = guard.without(std::move(*name));
    }
    if (it_.suppression) prose(it_.suppression->reason);
    std::erase_if(it_.fingerprints, [&](const auto& print) { return about_secret || guard.finds(print.second); });
    if (!about_secret) return;
    if (guard.gives_away(it_.uid)) it_.uid.clear();
    std::string kind = draft_.secret_kind.empty() ? it_.rule : draft_.secret_kind;
    it_.secret = mark_secret(out_, text::kebab_case(guard.without(std::move(kind))), std::move(draft_.secret));
    it_.secret->verified = draft_.verified;
  }

  Draft& draft_;
  Observation& it_;
  const Origin& origin_;
  ReportWriter& out_;
  const std::string& at_;
};

}  // namespace

void finish(Draft& draft, const Origin& origin, ReportWriter& out, const std::string& at) {
  Finisher(draft, origin, out, at).finish();
}

void fold(Observation& kept, Observation&& other) {
  if (kept.locations.empty() && !kept.place.path.empty()) kept.locations.push_back(kept.place);
  if (other.locations.empty() && !other.place.path.empty()) other.locations.push_back(other.place);
  unite(kept.locations, std::move(other.locations));
  if (kept.locations.size() == 1) kept.locations.clear();
  unite(kept.advisories, std::move(other.advisories));
  unite(kept.cwes, std::move(other.cwes));
  unite(kept.claims, std::move(other.claims));
  kept.occurrences += other.occurrences;
  if (!kept.component || !other.component) return;
  unite(kept.component->fixed_versions, std::move(other.component->fixed_versions));
}

}  // namespace gatepost::ingest::mapping
