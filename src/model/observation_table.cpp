#include "model/observation_table.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "model/mask.hpp"

namespace gatepost {
namespace {

constexpr std::uint8_t kDirectUnknown = 2;

std::uint8_t store_tristate(std::optional<bool> value) {
  return value ? static_cast<std::uint8_t>(*value) : kDirectUnknown;
}

std::optional<bool> load_tristate(std::uint8_t stored) {
  if (stored == kDirectUnknown) return std::nullopt;
  return stored == 1;
}

}  // namespace

std::uint64_t message_hash(std::string_view bytes) { return bytes.empty() ? 0 : table_hash(bytes) | 1U; }

ObservationTable::ObservationTable() = default;

std::uint32_t ObservationTable::add_report(ReportInfo info, Bytes bytes) {
  reports_.push_back(std::move(info));
  bytes_.push_back(std::move(bytes));
  return static_cast<std::uint32_t>(reports_.size() - 1);
}

void ObservationTable::add_reports_of(const ObservationTable& other) {
  for (const Bytes& bytes : other.bytes_) add_report({}, bytes);
}

std::uint32_t ObservationTable::add_rule(const RuleInfo& rule) {
  rules_.push_back(rule);
  return static_cast<std::uint32_t>(rules_.size() - 1);
}

std::uint32_t ObservationTable::add_component(const Component& component) {
  const StoredComponent stored{.purl = intern(component.purl),
                               .package = intern(component.package),
                               .version = intern(component.version),
                               .fixed_versions = intern_texts(component.fixed_versions),
                               .dependency_path = intern_texts(component.dependency_path),
                               .scope = component.scope,
                               .direct = store_tristate(component.direct)};
  return static_cast<std::uint32_t>(components_.intern({&stored, 1}));
}

std::uint32_t ObservationTable::add_detail(ObservationDetail detail) {
  if (detail == ObservationDetail{}) return ObservationRow::kNone;
  details_.push_back(std::move(detail));
  return static_cast<std::uint32_t>(details_.size() - 1);
}

Row ObservationTable::add(const ObservationRow& row) {
  GP_ASSERT(size_ < std::numeric_limits<Row>::max());
  if (size_ == blocks_.size() * kBlockRows) blocks_.push_back(make_pages<ObservationRow>(kBlockRows));
  const Row index = static_cast<Row>(size_++);
  mutable_row(index) = row;
  return index;
}

ListId ObservationTable::intern_claims(std::span<const SeverityClaim> claims) {
  std::vector<StoredClaim> stored;
  stored.reserve(claims.size());
  for (const SeverityClaim& claim : claims) {
    const auto tenths =
        static_cast<std::uint16_t>(claim.tenths ? std::clamp(*claim.tenths, 0, 100) : StoredClaim::kNoTenths);
    stored.push_back({intern(claim.source), intern(claim.vector), claim.label, claim.method, tenths});
  }
  return claims_.intern(stored);
}

ListId ObservationTable::intern_texts(std::span<const std::string> texts) {
  std::vector<TextId> ids;
  for (const std::string& text : texts) ids.push_back(intern(text));
  return text_lists_.intern(ids);
}

StoredLocation ObservationTable::store(const Location& location) {
  return {intern(location.path), location.range, intern(location.symbol)};
}

std::vector<StoredLocation> ObservationTable::store(std::span<const Location> locations) {
  std::vector<StoredLocation> stored;
  stored.reserve(locations.size());
  for (const Location& location : locations) stored.push_back(store(location));
  return stored;
}

std::uint32_t ObservationTable::intern_rule(const RuleInfo& rule) {
  const std::size_t index = static_cast<std::size_t>(draft_rules_.intern({&rule, 1})) - 1;
  if (index == draft_rule_index_.size()) draft_rule_index_.push_back(add_rule(rule));
  return draft_rule_index_[index];
}

Row ObservationTable::add(const Observation& draft, TextId list, std::uint32_t ordinal) {
  std::vector<TextId> advisories;
  advisories.reserve(draft.advisories.size());
  for (const AdvisoryId& advisory : draft.advisories) advisories.push_back(intern(advisory.value()));
  std::vector<StoredFingerprint> fingerprints;
  for (const auto& [name, value] : draft.fingerprints) fingerprints.push_back({intern(name), append_text(value)});

  const std::uint32_t rule = intern_rule({.id = intern(draft.rule),
                                          .title = intern(draft.title),
                                          .help_url = intern(draft.help_url),
                                          .engine = intern(draft.engine),
                                          .claims = intern_claims(draft.claims),
                                          .cwes = cwes_.intern(draft.cwes),
                                          .kind = draft.kind});
  ObservationRow row{.context = draft.context,
                     .message_hash = gatepost::message_hash(draft.message),
                     .message = LongText::pooled(intern(draft.message)),
                     .report = draft.report,
                     .ordinal = ordinal,
                     .list = list,
                     .rule = rule,
                     .path = intern(draft.place.path),
                     .symbol = intern(draft.place.symbol),
                     .range = draft.place.range,
                     .advisories = text_lists_.intern(advisories),
                     .flow = add_locations(store(draft.flow)),
                     .fingerprints = add_fingerprints(fingerprints),
                     .kind = draft.kind,
                     .confidence = draft.confidence,
                     .reach = draft.reach,
                     .suppressed = draft.suppression.has_value(),
                     .needs_review = draft.needs_review};
  if (draft.component) row.component = add_component(*draft.component);
  row.detail = add_detail({.at = draft.at,
                           .locations = store(draft.locations),
                           .related = store(draft.related),
                           .resource = draft.resource,
                           .image = draft.image,
                           .endpoint = draft.endpoint,
                           .secret = draft.secret,
                           .epss_ppm = draft.epss_ppm,
                           .kev = draft.kev,
                           .suppression = draft.suppression,
                           .vendor_status = draft.vendor_status,
                           .uid = draft.uid,
                           .fixes = draft.fixes,
                           .occurrences = draft.occurrences});
  return add(row);
}

const StoredComponent* ObservationTable::component_of(const ObservationRow& row) const {
  if (row.component == ObservationRow::kNone) return nullptr;
  return components_.view(static_cast<ListId>(row.component)).data();
}

const ObservationDetail* ObservationTable::detail_of(const ObservationRow& row) const {
  return row.detail == ObservationRow::kNone ? nullptr : &details_[row.detail];
}

ListId ObservationTable::claims_of(const ObservationRow& row) const {
  return row.claims == ListId::none ? rules_[row.rule].claims : row.claims;
}

ListId ObservationTable::cwes_of(const ObservationRow& row) const {
  return row.cwes == ListId::none ? rules_[row.rule].cwes : row.cwes;
}

std::string ObservationTable::message(const ObservationRow& row) const {
  std::string message;
  read_message(row, message);
  return message;
}

void ObservationTable::read_message(const ObservationRow& row, std::string& out) const {
  read_text(row.report, row.message, out);
  if (row.message.length == LongText::kPooled) return;
  out = text::strip_controls(std::move(out), "\n\t");
  if (row.kind == Kind::secret) out = mask_tokens(out);
}

std::string ObservationTable::long_text(std::uint32_t report, const LongText& stored) const {
  std::string out;
  read_text(report, stored, out);
  return out;
}

void ObservationTable::read_text(std::uint32_t report, const LongText& stored, std::string& out) const {
  out.clear();
  if (stored.length == LongText::kPooled) {
    out = text(static_cast<TextId>(stored.at));
    return;
  }
  const std::size_t length = std::min(stored.length, kLongestMessage);
  if (const auto bytes = bytes_[report].in_memory()) {
    if (stored.at < bytes->size()) unescape_json(bytes->substr(stored.at, length), out);
    return;
  }
  out.resize(length);
  const auto got = bytes_[report].read(stored.at, out);
  out.resize(got ? *got : 0);
  if (out.find('\\') != std::string::npos) out = unescape_json(std::string(out));
}

SeverityClaim ObservationTable::claim(const StoredClaim& stored) const {
  SeverityClaim claim{.label = stored.label,
                      .method = stored.method,
                      .source = std::string(text(stored.source)),
                      .vector = std::string(text(stored.vector))};
  if (stored.tenths != StoredClaim::kNoTenths) claim.tenths = stored.tenths;
  return claim;
}

Component ObservationTable::component(const StoredComponent& stored) const {
  Component component{.purl = std::string(text(stored.purl)),
                      .package = std::string(text(stored.package)),
                      .version = std::string(text(stored.version)),
                      .scope = stored.scope,
                      .direct = load_tristate(stored.direct)};
  for (const TextId id : texts(stored.fixed_versions)) component.fixed_versions.emplace_back(text(id));
  for (const TextId id : texts(stored.dependency_path)) component.dependency_path.emplace_back(text(id));
  return component;
}

Location ObservationTable::location(const StoredLocation& stored) const {
  return {std::string(text(stored.path)), stored.range, std::string(text(stored.symbol))};
}

Observation ObservationTable::observation(Row index) const {
  const ObservationRow& from = row(index);
  const RuleInfo& rule = rule_of(from);
  Observation seen{.report = from.report,
                   .at = std::string(text(from.list)) + "/" + std::to_string(from.ordinal),
                   .engine = std::string(text(rule.engine)),
                   .kind = from.kind,
                   .rule = std::string(text(rule.id)),
                   .title = std::string(text(rule.title)),
                   .message = message(from),
                   .help_url = std::string(text(rule.help_url)),
                   .confidence = from.confidence,
                   .place = {std::string(text(from.path)), from.range, std::string(text(from.symbol))},
                   .reach = from.reach,
                   .needs_review = from.needs_review,
                   .context = from.context};
  for (const StoredClaim& stored : claims(claims_of(from))) seen.claims.push_back(claim(stored));
  for (const Cwe cwe : cwes(cwes_of(from))) seen.cwes.push_back(cwe);
  for (const StoredLocation& step : locations(from.flow)) seen.flow.push_back(location(step));
  for (const TextId id : texts(from.advisories)) {
    if (auto advisory = AdvisoryId::parse(text(id))) seen.advisories.push_back(std::move(*advisory));
  }
  for (const StoredFingerprint& print : fingerprints(from.fingerprints)) {
    seen.fingerprints.emplace_back(text(print.name), text(print.value));
  }
  if (const StoredComponent* stored = component_of(from)) seen.component = component(*stored);
  if (const ObservationDetail* detail = detail_of(from)) {
    if (!detail->title.empty()) seen.title = detail->title;
    if (!detail->help_url.empty()) seen.help_url = detail->help_url;
    if (!detail->at.empty()) seen.at = detail->at;
    for (const StoredLocation& stored : detail->locations) seen.locations.push_back(location(stored));
    for (const StoredLocation& stored : detail->related) seen.related.push_back(location(stored));
    seen.resource = detail->resource;
    seen.image = detail->image;
    seen.endpoint = detail->endpoint;
    seen.secret = detail->secret;
    seen.epss_ppm = detail->epss_ppm;
    seen.kev = detail->kev;
    seen.suppression = detail->suppression;
    seen.vendor_status = detail->vendor_status;
    seen.uid = detail->uid;
    seen.fixes = detail->fixes;
    seen.occurrences = detail->occurrences;
  }
  return seen;
}

DetachedRows ObservationTable::detach_rows(Row first) {
  DetachedRows detached;
  detached.first_ = first;
  detached.block_rows_ = kBlockRows;
  const std::size_t first_block = first / kBlockRows;
  detached.first_of_blocks_ = static_cast<Row>(first_block * kBlockRows);
  for (std::size_t block = first_block; block < blocks_.size(); ++block)
    detached.blocks_.push_back(std::move(blocks_[block]));
  blocks_.resize(std::min(first_block, blocks_.size()));
  size_ = blocks_.size() * kBlockRows;
  if (size_ < first) detached.give_back(*this, static_cast<Row>(size_), first - static_cast<Row>(size_));
  return detached;
}

void DetachedRows::give_back(ObservationTable& table, Row first, Row count) {
  for (Row row = first - first_of_blocks_; row < first - first_of_blocks_ + count; ++row) {
    table.add(blocks_[row / block_rows_][row % block_rows_]);
  }
  for (std::size_t block = (first - first_of_blocks_ + count) / block_rows_; block-- > 0 && blocks_[block];) {
    blocks_[block].reset();
  }
}

TableMerger::TableMerger(ObservationTable& target, ObservationTable& source)
    : target_(target),
      source_(source),
      single_texts_moved_by_(target.single_texts_.adopt(std::move(source.single_texts_))) {
  GP_ASSERT(&target != &source);
}

template <class Id, class Make>
Id TableMerger::translated(Known& known, Id id, Make make) {
  const auto index = static_cast<std::size_t>(id);
  if (index >= known.size()) known.resize(std::max(index + 1, 2 * known.size()));
  if (known[index] == 0) known[index] = static_cast<std::uint32_t>(make()) + 1;
  return static_cast<Id>(known[index] - 1);
}

TextId TableMerger::text(TextId id) {
  return translated(texts_, id, [&] { return target_.intern(source_.text(id)); });
}

std::uint32_t TableMerger::rule(std::uint32_t index) {
  return translated(rules_, index, [&] {
    RuleInfo info = source_.rule_at(index);
    for (TextId* const id : {&info.id, &info.title, &info.help_url, &info.engine}) *id = text(*id);
    info.claims = claims(info.claims);
    info.cwes = cwes(info.cwes);
    return target_.add_rule(info);
  });
}

ListId TableMerger::text_list(ListId id) {
  return translated(text_lists_, id, [&] {
    std::vector<TextId> ids;
    for (const TextId item : source_.texts(id)) ids.push_back(text(item));
    return target_.intern_ids(ids);
  });
}

ListId TableMerger::claims(ListId id) {
  return translated(claims_, id, [&] {
    std::vector<SeverityClaim> claims;
    for (const StoredClaim& stored : source_.claims(id)) claims.push_back(source_.claim(stored));
    return target_.intern_claims(claims);
  });
}

ListId TableMerger::cwes(ListId id) {
  return translated(cwes_, id, [&] { return target_.intern_cwes(source_.cwes(id)); });
}

std::uint32_t TableMerger::component(std::uint32_t id) {
  if (id == ObservationRow::kNone) return id;
  const StoredComponent& stored = source_.components_.view(static_cast<ListId>(id)).front();
  return translated(components_, id, [&] { return target_.add_component(source_.component(stored)); });
}

std::vector<StoredLocation> TableMerger::locations(std::span<const StoredLocation> from) {
  std::vector<StoredLocation> copies;
  copy_locations(from, copies);
  return copies;
}

void TableMerger::copy_locations(std::span<const StoredLocation> from, std::vector<StoredLocation>& to) {
  to.assign(from.begin(), from.end());
  for (StoredLocation& location : to) {
    location.path = text(location.path);
    location.symbol = text(location.symbol);
  }
}

ListId TableMerger::flow(ListId id) {
  if (id == ListId::none) return id;
  copy_locations(source_.locations(id), flow_);
  return target_.add_locations(flow_);
}

ListId TableMerger::fingerprints(ListId id) {
  prints_.clear();
  for (const StoredFingerprint& print : source_.fingerprints(id))
    prints_.push_back({text(print.name), TextArena::moved(print.value, single_texts_moved_by_)});
  return target_.add_fingerprints(prints_);
}

std::uint32_t TableMerger::detail(std::uint32_t id) {
  if (id == ObservationRow::kNone) return id;
  ObservationDetail detail = std::move(source_.details_[id]);
  detail.locations = locations(detail.locations);
  detail.related = locations(detail.related);
  return target_.add_detail(std::move(detail));
}

void TableMerger::move_row(ObservationRow row) {
  if (row.message.length == LongText::kPooled) {
    row.message = LongText::pooled(text(static_cast<TextId>(row.message.at)));
  }
  row.list = text(row.list);
  row.path = text(row.path);
  row.symbol = text(row.symbol);
  row.rule = rule(row.rule);
  row.claims = claims(row.claims);
  row.cwes = cwes(row.cwes);
  row.advisories = text_list(row.advisories);
  row.flow = flow(row.flow);
  row.fingerprints = fingerprints(row.fingerprints);
  row.component = component(row.component);
  row.detail = detail(row.detail);
  target_.add(row);
}

// Most rows have a symbol of their own. Looked up one by one, each would wait for memory; here the waits overlap.
void TableMerger::fetch_symbols(Row first, Row end) const {
  for (Row index = first; index < end; ++index) {
    const auto symbol = source_.row(index).symbol;
    const auto known = static_cast<std::size_t>(symbol);
    if (known >= texts_.size() || texts_[known] == 0) static_cast<void>(target_.prepare(source_.text(symbol)));
  }
}

void TableMerger::move_rows(Row first, Row count) {
  constexpr Row kBatch = 32;
  for (Row index = first; index < first + count; ++index) {
    if ((index - first) % kBatch == 0) fetch_symbols(index, std::min(index + kBatch, first + count));
    move_row(source_.row(index));
  }
  if (first != moved_) return;
  moved_ += count;
  for (std::size_t block = moved_ / ObservationTable::kBlockRows; block-- > 0 && source_.blocks_[block];) {
    source_.blocks_[block].reset();
  }
}

}  // namespace gatepost
