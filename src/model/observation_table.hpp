// All observations of a run. Each is a row of about 100 bytes: texts are ids into one pool, lists are ids into pools of
// equal lists, what few observations have lives in side tables, and long messages stay in the report as (offset,
// length) until somebody prints them. docs/adr/0002-observation-rows.md tells why, with numbers.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/pages.hpp"
#include "base/string_pool.hpp"
#include "base/text_arena.hpp"
#include "model/list_pool.hpp"
#include "model/observation.hpp"
#include "model/report_info.hpp"

namespace gatepost {

// A text that is either pooled or lies as a JSON string literal (without quotes) in the report's bytes.
struct LongText {
  static constexpr std::uint32_t kPooled = std::numeric_limits<std::uint32_t>::max();
  std::uint64_t at = 0;      // offset in the report, or the TextId
  std::uint32_t length = 0;  // bytes in the report, or kPooled

  static LongText pooled(TextId id) { return {static_cast<std::uint32_t>(id), id == TextId::none ? 0 : kPooled}; }
  [[nodiscard]] bool empty() const { return length == 0; }
};

// The stored forms of the nouns in observation.hpp. No padding, hence the reserved members: ListPool compares bytes.
struct StoredClaim {
  TextId source = TextId::none;
  TextId vector = TextId::none;
  SeverityLabel label = SeverityLabel::unknown;
  SeverityMethod method = SeverityMethod::label;
  std::uint16_t tenths = kNoTenths;
  static constexpr std::uint16_t kNoTenths = 0xFFFF;
};
struct StoredLocation {
  TextId path = TextId::none;
  Range range;
  TextId symbol = TextId::none;
  friend bool operator==(const StoredLocation&, const StoredLocation&) = default;
};
struct StoredFingerprint {
  TextId name = TextId::none;
  TextPlace value = TextPlace::none;
};
struct StoredComponent {
  TextId purl = TextId::none, package = TextId::none, version = TextId::none;
  ListId fixed_versions = ListId::none, dependency_path = ListId::none;
  Scope scope = Scope::unknown;
  std::uint8_t direct = 2;  // 0 no, 1 yes, 2 unknown
  std::uint16_t reserved = 0;
};

// What a tool says once about a rule and many observations share.
struct RuleInfo {
  TextId id = TextId::none;  // as reported: "python.lang.security.audit.eval"
  TextId title = TextId::none;
  TextId help_url = TextId::none;
  TextId engine = TextId::none;
  ListId claims = ListId::none;
  ListId cwes = ListId::none;
  Kind kind = Kind::other;
  Confidence confidence = Confidence::unknown;
  std::uint16_t reserved = 0;
};

// Hash of a message's bytes as they stand in the report, for ObservationRow::message_hash.
std::uint64_t message_hash(std::string_view bytes);

// What few observations have. Equal to Observation's members of the same names.
struct ObservationDetail {
  std::string title;     // when it is not the rule's
  std::string help_url;  // when it is not the rule's
  std::string at;        // when it is not <list>/<ordinal>
  std::vector<StoredLocation> locations, related;
  std::string resource, image;
  std::optional<Endpoint> endpoint;
  std::optional<SecretMark> secret;
  std::optional<std::uint32_t> epss_ppm;
  std::optional<bool> kev;
  std::optional<Suppression> suppression;
  std::string vendor_status, uid;
  std::vector<Fix> fixes;
  std::uint32_t occurrences = 1;
  friend bool operator==(const ObservationDetail&, const ObservationDetail&) = default;
};

struct ObservationRow {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  Digest128 context;
  std::uint64_t message_hash = 0;  // tells messages apart within one run; 0: no message
  LongText message;
  std::uint32_t report = 0;
  std::uint32_t ordinal = 0;   // position of the record in its list
  TextId list = TextId::none;  // pointer of the list that holds the record: "/runs/0/results"
  std::uint32_t rule = 0;      // index into rules()
  TextId path = TextId::none;
  TextId symbol = TextId::none;
  Range range;
  std::uint32_t component = kNone;  // index into components()
  std::uint32_t detail = kNone;     // index into details()
  ListId claims = ListId::none;     // when they are not the rule's
  ListId cwes = ListId::none;       // when they are not the rule's
  ListId advisories = ListId::none;
  ListId flow = ListId::none;
  ListId fingerprints = ListId::none;
  Kind kind = Kind::other;
  Confidence confidence = Confidence::unknown;
  Reach reach = Reach::unknown;
  bool suppressed : 1 = false;
  bool needs_review : 1 = false;
};

// Index of an observation in the table; the order is that of the reports and of the records in them.
using Row = std::uint32_t;

class ObservationTable {
 public:
  ObservationTable();
  ObservationTable(ObservationTable&&) noexcept = default;
  ObservationTable& operator=(ObservationTable&&) noexcept = default;
  ObservationTable(const ObservationTable&) = delete;
  ObservationTable& operator=(const ObservationTable&) = delete;

  // --- writing, by ingest only ---
  std::uint32_t add_report(ReportInfo info, Bytes bytes);
  // The reports of another table under the same indices, so that messages can be read back. For a table whose rows are
  // going to be moved there.
  void add_reports_of(const ObservationTable& other);
  ReportInfo& report(std::uint32_t index) { return reports_[index]; }
  [[nodiscard]] const Bytes& bytes(std::uint32_t report) const { return bytes_[report]; }
  void replace_bytes(std::uint32_t report, Bytes bytes) { bytes_[report] = std::move(bytes); }  // unpacked
  std::uint32_t add_rule(const RuleInfo& rule);
  RuleInfo& rule(std::uint32_t index) { return rules_[index]; }
  std::uint32_t add_component(const Component& component);
  std::uint32_t add_detail(ObservationDetail detail);  // kNone for a detail that says nothing
  Row add(const ObservationRow& row);
  // Everything at once, for readers of small reports. `draft.report` must be the index of a report; `draft.at` is kept
  // only when it is not <list>/<ordinal>. Equal rules are stored once.
  Row add(const Observation& draft, TextId list, std::uint32_t ordinal);
  TextId intern(std::string_view text) { return texts_.intern(text); }
  [[nodiscard]] StringPool::Prepared prepare(std::string_view text) const { return texts_.prepare(text); }
  void fetch(const StringPool::Prepared& text) const { texts_.fetch(text); }
  TextId intern_prepared(const StringPool::Prepared& text) { return texts_.intern_prepared(text); }
  // Of a fingerprint's value, which hardly any other observation has: nobody looks whether it is there already.
  TextPlace append_text(std::string_view text) { return single_texts_.store(text); }
  ListId intern_claims(std::span<const SeverityClaim> claims);
  ListId intern_cwes(std::span<const Cwe> cwes) { return cwes_.intern(cwes); }
  ListId intern_texts(std::span<const std::string> texts);
  ListId intern_ids(std::span<const TextId> ids) { return text_lists_.intern(ids); }
  ListId add_locations(std::span<const StoredLocation> locations) { return location_lists_.append(locations); }
  ListId add_fingerprints(std::span<const StoredFingerprint> fingerprints) {
    return fingerprint_lists_.append(fingerprints);
  }
  ObservationRow& mutable_row(Row row) { return blocks_[row / kBlockRows][row % kBlockRows]; }
  ObservationDetail& mutable_detail(std::uint32_t index) { return details_[index]; }
  // All locations of code flows that were added after the first `from`.
  [[nodiscard]] std::size_t location_count() const { return location_lists_.item_count(); }
  std::span<StoredLocation> mutable_locations(std::size_t from) { return location_lists_.items_from(from); }
  // Everything was read: what only writing needs is given up. Whoever writes nevertheless waits until it is made again.
  void end_of_reading() { texts_.drop_index(); }
  // Takes the rows from `first` on out of the table, to be put back in another order.
  class DetachedRows detach_rows(Row first);

  // --- reading ---
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const ObservationRow& row(Row row) const { return blocks_[row / kBlockRows][row % kBlockRows]; }
  [[nodiscard]] const std::vector<ReportInfo>& reports() const { return reports_; }
  [[nodiscard]] const RuleInfo& rule_of(const ObservationRow& row) const { return rules_[row.rule]; }
  [[nodiscard]] std::size_t rule_count() const { return rules_.size(); }
  [[nodiscard]] const RuleInfo& rule_at(std::uint32_t index) const { return rules_[index]; }
  [[nodiscard]] std::string_view text(TextId id) const { return texts_.view(id); }
  [[nodiscard]] std::string_view text(TextPlace place) const { return single_texts_.view(place); }
  [[nodiscard]] std::size_t text_count() const { return texts_.size(); }
  [[nodiscard]] std::span<const StoredClaim> claims(ListId id) const { return claims_.view(id); }
  [[nodiscard]] std::size_t claim_list_count() const { return claims_.size(); }
  [[nodiscard]] std::span<const Cwe> cwes(ListId id) const { return cwes_.view(id); }
  [[nodiscard]] std::span<const TextId> texts(ListId id) const { return text_lists_.view(id); }
  [[nodiscard]] std::span<const StoredLocation> locations(ListId id) const { return location_lists_.view(id); }
  [[nodiscard]] std::span<const StoredFingerprint> fingerprints(ListId id) const { return fingerprint_lists_.view(id); }
  [[nodiscard]] const StoredComponent* component_of(const ObservationRow& row) const;
  [[nodiscard]] const ObservationDetail* detail_of(const ObservationRow& row) const;
  // The lists in force: the row's own, or else its rule's.
  [[nodiscard]] ListId claims_of(const ObservationRow& row) const;
  [[nodiscard]] ListId cwes_of(const ObservationRow& row) const;
  static constexpr std::uint32_t kLongestMessage = 1 << 20;  // bytes that are read back of one message
  // Reads the report again when the message lies there; "" when it has changed meanwhile. Then it comes without control
  // characters but line ends and tabs, and of a secret without what looks like one; readers do the same for pooled
  // ones.
  [[nodiscard]] std::string message(const ObservationRow& row) const;
  void read_message(const ObservationRow& row, std::string& out) const;
  // Sends for the message of a row, which will be asked for soon.
  void fetch_message(const ObservationRow& row) const {
    if (row.message.length != LongText::kPooled) bytes_[row.report].fetch(row.message.at);
  }
  // A text of a report as it stands there, also when it is a secret.
  [[nodiscard]] std::string long_text(std::uint32_t report, const LongText& text) const;
  // All of one observation, texts copied.
  [[nodiscard]] Observation observation(Row row) const;
  [[nodiscard]] SeverityClaim claim(const StoredClaim& stored) const;
  [[nodiscard]] Component component(const StoredComponent& stored) const;
  [[nodiscard]] Location location(const StoredLocation& stored) const;

 private:
  friend class TableMerger;
  static constexpr std::size_t kBlockRows = 4096;
  using Block = Pages<ObservationRow>;
  void read_text(std::uint32_t report, const LongText& text, std::string& out) const;
  StoredLocation store(const Location& location);
  std::vector<StoredLocation> store(std::span<const Location> locations);
  std::uint32_t intern_rule(const RuleInfo& rule);

  StringPool texts_;
  TextArena single_texts_;     // those of append_text
  std::vector<Block> blocks_;  // blocks never move: a table that grows does not need twice its size
  std::size_t size_ = 0;
  std::vector<ReportInfo> reports_;
  std::vector<Bytes> bytes_;  // of each report
  std::vector<RuleInfo> rules_;
  ListPool<RuleInfo> draft_rules_;               // of the rules that came with drafts
  std::vector<std::uint32_t> draft_rule_index_;  // in rules_, by ListId - 1
  std::vector<ObservationDetail> details_;
  ListPool<StoredComponent> components_;
  ListPool<StoredClaim> claims_;
  ListPool<Cwe> cwes_;
  ListPool<TextId> text_lists_;
  ListPool<StoredLocation> location_lists_;
  ListPool<StoredFingerprint> fingerprint_lists_;
};

// Rows that were taken out of their table. What they refer to is still there.
class DetachedRows {
 public:
  // Adds `count` rows, the first of which had the index `first`, to the end of the table they came from. To be called
  // for all rows in their order: memory is given up on the way.
  void give_back(ObservationTable& table, Row first, Row count);

 private:
  friend class ObservationTable;
  Row first_ = 0;
  std::size_t block_rows_ = 1;
  std::vector<Pages<ObservationRow>> blocks_;
  Row first_of_blocks_ = 0;
};

// Moves rows of one table to the end of another, with everything they refer to. Reports are matched by index: the
// tables must have been given the same ones. One merger for each source, from which nothing else is read any more: what
// can be taken over is not copied, and rows that are moved in their order give their memory up.
class TableMerger {
 public:
  TableMerger(ObservationTable& target, ObservationTable& source);
  void move_rows(Row first, Row count);

 private:
  // What a source id has become; 0: not looked up yet.
  using Known = std::vector<std::uint32_t>;
  template <class Id, class Make>
  static Id translated(Known& known, Id id, Make make);
  TextId text(TextId id);
  std::uint32_t rule(std::uint32_t index);
  ListId text_list(ListId id);
  ListId claims(ListId id);
  ListId cwes(ListId id);
  std::uint32_t component(std::uint32_t id);
  ListId flow(ListId id);
  ListId fingerprints(ListId id);
  std::uint32_t detail(std::uint32_t id);
  std::vector<StoredLocation> locations(std::span<const StoredLocation> from);
  void copy_locations(std::span<const StoredLocation> from, std::vector<StoredLocation>& to);
  void move_row(ObservationRow row);
  void fetch_symbols(Row first, Row end) const;

  ObservationTable& target_;
  ObservationTable& source_;
  std::uint32_t single_texts_moved_by_;
  Known rules_, texts_, text_lists_, claims_, cwes_, components_;
  Row moved_ = 0;  // all rows before it were moved
  // Of the row that is being moved.
  std::vector<StoredLocation> flow_;
  std::vector<StoredFingerprint> prints_;
};

}  // namespace gatepost
