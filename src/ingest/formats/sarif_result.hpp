// One SARIF result, read while the file streams by. What depends on the rest of the run (rules, base URIs, taxonomies)
// is kept as it stands and bound at the end: the order of keys in a SARIF file means nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "doc/json_cursor.hpp"
#include "model/list_pool.hpp"
#include "model/observation_table.hpp"

namespace gatepost::ingest::sarif {

enum class Level : std::uint8_t { absent, none, note, warning, error };
enum class ResultKind : std::uint8_t { fail, pass, open, informational, not_applicable, review };
Level parse_level(std::string_view name);

// `rank`, `security-severity` and the like as tenths; kNoTenths when absent.
inline constexpr std::uint16_t kNoTenths = StoredClaim::kNoTenths;

// A reference to a rule or taxon: by id, by index, or both; in the driver (component -1) or in an extension.
struct Reference {
  TextId id = TextId::none;
  TextId component_name = TextId::none;
  std::int32_t index = -1;
  std::int32_t component = -1;
  friend bool operator==(const Reference&, const Reference&) = default;
};

// What only some results have.
struct RareParts {
  std::string message_id;
  std::vector<std::string> message_arguments;
  bool message_is_template = false;  // message.text with arguments
  std::string severity_word;
  std::vector<std::uint32_t> cwes;
  std::vector<Reference> taxa;
  std::string purl;
};

// What waits for the run. A million results share a few thousand: no padding, because they are kept in a ListPool.
struct Pending {
  Reference rule;
  std::uint32_t run = 0;
  std::uint16_t security_tenths = kNoTenths;
  std::uint16_t rank_tenths = kNoTenths;
  Level level = Level::absent;
  ResultKind kind = ResultKind::fail;
  bool tagged_secret = false;  // by the result itself
  bool has_rare = false;       // this result has RareParts
};

// Paths stay as the report writes them until the run's base URIs are known: "<run> US <base id> US <uri>", or
// "<run> US RS <index>" for a location that names an artifact by index only. A bare URI stands for itself.
inline constexpr char kUnitSeparator = '\x1f';
inline constexpr char kRecordSeparator = '\x1e';

// Reads results into a table of its own. One for each thread.
class ResultReader {
 public:
  explicit ResultReader(ObservationTable& table)
      : table_(table), first_row_(static_cast<Row>(table.size())), first_location_(table.location_count()) {}

  // All elements of a window; damaged ones are described in remarks().
  void read(const doc::Window& window, std::uint32_t report, std::string_view array_pointer, std::uint32_t run);

  struct WindowRows {
    std::uint32_t window = 0;
    Row first = 0, count = 0;
  };
  // Something to tell about a result; the order is that of the windows.
  struct Remark {
    std::uint32_t window = 0;
    Note note;
  };
  [[nodiscard]] ObservationTable& table() { return table_; }
  [[nodiscard]] const std::vector<WindowRows>& windows() const { return windows_; }
  // Equal ones have equal ids, from 1 to pending_count().
  [[nodiscard]] ListId pending_of(Row row) const { return pending_of_[row - first_row_]; }
  [[nodiscard]] const Pending& pending(ListId id) const { return pending_.view(id).front(); }
  [[nodiscard]] std::size_t pending_count() const { return pending_.size(); }
  // Null for a row that has none.
  [[nodiscard]] const RareParts* rare_of(Row row) const;
  // Once all rows are bound.
  void forget_pending();
  // What the report shows of the code at a row's place; empty when it shows nothing, or more than any secret is.
  [[nodiscard]] LongText snippet_of(Row row) const;
  [[nodiscard]] const std::vector<Remark>& remarks() const { return remarks_; }
  [[nodiscard]] const RecordCounts& counts() const { return counts_; }
  // Where this reader's rows and flow locations begin in its table.
  [[nodiscard]] Row first_row() const { return first_row_; }
  [[nodiscard]] std::size_t first_location() const { return first_location_; }

 private:
  struct Draft;
  struct Snippet {  // a LongText and its row without padding: a report may have a million
    std::uint64_t at = 0;
    std::uint32_t length = 0;
    Row row = 0;
  };
  const char* read_element(const doc::Window& window, const doc::Window::Element& element, Draft& draft);
  const char* read_repaired(const doc::Window& window, const doc::Window::Element& element, Draft& draft);
  void remark(Note::Level level, const char* code, std::string text, const Draft& draft);
  LongText long_text(doc::Cursor value);
  bool read_result(doc::Cursor result, Draft& draft);
  void read_rule(doc::Cursor value, Reference& rule);
  void read_message(doc::Cursor value, Draft& draft);
  void read_locations(doc::Cursor value, Draft& draft);
  // Of the primary place the draft gets context and snippet, too.
  StoredLocation read_location(doc::Cursor value, Draft* draft);
  void read_physical(doc::Cursor value, StoredLocation& location, Draft* draft);
  void read_artifact_location(doc::Cursor value);
  TextId last_path();
  void read_symbol(doc::Cursor value, std::string& symbol);
  void read_region(doc::Cursor value, Range& range, Digest128* context, LongText* snippet = nullptr);
  void read_flows(doc::Cursor value);
  void read_fingerprints(doc::Cursor value);
  void read_suppressions(doc::Cursor value, Draft& draft);
  void read_properties(doc::Cursor value, Draft& draft);
  void read_fixes(doc::Cursor value, Draft& draft);
  void read_fix(doc::Cursor value, Draft& draft);
  void read_web_request(doc::Cursor value, Draft& draft);
  Reference read_reference(doc::Cursor value);
  void finish(Draft& draft);
  // Texts without control characters, until the next call.
  std::string_view plain(doc::Cursor value, std::string_view kept = {});
  std::string text_of(doc::Cursor value) { return std::string(plain(value)); }
  TextId intern(doc::Cursor value) { return table_.intern(plain(value)); }
  void add_snippet(doc::Cursor value, Digest128& context, LongText* snippet);

  ObservationTable& table_;
  Row first_row_;
  std::size_t first_location_;
  doc::ElementParser parser_;
  ListPool<Pending> pending_;
  std::vector<ListId> pending_of_;               // of each row
  std::vector<std::pair<Row, RareParts>> rare_;  // by row
  std::vector<WindowRows> windows_;
  std::vector<Snippet> snippets_;  // by row
  std::vector<Remark> remarks_;
  RecordCounts counts_;
  Sha256 hasher_;
  // Of the window that is being read.
  const doc::Window* window_ = nullptr;
  bool repaired_ = false;  // the window is a copy: its offsets are not those of the report
  std::uint32_t window_number_ = 0;
  std::string run_prefix_;  // of paths that wait for their run, see kUnitSeparator
  // The path that was read last, and its place in the table once somebody asks: the steps of a flow mostly stay in one
  // file.
  struct LastPath {
    std::string uri, base, text;
    StringPool::Prepared prepared;  // of the text
    TextId id = TextId::none;
  };
  LastPath last_path_;
  bool location_has_path_ = false;  // the location that is being read
  // Of the result that is being read.
  std::vector<StoredLocation> flow_;
  std::vector<StoredFingerprint> fingerprints_;
  std::string scratch_, uri_, base_, folded_;
  std::string primary_symbol_, symbol_, name_;
  // The name of a fingerprint that was read last: all results have the same ones.
  std::string fingerprint_name_;
  TextId fingerprint_name_id_ = TextId::none;
};

}  // namespace gatepost::ingest::sarif
